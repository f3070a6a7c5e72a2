// Light or dark as the reader chose, before anything is painted: a small script that the page waits for.
{
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");

  const kept = () => {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null; // storage is refused to this page: the choice holds until the next one
    }
  };
  const keep = (theme) => {
    try {
      if (theme) localStorage.setItem("theme", theme);
      else localStorage.removeItem("theme");
    } catch {
      // as above
    }
  };
  const shown = () => root.dataset.theme ?? (system.matches ? "dark" : "light");
  const set = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
  };
  const label = (button) => button.setAttribute("aria-pressed", String(shown() === "dark"));

  set(kept());
  addEventListener("storage", (event) => event.key === "theme" && set(event.newValue));
  addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll("[data-theme-switch]")) {
      button.hidden = false;
      label(button);
      system.addEventListener("change", () => label(button));
      button.addEventListener("click", () => {
        const wanted = shown() === "dark" ? "light" : "dark";
        const own = wanted !== (system.matches ? "dark" : "light"); // else it follows the system again
        set(own ? wanted : null);
        keep(own ? wanted : null);
        label(button);
      });
    }
  });
}
