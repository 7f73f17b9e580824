// The `?` dialog: every command of this page, found by words and run from there, with its key;
// and the switch that turns single letters off.

import { commandsHere, lettersAreOff, notesHere, register, switchLetters } from "./keys.js";

/** Opens the help; built afresh, so that it lists exactly what works now. */
export function openHelp() {
  const dialog = element("dialog", { id: "help", "aria-labelledby": "help-title" });
  const close = element("button", { class: "button", type: "button" }, "Close");
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  const title = element("h2", { id: "help-title" }, "Keys and commands");
  const list = commandList(dialog);
  dialog.append(element("header", {}, title), element("div", {}, finder(list), list, letterSwitch(), close));
  document.body.append(dialog);
  dialog.showModal();
}

function commandList(dialog) {
  const list = element("ul", { class: "keys" });
  for (const command of commandsHere()) {
    const button = element("button", { type: "button" }, keycaps(command.keys), command.label);
    // The dialog gives the focus back when it closes; what is run may take it on.
    button.addEventListener("click", () => {
      dialog.close();
      command.run();
    });
    list.append(element("li", {}, button));
  }
  // What is not done from here: the keys of the trace, of a caliper, of a field.
  for (const note of notesHere()) {
    list.append(element("li", {}, element("p", {}, keycaps(note.keys), note.label)));
  }
  return list;
}

function keycaps(keys) {
  return element("span", {}, ...keys.split(" ").map((key) => element("kbd", {}, key)));
}

/** Shows the commands of which all words are said; Enter runs the first. */
function finder(list) {
  const field = element("input", { class: "input", type: "search", autocomplete: "off", placeholder: "Find a command", "aria-label": "Find a command" });
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(" ");
    for (const row of list.children) {
      row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
    }
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    list.querySelector("li:not([hidden]) button")?.click();
  });
  return field;
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
