// A page of this service as a document: parsed, never run, and read for its parts only.

// The one way from text to markup. What comes here is what the server rendered and escaped, from our own origin.
const policy = globalThis.trustedTypes?.createPolicy("ticker", { createHTML: (html) => html });

// There was an answer, and it is not the page: the address is to be looked at by the reader.
export class Refused extends Error {}

const AWAY = 500; // as proxies answer while the service is away, and from here up
const TOO_MANY = 429;

export async function page(url, signal) {
  const address = new URL(url, location.href);
  if (address.origin !== location.origin) throw new Error("not of this service");
  address.hash = "";
  const answer = await fetch(address, { cache: "no-store", redirect: "error", signal });
  if (answer.status >= AWAY || answer.status === TOO_MANY) throw new Error(`answer ${answer.status}`);
  if (!answer.ok || !answer.headers.get("content-type")?.startsWith("text/html")) throw new Refused(`answer ${answer.status}`);
  const html = await answer.text();
  return new DOMParser().parseFromString(policy ? policy.createHTML(html) : html, "text/html");
}

// Puts the parts of *fresh* that carry `data-part` where those of the same name stand here.
export function adopt(fresh, names) {
  for (const name of names) {
    const here = document.querySelector(`[data-part="${name}"]`);
    const there = fresh.querySelector(`[data-part="${name}"]`);
    if (here && there) here.replaceWith(document.adoptNode(there));
  }
}

const FRAME = ["name", "a-line", "a-day", "an-hour"]; // what depends on which sources there are
const parts = (root) => FRAME.map((name) => root.querySelector(`[data-part="${name}"]`)?.innerHTML);
const zone = (root) => root.querySelector("main").dataset.zone;

// Whether a line would be shown otherwise in *fresh* than here: a source came, or went.
export function reframed(fresh) {
  return zone(fresh) !== zone(document) || parts(fresh).join() !== parts(document).join();
}

export function frame(fresh) {
  adopt(fresh, FRAME);
  const { zone, rtl } = fresh.querySelector("main").dataset;
  Object.assign(document.querySelector("main").dataset, { zone, rtl });
  document.title = fresh.title;
  heads(fresh);
}

const HEADS = "link[rel=alternate], link[rel=canonical], meta[name=robots]"; // what others read of the page: its feeds

function heads(fresh) {
  for (const element of document.head.querySelectorAll(HEADS)) element.remove();
  document.head.append(...[...fresh.head.querySelectorAll(HEADS)].map((element) => document.adoptNode(element)));
}
