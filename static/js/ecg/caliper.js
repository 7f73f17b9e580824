// One caliper drawn as DOM over the paper: its lines, its reading and, unless it is kept, its handles.

import { rowShowing, segmentAt, xOf } from "./geometry.js";
import { KINDS, marchTimes, place as words, reading, WORDS } from "./kinds.js";
import { make } from "./sheet.js";

const MINUS = "−";

export class Caliper {
  /** `note` is who kept it; such a caliper is shown, not moved. */
  constructor(tool, parent, note = "") {
    this.tool = tool;
    this.note = note;
    this.kind = KINDS[tool];
    this.root = make("div", note ? "caliper kept" : "caliper", parent);
    this.root.dataset.tool = tool;
    this.root.setAttribute("role", "group");
    this.root.setAttribute("aria-label", this.kind.name);
    const shape = tool === "amplitude" ? "line-y" : tool === "angle" ? "line-free" : "line-x";
    this.lines = Object.fromEntries(this.kind.ends.map((end) => [end, make("i", shape, this.root)]));
    this.bar = make("i", tool === "amplitude" ? "line-x" : "line-y", this.root);
    this.bar.hidden = tool === "angle";
    this.repeatLines = [];
    this.handles = note ? {} : Object.fromEntries(this.kind.ends.map((end) => [end, this.handle(end)]));
    this.output = make("output", "", this.root);
    if (!note) this.buttons = makeButtons(this.root, tool);
  }

  handle(end) {
    const button = make("button", "", this.root);
    button.type = "button";
    button.dataset.end = end;
    button.setAttribute("role", "slider");
    button.setAttribute("aria-label", `${this.kind.name}, ${WORDS[end]}`);
    return button;
  }

  /** Places everything; hidden where the paper does not show the lead at that time. */
  draw(state, sheet, rateHz) {
    const row = rowShowing(sheet.plan, state, rateHz);
    const draw = { amplitude: this.drawLevels, angle: this.drawArms }[this.tool] ?? this.drawTimes;
    this.root.hidden = !row || !draw.call(this, state, sheet, row, rateHz);
    const said = reading(state, rateHz, scaleOf(sheet.plan, row));
    this.output.textContent = this.note ? `${said} ${this.note}` : said;
    this.speak(state, rateHz);
    return said;
  }

  drawTimes(state, sheet, row, rateHz) {
    const { a: from, b: to } = state.ends;
    const [a, b] = [from, to].map((end) => xOf(row, end.s / rateHz));
    if (a === null || b === null) return false;
    const top = sheet.px(row.y - sheet.plan.pitch * 0.47);
    const foot = sheet.px(row.y + sheet.plan.pitch * 0.27);
    for (const [end, x] of [["a", a], ["b", b]]) {
      put(this.lines[end], sheet.px(x), top, { height: foot - top });
      put(this.handles[end], sheet.px(x), foot);
    }
    const left = sheet.px(Math.min(a, b));
    const barY = top + sheet.px(1.5);
    put(this.bar, left, barY, { width: sheet.px(Math.abs(b - a)) });
    this.drawRepeats(state, sheet, row, rateHz, top, foot);
    this.placeOutput(left, sheet.px(Math.max(a, b)), barY - 11, sheet);
    put(this.buttons, left, Math.max(0, top - 28));
    return true;
  }

  drawRepeats(state, sheet, row, rateHz, top, foot) {
    const times = this.tool === "march" ? marchTimes(state, rateHz) : [];
    const places = times.map((t) => xOf(row, t)).filter((x) => x !== null);
    while (this.repeatLines.length < places.length) this.repeatLines.push(make("i", "line-x repeat", this.root));
    this.repeatLines.forEach((line, i) => {
      line.hidden = i >= places.length;
      if (!line.hidden) put(line, sheet.px(places[i]), top, { height: foot - top });
    });
  }

  drawLevels(state, sheet, row, rateHz) {
    const x = xOf(row, state.ends.a.s / rateHz);
    if (x === null) return false;
    const { gain } = segmentAt(row, x);
    const left = sheet.px(x - 4);
    const width = sheet.px(8);
    const [a, b] = [state.ends.a.mv, state.ends.b.mv].map((mv) => sheet.px(row.y - mv * gain));
    put(this.lines.a, left, a, { width });
    put(this.lines.b, left, b, { width });
    put(this.handles.a, left, a);
    put(this.handles.b, left + width, b);
    put(this.bar, left + width / 2, Math.min(a, b), { height: Math.abs(b - a) });
    this.placeOutput(left - 12, left + width + 12, (a + b) / 2 - 11, sheet);
    put(this.buttons, left, Math.max(0, Math.min(a, b) - 40));
    return true;
  }

  drawArms(state, sheet, row, rateHz) {
    const at = {};
    for (const [name, end] of Object.entries(state.ends)) {
      const x = xOf(row, end.s / rateHz);
      if (x === null) return false;
      at[name] = { x: sheet.px(x), y: sheet.px(row.y - end.mv * segmentAt(row, x).gain) };
      put(this.handles[name], at[name].x, at[name].y);
    }
    for (const arm of ["a", "c"]) putLine(this.lines[arm], at.b, at[arm]);
    this.lines.b.hidden = true;
    const xs = Object.values(at).map((point) => point.x);
    this.placeOutput(Math.min(...xs) - 12, Math.max(...xs) + 12, at.b.y - 11, sheet);
    put(this.buttons, at.b.x, at.b.y + 18);
    return true;
  }

  placeOutput(left, right, y, sheet) {
    const width = this.output.offsetWidth;
    const room = sheet.stack.clientWidth - right > width + 12;
    put(this.output, room ? right + 8 : Math.max(0, left - width - 8), Math.max(0, y));
  }

  speak(state, rateHz) {
    for (const [end, handle] of Object.entries(this.handles)) {
      const { s, mv } = state.ends[end];
      handle.setAttribute("aria-valuenow", this.tool === "amplitude" ? mv : (s / rateHz) * 1000);
      handle.setAttribute("aria-valuetext", words(this.tool, state.ends[end], rateHz));
    }
  }

  bound(low, high) {
    for (const button of Object.values(this.handles)) {
      button.setAttribute("aria-valuemin", low);
      button.setAttribute("aria-valuemax", high);
    }
  }
}

/** Speed and gain at which a state's lead is drawn. */
export function scaleOf(plan, row) {
  return { speed: plan.speed, gain: row?.segments[0].gain ?? 10 };
}

function makeButtons(parent, tool) {
  const box = make("span", "caliper-buttons", parent);
  const wanted = [["keep", "1", "Keep", "Keep this measurement"]];
  if (tool === "march") wanted.unshift(["repeat", "-1", MINUS, "One interval fewer"], ["repeat", "1", "+", "One interval more"]);
  for (const [name, value, text, label] of wanted) {
    const button = make("button", "", box);
    button.type = "button";
    button.dataset[name] = value;
    button.textContent = text;
    button.setAttribute("aria-label", label);
  }
  return box;
}

function put(element, x, y, size = {}) {
  if (!element) return;
  element.style.transform = `translate(${x}px, ${y}px)`;
  if (size.width !== undefined) element.style.width = `${size.width}px`;
  if (size.height !== undefined) element.style.height = `${size.height}px`;
}

function putLine(element, from, to) {
  const turn = Math.atan2(to.y - from.y, to.x - from.x);
  element.style.width = `${Math.hypot(to.x - from.x, to.y - from.y)}px`;
  element.style.transform = `translate(${from.x}px, ${from.y}px) rotate(${turn}rad)`;
}
