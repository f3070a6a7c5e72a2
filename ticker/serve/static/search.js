// Search as one types: the page of the same address, its parts put in place of those here.

import { main } from "./lines.js";
import { adopt, page } from "./remote.js";

const PAUSE = 250; // ms without a key
const PARTS = ["found", "list", "older", "go", "subscribe", "trouble", "sources", "known", "language"];

export function search(shown) {
  const form = document.querySelector("form.search");
  let pause = 0;
  let asked = new AbortController();

  const address = () => {
    const said = new URLSearchParams([...new FormData(form)].filter(([, value]) => value.trim()));
    return form.getAttribute("action") + (said.size ? `?${said}` : "");
  };
  const go = async () => {
    clearTimeout(pause);
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
      shown();
    } catch {
      if (!signal.aborted) location.assign(url); // the server says what is wrong
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
}

function take(fresh) {
  const from = fresh.querySelector("main").dataset;
  for (const key of ["cursor", "query"]) main.dataset[key] = from[key];
  if (from.stream) main.dataset.stream = from.stream;
  else delete main.dataset.stream;
  document.title = fresh.title;
  adopt(fresh, PARTS);
}
