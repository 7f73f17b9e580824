// The cursor of the worklist: the focus on a row's link, so that Enter opens it by itself.

import { describe, register } from "./keys.js";

const rows = () => [...document.querySelectorAll("[data-rows] [data-row]")];
const cursor = () => rows().find((row) => row.hasAttribute("data-cursor"));

function mark(row) {
  for (const other of rows()) other.toggleAttribute("data-cursor", other === row);
}

function moveTo(row) {
  mark(row);
  row.querySelector("a[href]").focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = rows();
  if (!all.length) return false;
  const focused = all.findIndex((row) => row.contains(document.activeElement));
  // The first press only brings the focus to the row already marked.
  const from = focused >= 0 ? focused + by : Math.max(0, all.indexOf(cursor()));
  moveTo(all[Math.min(all.length - 1, Math.max(0, from))]);
  return true;
}

function open() {
  const link = cursor()?.querySelector("a[href]");
  link?.click();
  return Boolean(link);
}

function press(what) {
  const button = cursor()?.querySelector(`[data-${what}]`);
  button?.click();
  return Boolean(button);
}

function openFromPage() {
  return document.activeElement === document.body ? open() : false;
}

if (document.querySelector("[data-rows]")) {
  register("j", "Next row", () => step(1));
  register("k", "Previous row", () => step(-1));
  describe("[data-rows]", "↓ ↑", "Next row, previous row");
  register("ArrowDown", "", () => step(1));
  register("ArrowUp", "", () => step(-1));
  register("o", "Open", open);
  register("a", "Take", () => press("take"));
  register("u", "Release", () => press("release"));
  register("h", "Assign to another reader", () => press("assign"));
  register("Enter", "Open", openFromPage);
}

// A row that was swapped keeps the cursor, and the focus where it was on its buttons.
document.addEventListener("htmx:afterSwap", (event) => {
  const row = document.getElementById(event.detail.target?.id ?? "");
  if (row?.matches("[data-row]")) moveTo(row);
});

document.addEventListener("focusin", (event) => {
  const row = event.target.closest("[data-rows] [data-row]");
  if (row) mark(row);
});
