// The lines of the page: found, built from the page's own templates, put in their place by the instant they were published.

const MOST = 1000; // lines kept while the reader is at the top
const clocks = new Map(); // zone -> its wall clock

export const main = document.querySelector("main[data-cursor]");
export const list = () => main.querySelector("[data-part=list]");
export const lines = () => list().querySelectorAll("li[data-id]");
export const line = (id) => list().querySelector(`li[data-id="${CSS.escape(id)}"]`);
export const older = () => document.querySelector("[data-part=older]:not([hidden]) a");
const copy = (name) => document.importNode(document.getElementById(name).content, true).firstElementChild;

// Where an instant is on the wall clock of *zone*: its day, its hour as the server writes it, and HH:MM.
export function wall(zone, instant) {
  if (!clocks.has(zone)) {
    const whole = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" };
    clocks.set(zone, new Intl.DateTimeFormat("en-US-u-nu-latn", { ...whole, hourCycle: "h23", timeZone: zone, timeZoneName: "longOffset" }));
  }
  const is = Object.fromEntries(clocks.get(zone).formatToParts(instant).map(({ type, value }) => [type, value]));
  const day = `${is.year}-${is.month}-${is.day}`;
  const offset = is.timeZoneName.slice(3) || "+00:00";
  return { day, hour: `${day}T${is.hour}${offset}`, clock: `${is.hour}:${is.minute}`, iso: `${day}T${is.hour}:${is.minute}:${String(instant.getUTCSeconds()).padStart(2, "0")}${offset}` };
}

// Makes *entry* stand in the page as it is now; "new", "edited", or null where there was nothing to do.
export function put(entry) {
  const there = line(entry.id);
  if (there) {
    if (there.dataset.updated === entry.updated) return null;
    there.replaceWith(built(entry));
    return "edited";
  }
  const last = [...lines()].at(-1);
  if (last && older() && entry.published < last.dataset.at) return null; // its place is on a page not fetched yet
  place(built(entry));
  return entry.new ? "new" : "edited";
}

export function place(li) {
  const { day, hour } = wall(main.dataset.zone, new Date(li.dataset.at));
  const days = section(list(), "day", day, li);
  const hours = section(days, "hour", hour, li);
  const ol = hours.querySelector("ol");
  ol.insertBefore(li, [...ol.children].find((other) => other.dataset.at <= li.dataset.at) ?? null);
}

// The lines of another page of the same list, put in among ours; a line that is here stays, unless it is worded anew there.
export function merge(fresh) {
  for (const li of fresh.querySelectorAll("[data-part=list] li[data-id]")) {
    const here = line(li.dataset.id);
    if (!here) place(document.adoptNode(li));
    else if (here.dataset.updated < li.dataset.updated) here.replaceWith(document.adoptNode(li));
  }
}

// Runs *change*; the line that has the focus then has it still, and what was opened on a line is open.
export function keeping(change) {
  const focused = document.activeElement;
  const id = list().contains(focused) && focused.closest("li[data-id]")?.dataset.id;
  const kind = ["summary", ".source"].find((each) => focused?.matches(each)) ?? ".headline";
  const opened = [...list().querySelectorAll("li[data-id] details[open]")].map((details) => details.closest("li").dataset.id);
  const result = change();
  for (const each of opened) {
    const details = line(each)?.querySelector("details");
    if (details) details.open = true;
  }
  if (id && !focused.isConnected) (line(id)?.querySelector(kind) ?? line(id)?.querySelector(".headline"))?.focus({ preventScroll: true });
  return result;
}

// The oldest lines go when there are too many; they are still there behind the link to older ones.
export function bound() {
  const all = [...lines()];
  if (all.length <= MOST) return;
  const after = Math.floor(Date.parse(all[MOST - 1].dataset.at) / 1000) + 1;
  for (const li of all.slice(MOST)) li.remove();
  for (const group of list().querySelectorAll(".hour, .day")) if (!group.querySelector("li[data-id]")) group.remove();
  const link = document.querySelector("[data-part=older] a");
  link.setAttribute("href", `?${kept()}before=${after}-0`);
  link.parentElement.hidden = false;
}

// What an address keeps of the search.
const kept = () => main.dataset.query ? `${main.dataset.query}&` : "";

// The day or hour named *key* within *parent*, made in its place if it is not there.
function section(parent, kind, key, li) {
  const groups = [...parent.querySelectorAll(`:scope > .${kind}`)];
  const found = groups.find((group) => group.dataset[kind] === key);
  if (found) return found;
  const made = copy(kind === "day" ? "a-day" : "an-hour");
  made.dataset[kind] = key;
  const heading = made.querySelector("h2, h3");
  heading.firstElementChild.textContent = kind === "day" ? named(key) : `${key.slice(11, 13)}:00`;
  if (kind === "day") heading.firstElementChild.setAttribute("href", `?${kept()}day=${key}`);
  const below = groups.find((group) => group.querySelector("li[data-id]")?.dataset.at < li.dataset.at);
  parent.insertBefore(made, below ?? null);
  if (kind === "day") parent.querySelector("[data-part=empty]")?.remove();
  return made;
}

// A day as the server writes it: `Monday, 10 March 2025`.
function named(day) {
  const weekday = main.dataset.weekdays.split("|")[(new Date(day).getUTCDay() + 6) % 7];
  return `${weekday}${main.dataset.comma} ${dated(day)} ${Number(day.slice(0, 4))}`;
}

// The same without its weekday and year.
function dated(day) {
  const [, month, date] = day.split("-").map(Number);
  return `${date} ${main.dataset.months.split("|")[month - 1]}`;
}

function built(entry) {
  const li = copy("a-line");
  const source = sourceOf(entry.source);
  const zone = source?.dataset.zone ?? "UTC";
  const printed = wall(zone, new Date(entry.published));
  Object.assign(li.dataset, { id: entry.id, at: entry.published, updated: entry.updated });
  const time = document.createElement("time");
  li.querySelector(".clock").replaceWith(time);
  time.dir = "ltr";
  time.dateTime = printed.iso;
  time.textContent = printed.clock;
  const place = li.querySelector(".zone");
  if (zone === main.dataset.zone) place.remove();
  else place.textContent = source?.dataset.city ?? "UTC";
  const date = li.querySelector(".date"); // where it is another than that of the list
  if (printed.day === wall(main.dataset.zone, new Date(entry.published)).day) date.remove();
  else date.textContent = dated(printed.day);
  li.querySelector(".headline").href = entry.page;
  say(li.querySelector(".headline bdi"), entry.title, entry.language);
  const named = li.querySelector(".source");
  if (named && source) named.replaceWith(document.importNode(source, true));
  else if (named) say(named, entry.source_title, entry.language);
  if (!entry.uncertain) li.querySelector(".uncertain").remove();
  earlier(li, entry);
  const notes = li.querySelector(".notes");
  if (!notes.childElementCount) notes.remove();
  return li;
}

function earlier(li, entry) {
  const details = li.querySelector("details");
  const ol = details.querySelector("ol");
  const row = ol.firstElementChild;
  ol.replaceChildren();
  for (const was of entry.earlier.toReversed()) {
    const copied = row.cloneNode(true);
    say(copied.querySelector("bdi"), was.title, entry.language);
    ol.append(copied);
  }
  if (!ol.childElementCount) details.remove();
}

// The link to a source as the page prints it, with its mark, zone and language; null for one that the page does not know.
export function sourceOf(name) {
  return document.getElementById("sources").content.querySelector(`[data-source="${CSS.escape(name)}"]`);
}

function say(element, words, language) {
  element.textContent = words;
  element.lang = language;
  element.dir = main.dataset.rtl.split(" ").includes(language) ? "rtl" : "ltr";
}
