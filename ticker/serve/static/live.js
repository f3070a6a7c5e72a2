// What is new, as it comes: the stream from where the page was made, and how the reader hears of it.

import { bound, keeping, lines, list, main, merge, put, sourceOf } from "./lines.js";
import { adopt, frame, page, reframed } from "./remote.js";
import { atTop, quiet, still } from "./still.js";
import { follow as stream } from "./stream.js";

const FIRST = 3_000; // ms until a page that did not come is asked for again; doubled each time
const LONGEST = 60_000;
const SLEPT = 30_000; // ms without a tick: the machine slept, and the stream may be dead without saying so
const TICK = 5_000;
const STATE = 5_000; // ms within which all readers ask how the sources are doing: not all at once
const FURTHEST = 5; // pages fetched to close a gap, before the list is shown anew

const title = () => document.title.replace(/^\(\d+\) /, "");
const part = (name) => document.querySelector(`[data-${name}]`);
let following = null;
let cursor = main.dataset.cursor;
let waits = FIRST;
let again = 0; // when the page is asked for again: it was to be loaded anew, and did not come
let asking = 0;
let unseen = new Set();
let on = {};

// *renewed* is run when the list was put in place anew, *reached* when the service is there again.
export function live({ renewed, reached }) {
  on = { renewed, reached };
  connect();
  let last = Date.now();
  setInterval(() => {
    if (Date.now() - last > SLEPT) following?.anew();
    else following?.wake();
    last = Date.now();
  }, TICK);
  addEventListener("online", () => {
    following?.anew();
    if (again) void refresh();
  });
  addEventListener("pageshow", (event) => event.persisted && connect());
  addEventListener("pagehide", close); // a page with an open stream is not kept for "back"
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) seen();
  });
  addEventListener("scroll", seen, { passive: true });
  part("news").addEventListener("click", up);
}

// Goes to the newest line, with the focus.
export function up() {
  lines()[0]?.querySelector(".headline").focus({ preventScroll: true });
  scrollTo({ top: 0, behavior: quiet() ? "instant" : "smooth" });
}

// Follows the search that the page shows now, from the cursor that it was made at.
export function follow() {
  cursor = main.dataset.cursor;
  unseen = new Set();
  tell();
  clearTimeout(again);
  again = 0;
  connect();
}

function close() {
  following?.close();
  following = null;
}

function connect() {
  close();
  const path = main.dataset.stream;
  if (!path) return; // the page says that it is not live
  const opened = (following = stream(path, {
    cursor: () => cursor,
    well: (whether) => opened === following && connected(whether),
    heard(name, id, data) {
      if (opened !== following) return; // of a search that is no longer shown
      if (id) cursor = id;
      if (name === "items") arrive(JSON.parse(data).items);
      else if (name === "refresh") void refresh();
      else void stateLater();
    },
  }));
}

// Shows how the connection is.
export function connected(well) {
  const shown = part("live");
  shown.hidden = false;
  shown.dataset.live = well ? "open" : "lost";
  if (well) on.reached();
}

function arrive(items) {
  if (items.some(({ source }) => !sourceOf(source))) { // a source that was configured since
    void refresh();
    return;
  }
  const watched = !document.hidden && atTop(list());
  const arrived = still(list, () => keeping(() => items.map((entry) => [entry, put(entry)]).filter(([, what]) => what)));
  for (const [{ id }, what] of arrived) if (what === "new") unseen.add(id);
  mark(arrived.map(([{ id }]) => id));
  if (watched) {
    announce(unseen.size);
    unseen.clear();
    bound();
  } else if (document.hidden && atTop(list())) bound();
  tell();
  if (main.dataset.query && arrived.length) void found();
}

// The page as it is now, put in place of what is here; further down, what is being read stays, and the gap is closed.
async function refresh() {
  clearTimeout(again);
  const asked = location.href;
  const pages = [];
  try {
    pages.push(await page(asked));
    if (!atTop(list())) await closeGap(pages);
  } catch {
    again = setTimeout(refresh, waits * (0.5 + Math.random()));
    waits = Math.min(waits * 2, LONGEST);
    return;
  }
  if (asked !== location.href) return; // something else is searched for meanwhile
  again = 0;
  waits = FIRST;
  renew(pages);
  tell();
  following?.anew();
  on.renewed();
}

function renew(pages) {
  const [fresh] = pages;
  const had = new Set([...lines()].map(({ dataset }) => dataset.id));
  const newest = lines()[0]?.dataset.at ?? "";
  const away = !atTop(list());
  const otherwise = reframed(fresh);
  const stays = away && overlaps(pages) && !otherwise;
  const change = () => {
    if (otherwise) frame(fresh);
    if (!stays) {
      adopt(fresh, ["list"]);
      adopt(pages.at(-1), ["older"]);
    }
    for (const each of stays ? pages : pages.slice(1)) merge(each);
  };
  adopt(fresh, ["known"]);
  still(list, () => keeping(change));
  still(list, () => adopt(fresh, ["trouble", "sources", "found"]));
  for (const { dataset } of lines()) if (away && !had.has(dataset.id) && (stays || dataset.at > newest)) unseen.add(dataset.id);
  cursor = main.dataset.cursor = fresh.querySelector("main").dataset.cursor;
}

const holds = (pages, id) => pages.some((each) => each.querySelector(`[data-part=list] li[data-id="${CSS.escape(id)}"]`));
const overlaps = (pages) => [...lines()].some(({ dataset }) => holds(pages, dataset.id));

// Whether no further page is needed for what is being read to stay.
function reaches(pages) {
  if (!reframed(pages[0])) return overlaps(pages);
  const read = [...lines()].find((li) => li.getBoundingClientRect().bottom > 0);
  return !read || holds(pages, read.dataset.id);
}

async function closeGap(pages) {
  while (pages.length <= FURTHEST && !reaches(pages)) {
    const next = pages.at(-1).querySelector("[data-part=older]:not([hidden]) a");
    if (!next) return;
    pages.push(await page(new URL(next.getAttribute("href"), location.href)));
  }
}

async function stateLater() {
  if (asking) return;
  asking = setTimeout(async () => {
    asking = 0;
    try {
      const fresh = await page(location.href);
      still(list, () => adopt(fresh, ["trouble", "sources"]));
    } catch {
      // the stream says it again when something changes
    }
  }, Math.random() * STATE);
}

// In a search, the server says how many there are and where the words stand.
async function found() {
  try {
    const fresh = await page(location.href);
    still(list, () => adopt(fresh, ["found"]));
    for (const marked of fresh.querySelectorAll("[data-part=list] li[data-id]")) {
      const here = list().querySelector(`[data-id="${CSS.escape(marked.dataset.id)}"] .headline`);
      const there = marked.querySelector(".headline");
      if (here && here.textContent === there.textContent) here.replaceChildren(...document.adoptNode(there).childNodes);
    }
  } catch {
    // the lines are there, unmarked
  }
}

function mark(ids) {
  for (const id of ids) list().querySelector(`[data-id="${CSS.escape(id)}"]`)?.classList.add("fresh");
}

function seen() {
  if (!unseen.size || document.hidden || !atTop(list())) return;
  unseen.clear();
  bound();
  tell();
}

// How many the reader has not seen yet: in the title, and above the lines where those are out of sight.
function tell() {
  const count = unseen.size;
  document.title = count ? `(${count}) ${title()}` : title();
  part("news").hidden = count === 0 || atTop(list());
  part("news").textContent = count ? counted(count) : "";
}

function announce(count) {
  if (count) part("said").textContent = counted(count);
}

// "3 new headlines", in the plural form that the language has for the number; the forms name it, or need not.
function counted(count) {
  const form = new Intl.PluralRules(document.documentElement.lang).select(count);
  return part("said").dataset[form].replace(/\d+/, count);
}
