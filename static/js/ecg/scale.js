// How large a millimetre is on this screen: told by a bank card held to it, kept for this screen.

import { make } from "./sheet.js";

// ISO/IEC 7810 ID-1.
const CARD_MM = { width: 85.6, height: 53.98 };
const KEY = "ecg-px-per-mm ";
const CSS_PX_PER_MM = 96 / 25.4;
const STEP_MM = 0.1;
const RANGE = [1.5, 12];

// Another screen, pixel ratio or zoom is another calibration.
function keyHere() {
  return `${KEY}${screen.width}x${screen.height} ${window.devicePixelRatio} ${window.visualViewport?.scale ?? 1}`;
}

/** CSS pixels of a millimetre on this screen as calibrated, or null. */
export function scaleHere() {
  const value = Number(localStorage.getItem(keyHere()));
  return value >= RANGE[0] && value <= RANGE[1] ? value : null;
}

export function wasCalibratedElsewhere() {
  return Object.keys(localStorage).some((key) => key.startsWith(KEY));
}

/** Shows the outline of a bank card to match; resolves to whether a size was accepted. */
export function calibrate() {
  const dialog = make("dialog", "calibration", document.body);
  dialog.setAttribute("aria-labelledby", "calibration-title");
  const title = make("h2", "", dialog);
  title.id = "calibration-title";
  title.textContent = "Hold a bank card to the screen and match the outline";
  const card = make("div", "card-outline", dialog);
  const input = slider(dialog);
  const show = () => draw(card, input);
  input.addEventListener("input", show);
  const buttons = make("p", "buttons", dialog);
  const accept = choice(buttons, "The outline matches", "button button-primary");
  const cancel = choice(buttons, "Cancel", "button");
  dialog.showModal();
  show();
  input.focus();
  return new Promise((done) => {
    accept.addEventListener("click", () => {
      localStorage.setItem(keyHere(), pxPerMm(input));
      done(true);
      dialog.close();
    });
    cancel.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => {
      dialog.remove();
      done(false);
    });
  });
}

// The card's width at the size a browser assumes, in tenths of a millimetre: arrows move by one.
function slider(dialog) {
  const label = make("label", "field", dialog);
  make("span", "", label).textContent = "Size of the outline (arrow keys: 0.1 mm)";
  const input = make("input", "", label);
  const assumed = (scaleHere() ?? CSS_PX_PER_MM) / CSS_PX_PER_MM;
  Object.assign(input, { type: "range", min: 40, max: 240, step: STEP_MM, value: (CARD_MM.width * assumed).toFixed(1) });
  return input;
}

function pxPerMm(input) {
  return (Number(input.value) / CARD_MM.width) * CSS_PX_PER_MM;
}

function draw(card, input) {
  const px = pxPerMm(input);
  card.style.width = `${CARD_MM.width * px}px`;
  card.style.height = `${CARD_MM.height * px}px`;
  input.setAttribute("aria-valuetext", `${px.toFixed(3)} pixels to the millimetre`);
}

function choice(parent, text, className) {
  const button = make("button", className, parent);
  button.type = "button";
  button.textContent = text;
  return button;
}
