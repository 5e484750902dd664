// Light, dark, or what the device says: the reader's choice, kept on this device and applied before anything is shown.
(() => {
  "use strict";
  const KEY = "scheme";
  const ORDER = ["auto", "light", "dark"];
  const root = document.documentElement;

  const kept = () => {
    try {
      const value = localStorage.getItem(KEY);
      return ORDER.includes(value) ? value : "auto";
    } catch {
      return "auto"; // storage is refused: the choice then lasts as long as the page
    }
  };

  const keep = (scheme) => {
    try {
      if (scheme === "auto") localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, scheme);
    } catch {
      /* see above */
    }
  };

  const apply = (scheme) => {
    if (scheme === "auto") delete root.dataset.scheme;
    else root.dataset.scheme = scheme;
    for (const meta of document.querySelectorAll("meta[name=theme-color]")) {
      meta.dataset.media ??= meta.media;
      const own = meta.dataset.media.includes("dark") ? "dark" : "light";
      meta.media = scheme === "auto" ? meta.dataset.media : scheme === own ? "all" : "not all";
    }
    const button = document.querySelector("button.scheme");
    if (!button) return;
    button.title = button.dataset[scheme];
    button.setAttribute("aria-label", button.dataset[scheme]);
    button.hidden = false;
  };

  const begin = () => {
    let scheme = kept();
    apply(scheme);
    document.querySelector("button.scheme")?.addEventListener("click", () => {
      scheme = ORDER[(ORDER.indexOf(scheme) + 1) % ORDER.length];
      keep(scheme);
      apply(scheme);
    });
    const follow = () => apply((scheme = kept()));
    addEventListener("storage", (event) => (event.key === KEY || event.key === null) && follow());
    addEventListener("pageshow", (event) => event.persisted && follow());
  };

  apply(kept());
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
