// The keyboard map. Commands are registered by scripts or written in the page as data-key.

const SEQUENCE_MS = 1000;
const OFF = "single-letter-keys-off";
const FIELD = "input:not([type=hidden]), select, textarea";
const TEXT = "input:not([type=radio],[type=checkbox],[type=button],[type=submit],[type=file]), textarea, select, [contenteditable]";

const commands = [];
const notes = [];
let prefix = "";
let prefixTimer = 0;

/** Adds a command; run() may return false to leave the key to the next one. */
export function register(keys, label, run) {
  commands.push({ keys, label, run });
}

/** Says in the help what keys do in a part of the page that takes them itself, while it is there. */
export function describe(part, keys, label) {
  notes.push({ part, keys, label });
}

export function notesHere() {
  return notes.filter(({ part }) => document.querySelector(part));
}

/** Every command of this page, for the palette: those registered, then the page's own. */
export function commandsHere() {
  const seen = new Map();
  for (const command of [...commands, ...elementCommands()]) {
    if (command.label && !seen.has(command.keys)) seen.set(command.keys, command);
  }
  return [...seen.values()];
}

export function lettersAreOff() {
  return localStorage.getItem(OFF) !== null;
}

export function switchLetters(on) {
  if (on) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "1");
}

function elementCommands() {
  return [...document.querySelectorAll("[data-key]")]
    .filter((element) => !element.disabled && !element.closest("[hidden]"))
    .map((element) => ({ keys: element.dataset.key, label: element.dataset.keyLabel, run: () => activate(element) }));
}

function activate(element) {
  if (element.matches("input, textarea, select")) {
    element.focus();
    // What is typed next follows what stands there already.
    if (element.matches("textarea") && !element.selectionEnd) element.setSelectionRange(element.value.length, element.value.length);
    return;
  }
  element.click();
  // What was opened to be filled in is typed into next, not taken for more commands.
  if (element.matches("details[open] > summary")) element.parentElement.querySelector(FIELD)?.focus();
}

function nameOf(event) {
  const held = event.ctrlKey || event.metaKey ? "Ctrl+" : "";
  const letter = event.key.length === 1 && event.key.toLowerCase() !== event.key.toUpperCase();
  const key = letter ? event.key.toUpperCase() : event.key;
  if (letter && !held) return event.shiftKey ? `Shift+${key}` : key.toLowerCase();
  return held + key;
}

function isSingle(name) {
  return !name.startsWith("Ctrl+") && name.replace("Shift+", "").length === 1;
}

function onKey(event) {
  if (event.defaultPrevented || event.altKey || event.isComposing) return;
  if (document.querySelector("dialog[open]")) return;
  const name = nameOf(event);
  const typing = event.target.closest?.(TEXT);
  if (typing && !name.startsWith("Ctrl+")) {
    if (name === "Escape") leaveField(typing);
    return;
  }
  // One level back: what is open closes before the page is left.
  if (name === "Escape" && document.querySelector(":popover-open")) return;
  if (name === "Escape" && closeAround(event.target)) {
    event.preventDefault();
    return;
  }
  if (isSingle(name) && lettersAreOff()) return;
  const candidates = [...commands, ...elementCommands()];
  if (runFirst(candidates, prefix ? `${prefix} ${name}` : name)) event.preventDefault();
  else rememberPrefix(candidates, name);
}

function leaveField(field) {
  field.blur();
  field.closest("details[open]")?.querySelector("summary").focus();
}

function closeAround(element) {
  const around = element.closest?.("details[open]");
  if (!around) return false;
  around.open = false;
  around.querySelector("summary").focus();
  return true;
}

function runFirst(candidates, keys) {
  const done = candidates.some((command) => command.keys === keys && command.run() !== false);
  if (done) prefix = "";
  return done;
}

function rememberPrefix(candidates, name) {
  clearTimeout(prefixTimer);
  prefix = candidates.some((command) => command.keys.startsWith(`${name} `)) ? name : "";
  prefixTimer = setTimeout(() => { prefix = ""; }, SEQUENCE_MS);
}

document.addEventListener("keydown", onKey);
