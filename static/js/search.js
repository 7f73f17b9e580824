// Chips of a search: each is a field of a form that works without this module.

import { describe } from "./keys.js";

const form = document.querySelector("[data-chips]");

describe("[data-chips]", "Escape", "In a chip: its words as they were");
describe("[data-chips]", "Backspace", "In an empty chip: take it away");

/** As wide as its words. */
function fit(field) {
  field.size = Math.max(4, (field.value || field.placeholder).length);
}

/** Esc puts the words back; Backspace in an empty chip takes it away. */
function onKey(event) {
  const field = event.target;
  if (!field.matches("[name=part]")) return;
  if (event.key === "Escape") {
    field.value = field.defaultValue;
    fit(field);
  } else if (event.key === "Backspace" && field.value === "" && field.defaultValue !== "") {
    event.preventDefault();
    form.requestSubmit();
  }
}

form?.addEventListener("input", (event) => fit(event.target));
form?.addEventListener("keydown", onKey);
// Leaving the chips after a change searches again; a button among them does what it says.
form?.addEventListener("focusout", ({ target, relatedTarget }) => {
  if (target.value !== target.defaultValue && !form.contains(relatedTarget)) form.requestSubmit();
});
