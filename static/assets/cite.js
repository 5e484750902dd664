/* Puts a button that copies beside each form of the citation of an article. Without it they can be marked and copied. */

const section = document.querySelector(".cite");

/* Give the text that is copied of an element: a reference in one line, a record of RIS with the line ends of its files. */
const textOf = (element) => {
  const text = element.textContent.trim();
  if (element.localName !== "pre") return text.replace(/\s+/g, " ");
  return text.startsWith("TY  - ") ? `${text} \n`.replaceAll("\n", "\r\n") : `${text}\n`;
};

/* Copy where there is no clipboard, as on pages that came without encryption. */
const copyOld = (text) => {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "unseen";
  section.append(field);
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

for (const element of section?.querySelectorAll(".reference, pre") ?? []) {
  const button = document.createElement("button");
  const status = section.querySelector("[role=status]");
  button.type = "button";
  button.textContent = section.dataset.copy;
  const form = element.closest("details")?.querySelector("summary").textContent;
  if (form) button.setAttribute("aria-label", `${section.dataset.copy}: ${form}`);
  button.addEventListener("click", async () => {
    const done = await copy(textOf(element));
    button.focus();
    status.textContent = "";
    requestAnimationFrame(() => {
      status.textContent = done ? section.dataset.copied : section.dataset.failed;
    });
  });
  element.after(button);
}
