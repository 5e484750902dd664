/* Keys on the timeline, and the form that goes to a date. Everything here can be done without it. */
"use strict";
(() => {
  const kept = "newsgen:keys";
  const box = document.querySelector("[data-keys]");
  const main = document.querySelector("main");
  let on = true;
  try {
    on = localStorage.getItem(kept) !== "off";
  } catch {
    // A browser that keeps nothing for this page: the keys are on.
  }

  const entries = () => [...main.querySelectorAll(".card :is(h2, h3, h4) a, .event :is(h3, h4, h5) a, .months a")];
  const days = () => [...main.querySelectorAll(".month td a")];

  function focus(link) {
    if (!link) return;
    link.focus();
    link.scrollIntoView({ block: "nearest" });
  }

  function step(list, by) {
    const at = list.indexOf(document.activeElement);
    if (at >= 0) return list[at + by];
    const first = list.findIndex((one) => one.getBoundingClientRect().bottom > 0);
    return by > 0 ? list[Math.max(first, 0)] : list[(first < 0 ? list.length : first) - 1];
  }

  // In a calendar: the nearest day with reports that lies so many days on or back; weeks look for their own weekday.
  function day(by) {
    const list = days();
    const cells = [...main.querySelectorAll(".month td[id]")];
    let at = cells.indexOf(document.activeElement.closest("td")) + by;
    for (; at >= 0 && at < cells.length; at += by) {
      const link = cells[at].querySelector("a");
      if (link) return link;
    }
    return Math.abs(by) > 1 ? list[list.indexOf(document.activeElement) + Math.sign(by)] : undefined;
  }

  const period = (rel) => main.querySelector(`.neighbours a[rel="${rel}"]`);

  function move(key) {
    const inCalendar = document.activeElement.matches(".month td a");
    const list = inCalendar ? days() : entries();
    const isEntry = list.includes(document.activeElement);
    const onward = document.dir === "rtl" || getComputedStyle(main).direction === "rtl" ? -1 : 1;
    switch (key) {
      case "j":
        return step(entries(), 1);
      case "k":
        return step(entries(), -1);
      case "ArrowDown":
        return inCalendar ? day(7) : isEntry && step(list, 1);
      case "ArrowUp":
        return inCalendar ? day(-7) : isEntry && step(list, -1);
      case "ArrowRight":
        return inCalendar && day(onward);
      case "ArrowLeft":
        return inCalendar && day(-onward);
      case "Home":
        return isEntry && list[0];
      case "End":
        return isEntry && list[list.length - 1];
    }
    return undefined;
  }

  const going = { "[": "prev", p: "prev", "]": "next", n: "next" };

  document.addEventListener("keydown", (event) => {
    const withModifier = event.ctrlKey || event.altKey || event.metaKey || event.shiftKey;
    if (!on || event.defaultPrevented || event.isComposing) return;
    if (withModifier && !event.getModifierState("AltGraph")) return;
    if (event.target.closest("input, textarea, select, button, summary, [contenteditable]")) return;
    const rel = Object.hasOwn(going, event.key) ? going[event.key] : undefined;
    if (rel) {
      const link = period(rel);
      if (!link) return;
      event.preventDefault();
      link.click();
      return;
    }
    const link = move(event.key);
    if (!link) return;
    event.preventDefault();
    focus(link);
  });

  if (box) {
    const use = box.querySelector("input");
    box.hidden = false;
    use.checked = on;
    use.addEventListener("change", () => {
      on = use.checked;
      try {
        localStorage.setItem(kept, on ? "on" : "off");
      } catch {
        // It holds for this page then.
      }
    });
  }

  // A date leads to its month, where its day is marked; where nothing was published in that month, to the nearest.
  const form = document.querySelector("[data-jump]");
  if (form) {
    const months = [...main.querySelectorAll("[data-period]")].map((one) => one.dataset.period).sort();
    const far = (month) => 12 * Number(month.slice(0, 4)) + Number(month.slice(5, 7));
    const told = form.querySelector("output");
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const date = form.querySelector("input").value;
      const month = date.slice(0, 7);
      if (months.includes(month)) {
        location.assign(`${form.dataset.jump}${month.replace("-", "/")}/#ng:day-${date}`);
        return;
      }
      const nearest = months.reduce((one, other) =>
        Math.abs(far(other) - far(month)) < Math.abs(far(one) - far(month)) ? other : one,
      );
      const link = main.querySelector(`[data-period="${nearest}"]`);
      told.textContent = `${told.dataset.nearest} ${link.dataset.name}`;
      focus(link);
    });
  }
})();
