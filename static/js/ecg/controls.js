// The toolbar and the foot of a viewer: they follow its state, and change it.

import { chestCrosses } from "./geometry.js";
import { calibrate, scaleHere, wasCalibratedElsewhere } from "./scale.js";
import { make } from "./sheet.js";

const CHEST_HALF = "10/5";

export class Controls {
  constructor(viewer) {
    this.viewer = viewer;
    this.makeChip();
    this.makePan();
    this.bind();
  }

  find(selector) {
    return this.viewer.scope.querySelectorAll(selector);
  }

  makeChip() {
    this.chip = make("button", "chip ecg-chip", this.viewer.host);
    this.chip.type = "button";
    this.chip.hidden = true;
    this.chip.textContent = "Chest leads cross rows: show V1–V6 at 5 mm/mV ";
    make("kbd", "hint", this.chip).textContent = "Shift g";
    this.chip.addEventListener("click", () => this.viewer.set({ gain: CHEST_HALF }));
  }

  makePan() {
    const { viewer } = this;
    this.pan = make("span", "ecg-pan end", viewer.foot ?? viewer.host);
    this.pan.hidden = true;
    for (const [sign, label] of [[-1, "Earlier"], [1, "Later"]]) {
      const button = make("button", "tool", this.pan);
      button.type = "button";
      button.textContent = sign < 0 ? "‹" : "›";
      button.setAttribute("aria-label", label);
      button.addEventListener("click", () => viewer.panBy(sign * viewer.plan.windowS * 0.5));
    }
    this.panText = make("b", "");
    this.pan.firstChild.after(this.panText);
  }

  bind() {
    const { viewer } = this;
    for (const control of this.find("[data-ecg]")) {
      control.addEventListener("change", () => viewer.set({ [control.dataset.ecg]: valueOf(control) }));
    }
    for (const button of this.find("[data-ecg-tool]")) {
      button.addEventListener("click", (event) => viewer.toggleTool(button.dataset.ecgTool, event.detail === 0));
    }
    for (const button of this.find("[data-ecg-zoom]")) {
      button.addEventListener("click", () => viewer.zoom(button.dataset.ecgZoom));
    }
    this.makeSize();
  }

  // In the foot: fitted or true size, and the screen's calibration.
  makeSize() {
    const { viewer } = this;
    const place = viewer.foot?.querySelector("[data-ecg-size]");
    if (!place) return;
    this.size = make("button", "link", place);
    this.calibration = make("button", "link", place);
    this.size.type = this.calibration.type = "button";
    this.size.addEventListener("click", () => viewer.set({ size: viewer.state.size === "true" ? "fit" : "true" }));
    this.calibration.addEventListener("click", async () => {
      if (await calibrate()) viewer.set({ size: "true" });
    });
  }

  reflect(words, fit) {
    const { state, wave, plan } = this.viewer;
    for (const control of this.find("[data-ecg]")) {
      const value = String(state[control.dataset.ecg]);
      if (control.type === "radio") control.checked = control.value === value;
      else control.value = value;
    }
    for (const button of this.find("[data-ecg-tool]")) {
      button.setAttribute("aria-pressed", String(button.dataset.ecgTool === state.tool));
    }
    this.chip.hidden = !wave || state.gain !== "10" || state.focused || !chestCrosses(plan, wave);
    this.pan.hidden = !this.viewer.pans || state.focused;
    this.viewer.sheet.root.toggleAttribute("data-pans", this.viewer.pans);
    this.panText.textContent = `${plan.startS.toFixed(1)}–${(plan.startS + plan.windowS).toFixed(1)} s`;
    this.reflectFoot(words, fit);
  }

  reflectFoot(words, fit) {
    const foot = this.viewer.foot?.querySelector("[data-ecg-foot]");
    if (foot) {
      foot.textContent = words;
      make("span", "ecg-fit", foot).textContent = fit;
    }
    if (!this.size) return;
    const known = scaleHere() !== null;
    this.size.hidden = !known || this.viewer.narrow;
    this.size.textContent = this.viewer.state.size === "true" ? "Fit to the window" : "True size";
    const changed = !known && wasCalibratedElsewhere();
    this.calibration.textContent = changed ? "Screen or zoom changed: calibrate again" : "Calibrate screen";
  }
}

function valueOf(control) {
  return control.dataset.ecg === "speed" ? Number(control.value) : control.value;
}
