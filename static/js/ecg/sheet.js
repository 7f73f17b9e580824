// One sheet of paper on the page: two canvases (grid, ink) of whole device pixels.

import { drawGrid, drawSheet } from "./draw.js";

export class Sheet {
  constructor(parent, className = "") {
    this.root = make("div", `ecg-sheet ${className}`, parent);
    this.stack = make("div", "ecg-stack", this.root);
    this.grid = make("canvas", "", this.stack);
    this.ink = make("canvas", "", this.stack);
    this.gridKey = "";
  }

  /** Draws the plan at k device pixels per mm; wave may still be missing (paper only). */
  render(plan, wave, look) {
    this.plan = plan;
    this.look = look;
    this.k = look.k;
    this.ratio = look.ratio;
    const width = Math.max(look.minWidth ?? 0, Math.ceil(plan.widthMm * look.k));
    const height = Math.ceil(plan.heightMm * look.k);
    this.resize(width, height, look);
    const key = [width, height, look.k, look.ratio, ...Object.values(look.colours)].join();
    if (key !== this.gridKey) drawGrid(this.grid.getContext("2d"), look);
    this.gridKey = key;
    if (wave) drawSheet(this.ink.getContext("2d"), plan, wave, look);
  }

  resize(width, height, { k, ratio }) {
    for (const canvas of [this.grid, this.ink]) {
      if (canvas.width !== width) canvas.width = width;
      if (canvas.height !== height) canvas.height = height;
      canvas.style.width = `${width / ratio}px`;
      canvas.style.height = `${height / ratio}px`;
    }
    this.stack.style.width = `${width / ratio}px`;
    this.stack.style.height = `${height / ratio}px`;
    this.stack.style.setProperty("--paper-w-mm", width / k);
    this.stack.style.setProperty("--paper-h-mm", height / k);
  }

  /** CSS pixels of a length in mm. */
  px(mm) {
    return (mm * this.k) / this.ratio;
  }

  /** Place of a pointer on the paper, in mm. */
  mmAt(event) {
    const box = this.stack.getBoundingClientRect();
    const scale = this.ratio / this.k;
    return { x: (event.clientX - box.left) * scale, y: (event.clientY - box.top) * scale };
  }
}

export function make(tag, className, parent) {
  const element = document.createElement(tag);
  if (className) element.className = className.trim();
  parent?.append(element);
  return element;
}
