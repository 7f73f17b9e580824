// Four times the paper under the pointer, drawn again from the samples rather than enlarged.

import { drawGrid, drawSheet } from "./draw.js";
import { make } from "./sheet.js";

const TIMES = 4;
const SIZE_PX = { width: 280, height: 180 };
const AWAY_PX = 24;

export class Magnifier {
  constructor(viewer) {
    this.viewer = viewer;
    this.box = make("div", "ecg-magnifier", viewer.host);
    this.box.setAttribute("aria-hidden", "true");
    this.box.hidden = true;
    this.grid = make("canvas", "", this.box);
    this.ink = make("canvas", "", this.box);
    viewer.host.addEventListener("pointermove", (event) => this.isOn && event.pointerType !== "touch" && this.follow(event));
    viewer.host.addEventListener("pointerleave", () => { if (!this.held) this.box.hidden = true; });
  }

  use(isOn) {
    this.isOn = isOn;
    if (!isOn) this.box.hidden = true;
  }

  /** A finger held still shows it until it is lifted. */
  hold(event) {
    this.held = true;
    this.show(event);
  }

  letGo() {
    this.held = false;
    this.box.hidden = true;
  }

  // Once a frame, however fast the pointer is.
  follow(event) {
    this.last = event;
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => { this.waiting = false; if (this.isOn) this.show(this.last); });
  }

  show(event) {
    const sheet = event.target.closest?.(".ecg-focus") ? this.viewer.focus : this.viewer.sheet;
    if (sheet.root.hidden || !sheet.look || !this.viewer.shown) return;
    this.box.hidden = false;
    this.place(event);
    this.draw(sheet, sheet.mmAt(event));
  }

  place(event) {
    const box = this.viewer.host.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const left = x + AWAY_PX + SIZE_PX.width < box.width ? x + AWAY_PX : x - AWAY_PX - SIZE_PX.width;
    const top = y > SIZE_PX.height + AWAY_PX ? y - AWAY_PX - SIZE_PX.height : y + AWAY_PX;
    this.box.style.transform = `translate(${Math.max(0, left)}px, ${top}px)`;
  }

  draw(sheet, mm) {
    const { ratio } = sheet.look;
    const k = sheet.k * TIMES;
    const [width, height] = [SIZE_PX.width, SIZE_PX.height].map((px) => Math.round(px * ratio));
    for (const canvas of [this.grid, this.ink]) {
      if (canvas.width !== width) Object.assign(canvas, { width, height });
    }
    const corner = { x: Math.round(mm.x * k - width / 2), y: Math.round(mm.y * k - height / 2) };
    const look = { ...sheet.look, k, corner, bar: false, flat: false };
    drawGrid(this.grid.getContext("2d"), look);
    drawSheet(this.ink.getContext("2d"), near(sheet.plan, corner, k, width), this.viewer.shown, look);
  }
}

/** The plan with only what may reach into the window, so that a frame stays short. */
function near(plan, corner, k, width) {
  const [left, right] = [corner.x / k, (corner.x + width) / k];
  const within = (s) => s.x < right && s.x + s.w > left;
  const rows = plan.rows.map((row) => ({ ...row, segments: row.segments.filter(within).map((s) => cut(s, left, right)) }));
  return { ...plan, rows: rows.filter((row) => row.segments.length) };
}

function cut(segment, left, right) {
  const perMm = (segment.t1 - segment.t0) / segment.w;
  const from = Math.max(0, left - 2 - segment.x);
  const to = Math.min(segment.w, right + 2 - segment.x);
  return { ...segment, x: segment.x + from, w: to - from, t0: segment.t0 + from * perMm, t1: segment.t0 + to * perMm };
}
