// The tools of one sheet: placing and moving calipers by mouse, pen, touch and keyboard.

import { Caliper, scaleOf } from "./caliper.js";
import { rowAt, rowShowing, segmentAt, timeAt, xOf } from "./geometry.js";
import { hundredth, KINDS, reading, REPEATS, stepped } from "./kinds.js";

const UNDO = 50;
const STILL_PX = 4;

export class Tools {
  /** changed(text, state) is called whenever a reading changes; keep(state) when one shall be kept. */
  constructor(sheet, changed, keep = () => {}) {
    this.sheet = sheet;
    this.changed = changed;
    this.keep = keep;
    this.tool = null;
    this.states = {};
    this.calipers = {};
    this.undos = [];
    this.pending = [];
    sheet.stack.addEventListener("pointerdown", (event) => this.press(event));
    sheet.stack.addEventListener("keydown", (event) => this.key(event));
    sheet.stack.addEventListener("click", (event) => this.click(event));
  }

  setWave(wave) {
    this.wave = wave;
    this.redraw();
  }

  /** Chooses a tool (null for none); place puts its caliper on the paper for the keyboard. */
  use(tool, { place = false } = {}) {
    this.tool = KINDS[tool] ? tool : null;
    this.expect([]);
    if (tool) this.sheet.root.dataset.tool = tool;
    else delete this.sheet.root.dataset.tool;
    if (!this.tool || !place || !this.wave) return;
    if (!this.states[tool]) this.set(tool, this.initial(tool));
    this.calipers[tool].handles.b.focus({ preventScroll: true });
  }

  redraw() {
    if (!this.wave || !this.sheet.plan) return;
    for (const [tool, state] of Object.entries(this.states)) this.calipers[tool].draw(state, this.sheet, this.wave.rateHz);
  }

  initial(tool) {
    const row = this.sheet.plan.rows.at(-1);
    const segment = row.segments[0];
    const { rateHz } = this.wave;
    const at = (part) => Math.round((segment.t0 + (segment.t1 - segment.t0) * part) * rateHz);
    const length = Math.round(Math.min(1, (segment.t1 - segment.t0) / 4) * rateHz);
    const start = at(0.25);
    const ends = {
      amplitude: { a: { s: start, mv: 0 }, b: { s: start, mv: 1 } },
      angle: { a: { s: start, mv: 1 }, b: { s: start, mv: 0 }, c: { s: start + Math.round(length / 2), mv: 0 } },
    }[tool] ?? { a: { s: start, mv: 0 }, b: { s: start + length, mv: 0 } };
    return { tool, lead: segment.lead, strip: Boolean(row.strip), repeats: 3, ends };
  }

  set(tool, state, { quiet = false } = {}) {
    this.calipers[tool] ??= new Caliper(tool, this.sheet.stack);
    this.calipers[tool].bound(...this.bounds(tool));
    this.states[tool] = state;
    const said = this.calipers[tool].draw(state, this.sheet, this.wave.rateHz);
    if (!quiet) this.changed(said, state);
  }

  bounds(tool) {
    return tool === "amplitude" ? [-20, 20] : [0, Math.round(this.wave.durationS * 1000)];
  }

  /** The tool's reading as it is printed on the paper. */
  readingOf(state) {
    return reading(state, this.wave.rateHz, this.scaleOf(state));
  }

  scaleOf(state) {
    return scaleOf(this.sheet.plan, rowShowing(this.sheet.plan, state, this.wave.rateHz));
  }

  remove(tool) {
    this.calipers[tool]?.root.remove();
    delete this.calipers[tool];
    delete this.states[tool];
  }

  /** Removes what the tools drew; false when there was nothing. */
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

  // Pointers. Mouse and pen drag at once; a finger pans, so it places by one tap an end.

  press(event) {
    if (!this.wave || event.button !== 0 || event.target.closest(".caliper-buttons")) return;
    if (this.sheet.root.dataset.hand) return;
    const handle = event.target.closest("[role=slider]");
    if (handle) this.dragHandle(event, handle);
    else if (this.tool) this.dragPaper(event);
  }

  dragHandle(event, handle) {
    event.preventDefault();
    handle.focus({ preventScroll: true });
    const tool = handle.parentElement.dataset.tool;
    this.remember();
    const row = rowShowing(this.sheet.plan, this.states[tool], this.wave.rateHz);
    follow(event, handle, (moved) => {
      this.drawTo(tool, handle.dataset.end, row, this.sheet.mmAt(moved));
    });
  }

  drawTo(tool, name, row, mm) {
    const { ends } = this.states[tool];
    const x = tool === "amplitude" ? xOf(row, ends.a.s / this.wave.rateHz) : mm.x;
    this.setEnd(tool, name, pick(ends[name], this.placeAt(row, mm, x), KINDS[tool].moves));
  }

  dragPaper(event) {
    const start = this.pending.length ? null : this.begin(this.sheet.mmAt(event));
    const [x, y] = [event.clientX, event.clientY];
    const byFinger = event.pointerType === "touch";
    const drags = !byFinger && this.tool !== "angle";
    if (!byFinger) event.preventDefault();
    let dragged = false;
    const moved = (move) => {
      dragged ||= Math.hypot(move.clientX - x, move.clientY - y) >= STILL_PX;
      if (!dragged || !drags) return;
      if (start && this.states[this.tool]?.ends.a !== start.ends.a) this.placeFirst(start);
      this.extend("b", move);
    };
    const ended = (end) => {
      if (dragged && (drags || byFinger)) this.expect([]);
      else this.tap(start, end);
      // The keys go on from where the pointer ended.
      if (!this.pending.length) this.calipers[this.tool]?.handles.b.focus({ preventScroll: true });
    };
    follow(event, this.sheet.stack, moved, ended);
  }

  tap(start, event) {
    if (start) {
      this.placeFirst(start);
      this.expect(KINDS[this.tool].ends.slice(1));
    } else {
      this.remember();
      this.pending.forEach((end) => this.extend(end, event));
      this.expect(this.pending.slice(1));
    }
  }

  /** The ends that the next taps place; until then nothing of the caliper is in their way. */
  expect(ends) {
    this.pending = ends;
    this.sheet.root.toggleAttribute("data-placing", ends.length > 0);
  }

  placeFirst(start) {
    this.remember();
    this.set(this.tool, start);
  }

  begin(mm) {
    const row = rowAt(this.sheet.plan, mm.y);
    const end = this.placeAt(row, mm);
    const ends = Object.fromEntries(KINDS[this.tool].ends.map((name) => [name, { ...end }]));
    const repeats = this.states.march?.repeats ?? 3;
    return { tool: this.tool, lead: segmentAt(row, mm.x).lead, strip: Boolean(row.strip), repeats, ends };
  }

  extend(name, event) {
    const row = rowShowing(this.sheet.plan, this.states[this.tool], this.wave.rateHz);
    if (row) this.drawTo(this.tool, name, row, this.sheet.mmAt(event));
  }

  setEnd(tool, name, end) {
    const state = this.states[tool];
    this.set(tool, { ...state, ends: { ...state.ends, [name]: { ...end, s: this.clamp(end.s) } } });
  }

  /** The sample and the mV of a place; the gain is that of the lead drawn at x. */
  placeAt(row, mm, x = mm.x) {
    const s = this.clamp(Math.round(timeAt(row, mm.x) * this.wave.rateHz));
    return { s, mv: hundredth((row.y - mm.y) / segmentAt(row, x).gain) };
  }

  clamp(sample) {
    return Math.min(this.wave.samples - 1, Math.max(0, sample));
  }

  // Keys on a handle, and the buttons beside it.

  key(event) {
    const handle = event.target.closest("[role=slider]");
    if (!handle || event.ctrlKey || event.metaKey || event.altKey) return;
    const tool = handle.parentElement.dataset.tool;
    const end = stepped(tool, this.states[tool].ends[handle.dataset.end], event, this.wave.rateHz);
    if (event.key === "Delete" || event.key === "Backspace") this.remember(), this.remove(tool);
    else if (tool === "march" && /^[2-9]$/.test(event.key)) this.repeat(Number(event.key));
    else if (event.key === "Enter") this.keep(this.states[tool]);
    else if (end) this.remember(), this.setEnd(tool, handle.dataset.end, end);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  click(event) {
    const button = event.target.closest(".caliper-buttons button");
    if (!button) return;
    const { tool } = button.closest(".caliper").dataset;
    if (button.dataset.keep) this.keep(this.states[tool]);
    else this.repeat(this.states.march.repeats + Number(button.dataset.repeat));
  }

  repeat(wanted) {
    const [least, most] = REPEATS;
    this.remember();
    this.set("march", { ...this.states.march, repeats: Math.min(most, Math.max(least, wanted)) });
  }
}

function pick(end, place, moves) {
  return { ...end, ...Object.fromEntries(moves.map((name) => [name, place[name]])) };
}

/** Follows one pointer from its press to its release. */
export function follow(event, element, moved, ended = () => {}) {
  const stop = new AbortController();
  const same = (action) => (other) => { if (other.pointerId === event.pointerId) action(other); };
  element.setPointerCapture(event.pointerId);
  element.addEventListener("pointermove", same(moved), stop);
  element.addEventListener("pointerup", same((end) => { stop.abort(); ended(end); }), stop);
  element.addEventListener("pointercancel", same(() => stop.abort()), stop);
}
