// Cards stand for what other hosts would show. On request, and only then, what a card stands for is fetched and shown.
"use strict";
(() => {
  const words = document.currentScript.dataset.show;

  const frame = (link) => {
    const made = document.createElement("iframe");
    made.src = link.dataset.frame;
    made.title = link.textContent;
    made.setAttribute("sandbox", "allow-scripts allow-same-origin allow-popups allow-presentation");
    made.allow = "fullscreen; picture-in-picture";
    made.referrerPolicy = "strict-origin-when-cross-origin"; // players refuse to play for nobody
    return made;
  };

  const picture = (link) => {
    const made = document.createElement("img");
    made.alt = link.textContent;
    made.referrerPolicy = "no-referrer";
    made.src = link.href;
    return made;
  };

  for (const link of document.querySelectorAll(".embed > a:is([data-frame], [data-picture])")) {
    const card = link.parentElement;
    const host = card.querySelector(".host");
    if ("frame" in link.dataset && !link.dataset.frame.startsWith("https://")) continue;
    const button = document.createElement("button");
    button.type = "button";
    const { lang, dir } = document.body.lang ? document.body : document.documentElement; // the words are the site's
    Object.assign(button, { lang, dir });
    button.append(`${words} `, Object.assign(document.createElement("bdi"), { textContent: host.textContent }));
    host.hidden = true; // the button says it
    button.addEventListener("click", () => {
      const shown = "frame" in link.dataset ? frame(link) : picture(link);
      button.replaceWith(shown);
      host.hidden = false;
      card.classList.add("shown");
      shown.tabIndex = -1;
      shown.focus();
    });
    card.append(button);
  }
})();
