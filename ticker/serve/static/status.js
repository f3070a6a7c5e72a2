// The state of the sources follows by itself: the page as it is now, put in place of what is here part by part.

import { page } from "./remote.js";
import { follow } from "./stream.js";

const EACH = 60_000; // ms between two looks while the page is in sight
const SPREAD = 5_000; // ms within which all readers ask when a state changes: not all at once
const HELD = "summary, a, [tabindex]"; // what can have the focus, or be scrolled sideways

const main = document.getElementById("content");
let made = main.dataset.cursor;
let asking = 0;
let looked = Date.now();

// A part is known by its id; what has none, by its place.
const parts = (all) => [...all.children].map((part, at) => [part.id || `${at} ${part.localName}`, part]);
const within = (part, what) => [...part.querySelectorAll(what)];

// What the reader did to a part is done to the new one too.
function keep(here, there) {
  const opened = within(there, "details");
  within(here, "details").forEach(({ open }, at) => opened[at] && (opened[at].open = open));
}

function swap(here, there) {
  const [was, is] = [within(here, HELD), within(there, HELD)];
  const focused = was.indexOf(document.activeElement);
  const aside = was.map((one) => one.scrollLeft);
  here.replaceWith(there);
  is.forEach((one, at) => aside[at] && (one.scrollLeft = aside[at]));
  is[focused]?.focus({ preventScroll: true });
}

// The part that the reader looks at stays where it is.
function still(change) {
  const seen = scrollY > 0 && parts(main).find(([, part]) => part.getBoundingClientRect().bottom > 0);
  const before = seen && seen[1].getBoundingClientRect().top;
  change();
  const after = seen && parts(main).find(([id]) => id === seen[0]);
  if (after) scrollBy({ top: after[1].getBoundingClientRect().top - before, behavior: "instant" });
}

function adopt(fresh) {
  const old = new Map(parts(main));
  const now = parts(fresh).map(([id, part]) => [id, document.adoptNode(part)]);
  for (const [id, part] of now) if (old.has(id)) keep(old.get(id), part);
  still(() => {
    if ([...old.keys()].join() === now.map(([id]) => id).join()) {
      for (const [id, part] of now) if (!old.get(id).isEqualNode(part)) swap(old.get(id), part);
    } else { // another order, or another source
      const rest = document.createElement("main");
      rest.append(...now.map(([, part]) => part));
      const focused = document.activeElement.closest("main > [id]")?.id;
      main.replaceChildren(...rest.children);
      if (focused) document.getElementById(focused)?.querySelector("a")?.focus({ preventScroll: true });
    }
  });
}

async function look() {
  clearTimeout(asking);
  asking = 0;
  if (document.hidden || !getSelection().isCollapsed) return; // what is being copied stays as it is
  looked = Date.now();
  try {
    adopt((await page(location.href)).getElementById("content"));
  } catch {
    // what is here says when it was made; the next minute tries again
  }
}

follow(main.dataset.stream, {
  cursor: () => made,
  heard(name, id) {
    if (id) made = id;
    if (name === "state") asking ||= setTimeout(look, Math.random() * SPREAD);
  },
  well() {},
});
setInterval(look, EACH);
document.addEventListener("visibilitychange", () => Date.now() - looked > EACH && look());
