// Statements: j k y x over those of the machine, and search-as-you-type in the library.

import { describe, register } from "./keys.js";
import { onPage } from "./page.js";

const MOST = 8;
// What a template leaves where nothing was measured.
const BLANK = "___";
const rows = () => [...document.querySelectorAll("[data-statement]")];

function step(by) {
  const all = rows();
  if (!all.length) return false;
  const at = all.findIndex((row) => row.contains(document.activeElement));
  const to = at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + by));
  all[to].focus();
  return true;
}

function here(what) {
  const row = rows().find((one) => one.contains(document.activeElement));
  return row?.querySelector(`[data-${what}]`);
}

function accept() {
  const button = here("accept");
  button?.click();
  return Boolean(button);
}

function override() {
  const summary = here("override");
  if (!summary) return false;
  summary.parentElement.open = true;
  summary.parentElement.querySelector("[name=reason]").focus();
  return true;
}

register("j", "Next statement", () => step(1));
register("k", "Previous statement", () => step(-1));
register("y", "Accept the statement", accept);
register("x", "Override the statement", override);
describe("[data-library]", "↑ ↓ Enter", "In the list of statements: choose one");

// The statement that was decided keeps the focus.
document.addEventListener("htmx:beforeSwap", (event) => {
  const row = event.detail.target.closest?.("[data-statement]");
  if (row) setTimeout(() => row.focus());
});

/** Statements whose acronym begins so come first, then those with every word in their text. */
export function find(library, typed) {
  const wanted = typed.trim().toLowerCase();
  if (!wanted) return [];
  const words = wanted.split(/\s+/);
  const byAcronym = library.filter((row) => row.acronym.toLowerCase().startsWith(wanted));
  const said = (row) => (row.template ? `${row.acronym} ${row.text}` : row.text).toLowerCase();
  const byWords = library.filter((row) => words.every((word) => said(row).includes(word)));
  byAcronym.sort((a, b) => a.acronym.length - b.acronym.length);
  return [...new Set([...byAcronym, ...byWords])].slice(0, MOST);
}

class Library {
  constructor(place) {
    this.address = place.dataset.library;
    this.fill = place.dataset.fill;
    this.note = place.querySelector("[data-fill-note]");
    this.input = place.querySelector("input");
    this.list = place.querySelector("ul");
    this.text = document.getElementById("text");
    this.at = 0;
    this.input.addEventListener("focus", () => this.load());
    this.input.addEventListener("input", () => this.show());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    this.list.addEventListener("click", (event) => this.choose(event.target.closest("li")));
  }

  async load() {
    this.rows ??= fetch(this.address, { headers: { Accept: "application/json" } })
      .then((response) => (response.ok ? response.json() : { statements: [] }))
      .then((answer) => answer.statements)
      .catch(() => []);
    return this.rows;
  }

  async show() {
    const typed = this.input.value;
    this.found = find(await this.load(), typed);
    if (this.input.value !== typed) return;
    this.list.replaceChildren(...this.found.map((row, index) => this.option(row, index)));
    this.mark(0);
    this.list.hidden = !this.found.length;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
  }

  option(row, index) {
    const made = Object.assign(document.createElement("li"), { id: `statement-${index}` });
    made.setAttribute("role", "option");
    made.append(Object.assign(document.createElement("b"), { textContent: row.acronym }), ` ${row.text}`);
    if (row.template) made.append(Object.assign(document.createElement("small"), { textContent: " template" }));
    return made;
  }

  mark(at) {
    this.at = at;
    [...this.list.children].forEach((row, index) => row.setAttribute("aria-selected", String(index === at)));
    this.input.setAttribute("aria-activedescendant", this.list.children[at]?.id ?? "");
  }

  key(event) {
    const last = (this.found?.length ?? 0) - 1;
    if (event.key === "ArrowDown") this.mark(Math.min(last, this.at + 1));
    else if (event.key === "ArrowUp") this.mark(Math.max(0, this.at - 1));
    else if (event.key === "Enter" && !event.ctrlKey) this.choose(this.list.children[this.at]);
    else return;
    event.preventDefault();
  }

  async choose(option) {
    const row = this.found?.[[...this.list.children].indexOf(option)];
    if (!row) return;
    const added = row.template ? await this.filled(row) : `${row.text}.`;
    if (!added) return;
    const before = this.text.value.trimEnd();
    const begins = before ? before.length + 1 : 0;
    this.text.value = `${before}${before ? "\n" : ""}${added}`;
    this.text.dispatchEvent(new Event("input", { bubbles: true }));
    this.input.value = "";
    this.close();
    if (!this.toFill(begins)) this.input.focus();
  }

  /** A template's text with the numbers of this ECG; nothing where it could not be had. */
  async filled(row) {
    const body = new FormData(document.getElementById("reading"));
    body.delete("text");
    body.set("template", row.template);
    const answer = await fetch(this.fill, { method: "POST", body, headers: { Accept: "application/json" } }).catch(() => null);
    this.note.hidden = Boolean(answer?.ok);
    return answer?.ok ? (await answer.json()).text : "";
  }

  /** The first blank after that place is chosen, to be typed over. */
  toFill(from) {
    const at = this.text.value.indexOf(BLANK, from);
    if (at < 0) return false;
    this.text.focus();
    this.text.setSelectionRange(at, at + BLANK.length);
    return true;
  }

  close() {
    this.list.hidden = true;
    this.found = [];
    this.input.setAttribute("aria-expanded", "false");
  }
}

onPage(() => {
  for (const place of document.querySelectorAll("[data-library]")) new Library(place);
});
