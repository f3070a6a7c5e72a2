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

  const address = () => {
    const said = new URLSearchParams([...new FormData(form)].filter(([, value]) => value.trim()));
    return form.getAttribute("action") + (said.size ? `?${said}` : "");
  };
  const go = async () => {
    clearTimeout(pause);
    owing = false;
    asked.abort();
    asked = new AbortController();
    const { signal } = asked;
    const url = address();
    main.setAttribute("aria-busy", "true");
    try {
      const fresh = await page(url, signal);
      if (signal.aborted) return;
      history.replaceState(null, "", url);
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
    clearTimeout(pause);
    pause = setTimeout(go, PAUSE);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void go();
  });
  const again = () => owing && void go();
  addEventListener("online", again);
  return again;
}

function take(fresh) {
  const from = fresh.querySelector("main").dataset;
  for (const key of ["cursor", "query"]) main.dataset[key] = from[key];
  if (from.stream) main.dataset.stream = from.stream;
  else delete main.dataset.stream;
  adopt(fresh, PARTS);
  frame(fresh);
}
