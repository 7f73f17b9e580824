// One caliper: what it measures (samples, mV) and its drawing as DOM over the paper.

import { make } from "./sheet.js";
import { segmentAt, xOf } from "./geometry.js";

const NAMES = { time: "Time caliper", amplitude: "Amplitude caliper", march: "March-out" };
const MINUS = "−";

/** State: {tool, row, a, b, repeats, x}; a and b are sample indexes, or mV for amplitude. */
export class Caliper {
  constructor(tool, parent) {
    this.tool = tool;
    this.root = make("div", "caliper", parent);
    this.root.dataset.tool = tool;
    this.root.setAttribute("role", "group");
    this.root.setAttribute("aria-label", NAMES[tool]);
    this.lines = { a: make("i", lineClass(tool), this.root), b: make("i", lineClass(tool), this.root) };
    this.bar = make("i", tool === "amplitude" ? "line-x" : "line-y", this.root);
    this.repeatLines = [];
    this.handles = { a: this.handle("a", "start"), b: this.handle("b", "end") };
    this.output = make("output", "", this.root);
    if (tool === "march") this.counter = makeCounter(this.root);
  }

  handle(end, word) {
    const button = make("button", "", this.root);
    button.type = "button";
    button.dataset.end = end;
    button.setAttribute("role", "slider");
    button.setAttribute("aria-label", `${NAMES[this.tool]}, ${word}`);
    return button;
  }

  /** Places everything; state.row is an index into sheet.plan.rows. */
  draw(state, sheet, rateHz) {
    const row = sheet.plan.rows[state.row];
    const visible = this.tool === "amplitude" ? this.drawLevels(state, sheet, row) : this.drawTimes(state, sheet, row, rateHz);
    this.root.hidden = !visible;
    this.output.textContent = reading(state, rateHz);
    this.speak(state, rateHz);
  }

  drawTimes(state, sheet, row, rateHz) {
    const [a, b] = [state.a, state.b].map((sample) => xOf(row, sample / rateHz));
    if (a === null || b === null) return false;
    const top = sheet.px(row.y - sheet.plan.pitch * 0.47);
    const foot = sheet.px(row.y + sheet.plan.pitch * 0.27);
    for (const [end, x] of [["a", a], ["b", b]]) {
      place(this.lines[end], sheet.px(x), top, { height: foot - top });
      place(this.handles[end], sheet.px(x), foot);
    }
    const left = sheet.px(Math.min(a, b));
    const barY = top + sheet.px(1.5);
    place(this.bar, left, barY, { width: sheet.px(Math.abs(b - a)) });
    this.drawRepeats(state, sheet, row, rateHz, top, foot);
    this.placeOutput(left, sheet.px(Math.max(a, b)), barY - 11, sheet);
    if (this.counter) place(this.counter, left, Math.max(0, top - 26));
    return true;
  }

  drawRepeats(state, sheet, row, rateHz, top, foot) {
    const times = this.tool === "march" ? marchTimes(state, rateHz) : [];
    const places = times.map((t) => xOf(row, t)).filter((x) => x !== null);
    while (this.repeatLines.length < places.length) this.repeatLines.push(make("i", "line-x repeat", this.root));
    this.repeatLines.forEach((line, i) => {
      line.hidden = i >= places.length;
      if (!line.hidden) place(line, sheet.px(places[i]), top, { height: foot - top });
    });
  }

  drawLevels(state, sheet, row) {
    const { gain } = segmentAt(row, state.x);
    const left = sheet.px(state.x - 4);
    const width = sheet.px(8);
    const [a, b] = [state.a, state.b].map((mv) => sheet.px(row.y - mv * gain));
    place(this.lines.a, left, a, { width });
    place(this.lines.b, left, b, { width });
    place(this.handles.a, left, a);
    place(this.handles.b, left + width, b);
    place(this.bar, left + width / 2, Math.min(a, b), { height: Math.abs(b - a) });
    this.placeOutput(left - 12, left + width + 12, (a + b) / 2 - 11, sheet);
    return true;
  }

  placeOutput(left, right, y, sheet) {
    const width = this.output.offsetWidth;
    const room = sheet.stack.clientWidth - right > width + 12;
    place(this.output, room ? right + 8 : Math.max(0, left - width - 8), Math.max(0, y));
  }

  speak(state, rateHz) {
    for (const end of ["a", "b"]) {
      const value = this.tool === "amplitude" ? state[end] : (state[end] / rateHz) * 1000;
      const text = this.tool === "amplitude" ? `${level(value)} mV` : `${Math.round(value)} ms`;
      this.handles[end].setAttribute("aria-valuenow", value);
      this.handles[end].setAttribute("aria-valuetext", text);
    }
  }

  bound(low, high) {
    for (const button of Object.values(this.handles)) {
      button.setAttribute("aria-valuemin", low);
      button.setAttribute("aria-valuemax", high);
    }
  }
}

/** What the caliper says: `620 ms · 97 /min`, `1.24 mV`. */
export function reading(state, rateHz) {
  if (state.tool === "amplitude") return `${level(state.b - state.a)} mV`;
  const ms = (Math.abs(state.b - state.a) / rateHz) * 1000;
  const rate = ms > 0 ? ` · ${Math.round(60000 / ms)} /min` : "";
  const repeats = state.tool === "march" ? ` × ${state.repeats}` : "";
  return `${Number(ms.toFixed(1))} ms${rate}${repeats}`;
}

function level(mv) {
  return mv.toFixed(2).replace(/^-0\.00$/, "0.00").replace("-", MINUS);
}

function marchTimes({ a, b, repeats }, rateHz) {
  const times = [];
  for (let n = 2; n <= repeats; n += 1) times.push((a + n * (b - a)) / rateHz);
  return times;
}

function lineClass(tool) {
  return tool === "amplitude" ? "line-y" : "line-x";
}

function makeCounter(parent) {
  const box = make("span", "repeats", parent);
  for (const [step, sign, label] of [["-1", MINUS, "One interval fewer"], ["1", "+", "One interval more"]]) {
    const button = make("button", "", box);
    button.type = "button";
    button.dataset.repeat = step;
    button.textContent = sign;
    button.setAttribute("aria-label", label);
  }
  return box;
}

function place(element, x, y, size = {}) {
  element.style.transform = `translate(${x}px, ${y}px)`;
  if (size.width !== undefined) element.style.width = `${size.width}px`;
  if (size.height !== undefined) element.style.height = `${size.height}px`;
}
