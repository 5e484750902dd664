/* Puts a button that copies the address beside each feed. Without it the links can be copied. */

const list = document.querySelector(".subscriptions");
const status = list?.querySelector("[role=status]");

/* Copy where there is no clipboard, as on pages that came without encryption. */
const copyOld = (text) => {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "unseen";
  list.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
};

const copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyOld(text);
  }
};

for (const link of list?.querySelectorAll("a[data-feed]") ?? []) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = list.dataset.copy;
  const of = link.closest("li").querySelector(".of");
  if (of) button.setAttribute("aria-label", `${list.dataset.label}: ${of.textContent}`);
  link.parentElement.append(button);
}

list?.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const done = await copy(button.closest("li").querySelector("a[data-feed]").href);
  button.focus();
  button.textContent = done ? list.dataset.copied : list.dataset.copy;
  button.toggleAttribute("data-done", done);
  status.textContent = "";
  requestAnimationFrame(() => {
    status.textContent = done ? list.dataset.copied : list.dataset.failed;
  });
  setTimeout(() => {
    button.textContent = list.dataset.copy;
    button.removeAttribute("data-done");
  }, 2000);
});
