// A page of this service as a document: parsed, never run, and read for its parts only.

// The one way from text to markup. What comes here is what the server rendered and escaped, from our own origin.
const policy = globalThis.trustedTypes?.createPolicy("ticker", { createHTML: (html) => html });

export async function page(url, signal) {
  const address = new URL(url, location.href);
  if (address.origin !== location.origin) throw new Error("not of this service");
  address.hash = "";
  const answer = await fetch(address, { cache: "no-store", redirect: "error", signal });
  if (!answer.ok || !answer.headers.get("content-type")?.startsWith("text/html")) throw new Error(`answer ${answer.status}`);
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
