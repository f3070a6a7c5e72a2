// Changes the list without moving what is being read.

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const SLIDE = { duration: 320, easing: "cubic-bezier(.2, .7, .2, 1)" };
const MOVING = ".day, .day > h2, .hour, .hour > h3, .line"; // in the order of the page: whoever holds others comes first

export const quiet = () => calm.matches;

// Whether the reader looks at the newest lines.
export const atTop = (list) => scrollY < 8 || list.getBoundingClientRect().top >= 0;

// Runs *change*, which may put another list in place of this one. At the top, lines glide to where they then stand; further
// down, those in view stay where they are.
export function still(list, change) {
  if (atTop(list())) return glide(list(), change);
  const [id, before] = anchor(list()) ?? [];
  const result = change();
  const after = id && list().querySelector(`[data-id="${CSS.escape(id)}"]`)?.getBoundingClientRect().top;
  if (typeof after === "number" && after !== before) scrollBy({ top: after - before, behavior: "instant" });
  return result;
}

function anchor(list) {
  for (const line of list.querySelectorAll(".line")) {
    const { bottom, top } = line.getBoundingClientRect();
    if (bottom > 0) return [line.dataset.id, top];
  }
  return null;
}

function glide(list, change) {
  if (calm.matches || document.hidden) return change();
  const before = new Map();
  for (const element of list.querySelectorAll(MOVING)) {
    const { top } = element.getBoundingClientRect();
    if (top > innerHeight) break;
    before.set(element, top);
  }
  const result = change();
  const moves = new Map(); // element -> how far it was moved, with all that is in it
  for (const [element, top] of before) {
    if (element.isConnected) moves.set(element, top - element.getBoundingClientRect().top);
  }
  for (const [element, by] of moves) {
    const own = by - (moves.get(element.parentElement.closest(".hour, .day")) ?? 0);
    if (own) element.animate([{ transform: `translateY(${own}px)` }, { transform: "none" }], SLIDE);
  }
  return result;
}
