// The `?` dialog: the keys that exist on this page, and the switch that turns letters off.

import { commandsHere, lettersAreOff, register, switchLetters } from "./keys.js";

/** Opens the help; built afresh, so that it lists exactly what works now. */
export function openHelp() {
  const dialog = element("dialog", { id: "help", "aria-labelledby": "help-title" });
  const close = element("button", { class: "button", type: "button" }, "Close");
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  const title = element("h2", { id: "help-title" }, "Keys on this page");
  dialog.append(element("header", {}, title), element("div", {}, keyList(), letterSwitch(), close));
  document.body.append(dialog);
  dialog.showModal();
}

function keyList() {
  const list = element("dl", { class: "keys" });
  for (const { keys, label } of commandsHere()) {
    const parts = keys.split(" ").map((key) => element("kbd", {}, key));
    list.append(element("dt", {}, ...parts), element("dd", {}, label));
  }
  return list;
}

function letterSwitch() {
  const box = element("input", { type: "checkbox" });
  box.checked = !lettersAreOff();
  box.addEventListener("change", () => switchLetters(box.checked));
  return element("label", { class: "check" }, box, "Single-letter keys");
}

function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-open=help]")) openHelp();
});
register("?", "This help", openHelp);
