// Listens to the preview: reloads the page when it is another one, and shows faults above it until they are mended.
(() => {
  "use strict";
  const given = JSON.parse(document.currentScript.dataset.preview);
  const KEY = "newsgen preview: hidden";

  for (const link of document.querySelectorAll("a[href]")) {
    const why = given.held[link.getAttribute("href")];
    if (why && link.textContent.trim()) {
      link.classList.add("newsgen-preview-held");
      link.dataset.newsgenPreview = why;
    }
  }

  const host = document.createElement("newsgen-preview");
  host.lang = "en";
  host.dir = "ltr";
  const shade = host.attachShadow({ mode: "open" });
  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = given.style;

  const make = (name, kind, text) => {
    const made = document.createElement(name);
    if (kind) made.className = kind;
    if (text !== undefined) made.textContent = text;
    return made;
  };

  const row = (fault) => {
    const item = make("li");
    item.append(make("p", "place", `${fault.path}:${fault.line}:${fault.column}`), make("p", "what", fault.what + "."));
    if (fault.remedy) item.append(make("p", "remedy", fault.remedy));
    if (fault.excerpt.length) {
      const lines = make("pre");
      for (const [number, text] of fault.excerpt) {
        const line = make("span", number === fault.line ? "here" : "");
        line.append(make("b", "", number), text);
        lines.append(line);
      }
      item.append(lines);
    }
    return item;
  };

  const show = (told, text) => {
    const number = told.faults.length + told.more;
    if (!number) {
      sessionStorage.removeItem(KEY);
      host.remove();
      return;
    }
    const name = number === 1 ? "1 fault" : `${number} faults`;
    const sheet = make("dialog", "sheet");
    sheet.setAttribute("aria-labelledby", "title");
    const alert = make("div");
    alert.setAttribute("role", "alert");
    const top = make("div", "top");
    const title = make("h2", "", `${name}: what is shown is the last good version`);
    title.id = "title";
    const away = make("button", "", "Hide");
    top.append(title, away);
    const list = make("ol");
    list.append(...told.faults.map(row));
    if (told.more) list.append(make("li", "", `… and ${told.more} more`));
    alert.append(top, list);
    sheet.append(alert);
    const again = make("button", "again", name);
    const put = (isAway) => {
      sheet.open = !isAway; // and not show(), which would take the focus from where somebody reads
      again.hidden = !isAway;
      if (isAway) sessionStorage.setItem(KEY, text);
      else sessionStorage.removeItem(KEY);
    };
    away.addEventListener("click", () => { put(true); again.focus(); });
    again.addEventListener("click", () => { put(false); away.focus(); });
    sheet.addEventListener("keydown", (event) => { if (event.key === "Escape") { put(true); again.focus(); } });
    shade.replaceChildren(style, sheet, again);
    document.documentElement.append(host);
    put(sessionStorage.getItem(KEY) === text);
  };

  const query = new URLSearchParams({ address: given.address, mark: given.mark });
  let events = null;
  const load = () => { leave(); location.reload(); };
  const leave = () => { if (events) events.close(); events = null; };
  const listen = () => {
    if (events) return;
    events = new EventSource(`${given.events}?${query}`);
    events.addEventListener("faults", (event) => show(JSON.parse(event.data), event.data));
    events.addEventListener("reload", load);
    events.addEventListener("files", (event) => {
      const changed = JSON.parse(event.data);
      const names = ["src", "srcset", "poster", "data"];
      const has = (one, name) => (one.getAttribute(name) || "").split(/[\s,]+/).some((part) => changed.includes(part));
      const shown = [...document.querySelectorAll("[src], [srcset], [poster], [data], link[href]")];
      if (shown.some((one) => names.some((name) => has(one, name)) || (one.localName === "link" && has(one, "href")))) load();
    });
  };
  // A browser keeps few connections to one host, so a page that nobody sees leaves its own to others.
  document.addEventListener("visibilitychange", () => (document.hidden ? leave() : listen()));
  addEventListener("pagehide", leave);
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  if (!document.hidden) listen();
})();
