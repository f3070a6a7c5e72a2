// The page people keep open. Everything here is on top: the page works without it.

import { lines, main, merge, older } from "./lines.js";
import { follow, live, up } from "./live.js";
import { adopt, page } from "./remote.js";
import { search } from "./search.js";

const AHEAD = "800px"; // how far before its end the list is gone on with
const field = (element) => element.closest("input, textarea, select, [contenteditable]");

function history() {
  let busy = false;
  const more = async () => {
    const link = older();
    if (!link || busy) return;
    busy = true;
    try {
      const fresh = await page(link.href);
      merge(fresh);
      adopt(fresh, ["older"]);
      watch();
    } catch {
      // the link is there to be followed by hand
    } finally {
      busy = false;
    }
  };
  const sight = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && more(), { rootMargin: AHEAD });
  const watch = () => {
    sight.disconnect();
    const place = document.querySelector("[data-part=older]");
    if (place) sight.observe(place);
  };
  watch();
  return watch;
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
    "/": () => document.getElementById("q").focus(),
    j: () => step(1),
    k: () => step(-1),
    ".": up,
    "?": () => (help.open ? help.close() : help.showModal()),
  };
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && field(event.target)) event.target.blur();
    if (event.ctrlKey || event.metaKey || event.altKey || field(event.target) || !Object.hasOwn(does, event.key)) return;
    event.preventDefault();
    does[event.key]();
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
    button.textContent = button.dataset.done;
  });
  offer();
  return offer;
}

// A time is that of its source; under the pointer it says the reader's own, with the day.
function times() {
  const own = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "full", timeStyle: "short" });
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  addEventListener("pointerover", ({ target }) => {
    const time = target.closest?.("time[datetime]");
    if (time && !time.title) time.title = `${own.format(new Date(time.dateTime))} (${zone})`;
  });
}

if (main) {
  const watch = history();
  const offer = copying();
  keys();
  times();
  search(() => {
    follow();
    watch();
    offer();
  });
  live();
}
