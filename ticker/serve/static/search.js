// Search as one types: the page of the same address, its parts put in place of those here.

import { main } from "./lines.js";
import { adopt, frame, page, Refused } from "./remote.js";

const PAUSE = 250; // ms without a key
const FIRST = 3_000; // ms until what did not come is asked for again; doubled each time
const LONGEST = 60_000;
const PARTS = ["live", "found", "list", "older", "go", "subscribe", "trouble", "sources", "known", "language"];

// *shown* is run when the page shows what was searched for, *lost* when the service cannot be reached; gives a function
// that asks again where it could not.
export function search(shown, lost) {
  const form = document.querySelector("form.search");
  let pause = 0;
  let waits = FIRST;
  let owing = false; // an answer that did not come
  let asked = new AbortController();

  let here = place(location); // what is shown, without what leads to a part of it
  let wanted = null; // the address of the past that was gone back to

  const address = () => {
    const said = new URLSearchParams([...new FormData(form)].filter(([, value]) => value.trim()));
    return form.getAttribute("action") + (said.size ? `?${said}` : "");
  };
  // A search is one step of the history of the browser, however many letters it was typed in.
  const enter = (url) => {
    const step = searched(here) ? "replaceState" : "pushState";
    if (place(url) !== here) history[step](null, "", url);
  };
  const go = async () => {
    clearTimeout(pause);
    owing = false;
    asked.abort();
    asked = new AbortController();
    const { signal } = asked;
    const url = new URL(wanted ?? address(), location.href);
    main.setAttribute("aria-busy", "true");
    try {
      const fresh = await page(url, signal);
      if (signal.aborted) return;
      if (!wanted) enter(url);
      else fill(form, fresh);
      here = place(url);
      wanted = null;
      take(fresh);
      waits = FIRST;
      shown();
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Refused) location.assign(url); // the server says what is wrong
      else {
        owing = true; // what is here stays
        pause = setTimeout(go, waits * (0.5 + Math.random()));
        waits = Math.min(waits * 2, LONGEST);
        lost();
      }
    } finally {
      if (!signal.aborted) main.removeAttribute("aria-busy");
    }
  };

  form.addEventListener("input", () => {
    wanted = null;
    clearTimeout(pause);
    pause = setTimeout(go, PAUSE);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    wanted = null;
    void go();
  });
  addEventListener("popstate", () => {
    if (place(location) === here) return; // to another part of what is shown
    wanted = location.href;
    void go();
  });
  const again = () => owing && void go();
  addEventListener("online", again);
  return again;
}

const place = ({ pathname, search }) => pathname + search;
const searched = (where) => /[?&](q|not)=/.test(where);

// The words of *fresh* stand in the fields.
function fill(form, fresh) {
  for (const field of form.querySelectorAll("input")) field.value = fresh.getElementById(field.id).value;
}

function take(fresh) {
  const from = fresh.querySelector("main").dataset;
  for (const key of ["cursor", "query"]) main.dataset[key] = from[key];
  if (from.stream) main.dataset.stream = from.stream;
  else delete main.dataset.stream;
  adopt(fresh, PARTS);
  frame(fresh);
}
