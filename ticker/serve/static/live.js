// What is new, as it comes: the stream from where the page was made, and how the reader hears of it.

import { bound, lines, list, main, merge, older, put, sourceOf } from "./lines.js";
import { adopt, page } from "./remote.js";
import { atTop, quiet, still } from "./still.js";

const FIRST = 3_000; // ms until a stream that was refused is asked for again; doubled each time
const LONGEST = 60_000;
const SLEPT = 30_000; // ms without a tick: the machine slept, and the stream may be dead without saying so
const TICK = 5_000;
const STATE = 5_000; // ms within which all readers ask how the sources are doing: not all at once
const FURTHEST = 5; // pages fetched to close a gap, before the list is shown anew

const title = () => document.title.replace(/^\(\d+\) /, "");
const part = (name) => document.querySelector(`[data-${name}]`);
let stream = null;
let cursor = main.dataset.cursor;
let waits = FIRST;
let again = 0;
let asking = 0;
let unseen = new Set();

export function live() {
  connect();
  let last = Date.now();
  setInterval(() => {
    if (Date.now() - last > SLEPT) connect();
    last = Date.now();
  }, TICK);
  addEventListener("online", connect);
  addEventListener("pageshow", (event) => event.persisted && connect());
  addEventListener("pagehide", close); // a page with an open stream is not kept for "back"
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    seen();
    if (stream?.readyState === EventSource.CLOSED) connect();
  });
  addEventListener("scroll", seen, { passive: true });
  part("news").addEventListener("click", up);
}

// Goes to the newest line.
export function up() {
  scrollTo({ top: 0, behavior: quiet() ? "instant" : "smooth" });
}

// Follows the search that the page shows now, from the cursor that it was made at.
export function follow() {
  cursor = main.dataset.cursor;
  unseen = new Set();
  tell();
  waits = FIRST;
  connect();
}

function close() {
  clearTimeout(again);
  stream?.close();
  stream = null;
}

function connect() {
  close();
  const path = main.dataset.stream;
  if (!path) {
    part("live").hidden = true;
    return;
  }
  const opened = (stream = new EventSource(`${path}&after=${cursor}`));
  opened.addEventListener("open", () => {
    waits = FIRST;
    connected(true);
  });
  opened.addEventListener("error", () => {
    connected(false);
    if (opened === stream && opened.readyState === EventSource.CLOSED) { // refused: the browser gives up
      again = setTimeout(connect, waits * (0.5 + Math.random()));
      waits = Math.min(waits * 2, LONGEST);
    }
  });
  const on = (name, heard) => opened.addEventListener(name, (event) => {
    if (opened !== stream) return; // of a search that is no longer shown
    if (event.lastEventId) cursor = event.lastEventId;
    heard(JSON.parse(event.data));
  });
  on("items", ({ items }) => arrive(items));
  on("refresh", () => void refresh());
  on("state", () => void stateLater());
}

function connected(well) {
  const shown = part("live");
  shown.hidden = false;
  shown.dataset.live = well ? "open" : "lost";
}

function arrive(items) {
  if (items.some(({ source }) => !sourceOf(source))) { // a source that was configured since
    void refresh();
    return;
  }
  const watched = !document.hidden && atTop(list());
  const arrived = still(list(), () => items.map((entry) => [entry, put(entry)]).filter(([, what]) => what));
  for (const [{ id }, what] of arrived) if (what === "new") unseen.add(id);
  mark(arrived.map(([{ id }]) => id));
  if (watched) {
    announce(unseen.size);
    unseen.clear();
    bound();
  }
  tell();
  if (main.dataset.query && arrived.length) void found();
}

// The page as it is now, put in place of what is here; further down, what is being read stays, and the gap is closed.
async function refresh() {
  let fresh;
  try {
    fresh = await page(location.href);
    if (!atTop(list())) await closeGap(fresh);
  } catch {
    again = setTimeout(connect, waits * (0.5 + Math.random())); // what was missed is told again
    return;
  }
  const had = new Set([...lines()].map(({ dataset }) => dataset.id));
  const anew = !atTop(list()) && overlaps(fresh);
  still(list(), () => (anew ? merge(fresh) : adopt(fresh, ["list", "older"])));
  still(list(), () => adopt(fresh, ["trouble", "sources", "found", "known"]));
  for (const { dataset } of lines()) if (!had.has(dataset.id) && anew) unseen.add(dataset.id);
  tell();
  cursor = main.dataset.cursor = fresh.querySelector("main").dataset.cursor;
  connect();
}

function overlaps(fresh) {
  return [...fresh.querySelectorAll("[data-part=list] li[data-id]")].some(({ dataset }) => list().querySelector(`[data-id="${CSS.escape(dataset.id)}"]`));
}

async function closeGap(fresh) {
  for (let pages = 0, from = fresh; pages < FURTHEST && !overlaps(fresh); pages += 1) {
    const next = from.querySelector("[data-part=older]:not([hidden]) a");
    if (!next) return;
    from = await page(new URL(next.getAttribute("href"), location.href));
    fresh.querySelector("[data-part=list]").append(...from.querySelectorAll("[data-part=list] > section"));
  }
}

async function stateLater() {
  if (asking) return;
  asking = setTimeout(async () => {
    asking = 0;
    try {
      const fresh = await page(location.href);
      still(list(), () => adopt(fresh, ["trouble", "sources"]));
    } catch {
      // the stream says it again when something changes
    }
  }, Math.random() * STATE);
}

// In a search, the server says how many there are and where the words stand.
async function found() {
  try {
    const fresh = await page(location.href);
    still(list(), () => adopt(fresh, ["found"]));
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
