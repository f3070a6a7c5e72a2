// The page people keep open. Everything here is on top: the page works without it.

import { lines, main, merge, older } from "./lines.js";
import { connected, follow, live, up } from "./live.js";
import { adopt, page } from "./remote.js";
import { search } from "./search.js";

const AHEAD = "0px 0px 800px"; // how far before its end the list is gone on with: who is below it already reads something else
const FIRST = 2_000; // ms until a page that did not come is asked for again, while its place is in sight; doubled each time
const LONGEST = 60_000;
const SAID = 2_000; // ms for which a button says what it has done
const field = (element) => element.closest("input, textarea, select, [contenteditable]");

function history() {
  let busy = false;
  let waits = FIRST;
  let again = 0;
  const more = async () => {
    const link = older();
    if (!link || busy) return;
    const { href } = link;
    busy = true;
    try {
      const fresh = await page(href);
      waits = FIRST;
      if (older()?.href === href) { // else the list goes on elsewhere by now
        merge(fresh);
        adopt(fresh, ["older"]);
      }
      again = setTimeout(watch);
    } catch {
      again = setTimeout(watch, waits * (0.5 + Math.random())); // the link can be followed by hand meanwhile
      waits = Math.min(waits * 2, LONGEST);
    } finally {
      busy = false;
    }
  };
  const sight = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && more(), { rootMargin: AHEAD });
  const watch = () => { // says at once whether the place is in sight
    clearTimeout(again);
    sight.disconnect();
    const place = document.querySelector("[data-part=older]");
    if (place) sight.observe(place);
  };
  addEventListener("online", watch);
  watch();
  return watch;
}

// The key that is meant. Where another script than Latin is written, it is that in the same place (KeyJ is `ت`).
function meant({ key, code, shiftKey }) {
  if (key === "؟") return "?";
  if (!/^[^\0-\u{24f}]$/u.test(key)) return key;
  return { KeyJ: "j", KeyK: "k", Slash: "/", Period: ".", "Shift+Slash": "?" }[shiftKey ? `Shift+${code}` : code] ?? key;
}

function keys() {
  const help = document.getElementById("keys");
  const step = (by) => {
    const all = [...lines()].map((li) => li.querySelector(".headline"));
    const at = all.indexOf(document.activeElement);
    const first = all.findIndex((link) => link.getBoundingClientRect().top >= 0);
    const next = all[at < 0 ? first : at + by];
    next?.focus({ preventScroll: true });
    next?.scrollIntoView({ block: "nearest" });
  };
  const does = {
    "/": () => document.getElementById("q")?.focus(),
    j: () => step(1),
    k: () => step(-1),
    ".": up,
    "?": () => (help.open ? help.close() : help.showModal()),
  };
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && field(event.target)) event.target.blur();
    const key = meant(event);
    if (event.ctrlKey || event.metaKey || event.altKey || field(event.target) || !Object.hasOwn(does, key)) return;
    event.preventDefault();
    does[key]();
  });
}

function copying() {
  const offer = () => {
    for (const button of document.querySelectorAll("[data-copy][hidden]")) button.hidden = !navigator.clipboard;
  };
  addEventListener("click", async ({ target }) => {
    const button = target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(button.dataset.copy);
    const { textContent } = button;
    if (textContent === button.dataset.done) return;
    button.textContent = button.dataset.done;
    setTimeout(() => button.textContent = textContent, SAID);
  });
  offer();
  return offer;
}

// A time is that of its source; under the pointer it says the reader's own, with the day.
function times() {
  const { lang } = document.documentElement;
  const own = new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang, { dateStyle: "full", timeStyle: "short" });
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  addEventListener("pointerover", ({ target }) => {
    const time = target.closest?.("time[datetime]");
    if (time && !time.title) time.title = `${own.format(new Date(time.dateTime))} (${zone})`;
  });
}

// The language was chosen by an address and is kept: whom the address is given to, it chooses none for.
function forgetLanguage() {
  const { href } = location;
  const url = new URL(href);
  if (!navigator.cookieEnabled || !url.searchParams.has("lang")) return;
  globalThis.history.replaceState(null, "", href.replace(/([?&])lang=[^&#]*&?/g, "$1").replace(/[?&](?=#|$)/, ""));
}

forgetLanguage();
if (main) {
  const offer = copying();
  keys();
  times();
  if (!("filed" in main.dataset)) attended(offer); // else it is a file, and nobody is there who could answer
}

// The rest of a page that a service stands behind: older lines as they are reached, search, what is new.
function attended(offer) {
  const watch = history();
  const shown = () => {
    follow();
    watch();
    offer();
  };
  const reached = search(shown, () => connected(false));
  live({ renewed: watch, reached });
}
