// The tools of one sheet: placing and moving calipers by mouse, pen, touch and keyboard.

import { Caliper, reading } from "./caliper.js";
import { rowAt, segmentAt, timeAt } from "./geometry.js";

const UNDO = 50;
const STILL_PX = 4;

export class Tools {
  /** changed(text) is called with the reading whenever one changes. */
  constructor(sheet, changed) {
    this.sheet = sheet;
    this.changed = changed;
    this.tool = null;
    this.states = {};
    this.calipers = {};
    this.undos = [];
    this.pendingTap = false;
    sheet.stack.addEventListener("pointerdown", (event) => this.press(event));
    sheet.stack.addEventListener("keydown", (event) => this.key(event));
    sheet.stack.addEventListener("click", (event) => this.count(event));
  }

  setWave(wave) {
    this.wave = wave;
    this.redraw();
  }

  /** Chooses a tool (null for none); place puts its caliper on the paper for the keyboard. */
  use(tool, { place = false } = {}) {
    this.tool = tool;
    this.pendingTap = false;
    if (tool) this.sheet.root.dataset.tool = tool;
    else delete this.sheet.root.dataset.tool;
    if (!tool || !place || !this.wave) return;
    if (!this.states[tool]) this.set(tool, this.initial(tool));
    this.calipers[tool].handles.b.focus({ preventScroll: true });
  }

  redraw() {
    if (!this.wave || !this.sheet.plan) return;
    for (const [tool, state] of Object.entries(this.states)) {
      state.row = Math.min(state.row, this.sheet.plan.rows.length - 1);
      this.calipers[tool].draw(state, this.sheet, this.wave.rateHz);
    }
  }

  initial(tool) {
    const row = this.sheet.plan.rows.length - 1;
    const segment = this.sheet.plan.rows[row].segments[0];
    if (tool === "amplitude") return { tool, row, x: segment.x + 20, a: 0, b: 1 };
    const { rateHz } = this.wave;
    const start = Math.round((segment.t0 + (segment.t1 - segment.t0) * 0.25) * rateHz);
    const length = Math.round(Math.min(1, (segment.t1 - segment.t0) / 4) * rateHz);
    return { tool, row, a: start, b: start + length, repeats: 3 };
  }

  set(tool, state) {
    this.calipers[tool] ??= new Caliper(tool, this.sheet.stack);
    this.calipers[tool].bound(...this.bounds(tool));
    this.states[tool] = state;
    this.calipers[tool].draw(state, this.sheet, this.wave.rateHz);
    this.changed(reading(state, this.wave.rateHz));
  }

  bounds(tool) {
    return tool === "amplitude" ? [-20, 20] : [0, Math.round(this.wave.durationS * 1000)];
  }

  remove(tool) {
    this.calipers[tool]?.root.remove();
    delete this.calipers[tool];
    delete this.states[tool];
  }

  /** Removes what the tool drew; false when there was nothing. */
  clear() {
    const drawn = Object.keys(this.states);
    if (drawn.length) this.remember();
    drawn.forEach((tool) => this.remove(tool));
    return drawn.length > 0;
  }

  remember() {
    this.undos.push(structuredClone(this.states));
    if (this.undos.length > UNDO) this.undos.shift();
  }

  undo() {
    const before = this.undos.pop();
    if (!before) return;
    Object.keys(this.states).filter((tool) => !before[tool]).forEach((tool) => this.remove(tool));
    for (const [tool, state] of Object.entries(before)) this.set(tool, state);
  }

  // Pointers. Mouse and pen drag at once; a finger pans, so it places by two taps.

  press(event) {
    if (!this.wave || event.button !== 0 || event.target.closest(".repeats")) return;
    const handle = event.target.closest("[role=slider]");
    if (handle) this.dragHandle(event, handle);
    else if (this.tool) this.dragPaper(event);
  }

  dragHandle(event, handle) {
    event.preventDefault();
    handle.focus({ preventScroll: true });
    const tool = handle.parentElement.dataset.tool;
    this.remember();
    const row = this.sheet.plan.rows[this.states[tool].row];
    this.follow(event, handle, (moved) => {
      const value = this.valueAt(tool, row, this.sheet.mmAt(moved), this.states[tool]);
      this.set(tool, { ...this.states[tool], [handle.dataset.end]: value });
    });
  }

  dragPaper(event) {
    const from = this.sheet.mmAt(event);
    const [x, y] = [event.clientX, event.clientY];
    const start = this.pendingTap ? null : this.begin(from);
    if (event.pointerType !== "touch") event.preventDefault();
    let dragged = false;
    const moved = (move) => {
      dragged ||= Math.hypot(move.clientX - x, move.clientY - y) >= STILL_PX;
      if (dragged && event.pointerType !== "touch") this.extend(start ?? this.states[this.tool], move);
    };
    const ended = (end) => {
      if (!dragged) this.tap(start, end);
      else this.pendingTap = false;
    };
    this.follow(event, this.sheet.stack, moved, ended);
  }

  tap(start, event) {
    if (this.pendingTap) this.extend(this.states[this.tool], event);
    else {
      this.remember();
      this.set(this.tool, start);
    }
    this.pendingTap = !this.pendingTap;
  }

  begin(mm) {
    const row = rowAt(this.sheet.plan, mm.y);
    const state = { tool: this.tool, row: this.sheet.plan.rows.indexOf(row), x: mm.x, repeats: this.states.march?.repeats ?? 3 };
    const value = this.valueAt(this.tool, row, mm, state);
    return { ...state, a: value, b: value };
  }

  extend(start, event) {
    const row = this.sheet.plan.rows[start.row];
    if (this.states[this.tool]?.a !== start.a) this.remember();
    this.set(this.tool, { ...start, b: this.valueAt(this.tool, row, this.sheet.mmAt(event), start) });
  }

  valueAt(tool, row, mm, state) {
    if (tool === "amplitude") return Math.round(((row.y - mm.y) / segmentAt(row, state.x).gain) * 100) / 100;
    return this.clampSample(Math.round(timeAt(row, mm.x) * this.wave.rateHz));
  }

  clampSample(sample) {
    return Math.min(this.wave.samples - 1, Math.max(0, sample));
  }

  follow(event, element, moved, ended = () => {}) {
    const stop = new AbortController();
    const same = (action) => (other) => { if (other.pointerId === event.pointerId) action(other); };
    element.setPointerCapture(event.pointerId);
    element.addEventListener("pointermove", same(moved), stop);
    element.addEventListener("pointerup", same((end) => { stop.abort(); ended(end); }), stop);
    element.addEventListener("pointercancel", same(() => stop.abort()), stop);
  }

  // Keys on a handle.

  key(event) {
    const handle = event.target.closest("[role=slider]");
    if (!handle || event.ctrlKey || event.metaKey || event.altKey) return;
    const tool = handle.parentElement.dataset.tool;
    if (event.key === "Delete" || event.key === "Backspace") this.remember(), this.remove(tool);
    else if (tool === "march" && /^[2-9]$/.test(event.key)) this.change(tool, { repeats: Number(event.key) });
    else {
      const step = tool === "amplitude" ? levelStep(event) : timeStep(event, this.wave.rateHz);
      if (!step) return;
      this.change(tool, { [handle.dataset.end]: this.stepped(tool, this.states[tool][handle.dataset.end], step) });
    }
    event.preventDefault();
    event.stopPropagation();
  }

  stepped(tool, value, step) {
    return tool === "amplitude" ? Math.round((value + step) * 100) / 100 : this.clampSample(value + step);
  }

  change(tool, part) {
    this.remember();
    this.set(tool, { ...this.states[tool], ...part });
  }

  count(event) {
    const step = Number(event.target.closest("[data-repeat]")?.dataset.repeat ?? 0);
    if (!step) return;
    const repeats = Math.min(9, Math.max(2, this.states.march.repeats + step));
    this.change("march", { repeats });
  }
}

function timeStep(event, rateHz) {
  const direction = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
  if (direction) return direction * (event.shiftKey ? Math.round(0.04 * rateHz) : 1);
  const page = { PageUp: 1, PageDown: -1 }[event.key] ?? 0;
  return page * Math.round(0.2 * rateHz);
}

function levelStep(event) {
  const direction = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1 }[event.key];
  if (direction) return direction * (event.shiftKey ? 0.1 : 0.01);
  return ({ PageUp: 1, PageDown: -1 }[event.key] ?? 0) * 0.1;
}
