// Ink on a canvas. All sizes are device pixels; k is device pixels per mm.

import { labelOf, samplesOf } from "./geometry.js";

const NAMES = ["paper", "grid-minor", "grid-major", "trace", "prior", "text", "muted"];
const PRIOR_PX = 1;

/** The colours and type in force at this element, from tokens.css. */
export function coloursAt(element) {
  const style = getComputedStyle(element);
  const colours = NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]);
  return { ...Object.fromEntries(colours), font: style.fontFamily };
}

/** Paper and grid. Each line stands at round(i × mm), so no error adds up.
 *
 * `corner` is the place of the canvas on the paper, where it shows a part of it. */
export function drawGrid(ctx, { k, ratio, colours, corner = { x: 0, y: 0 } }) {
  const { width, height } = ctx.canvas;
  ctx.fillStyle = colours.paper;
  ctx.fillRect(0, 0, width, height);
  const line = lineOf(ratio);
  if (k / ratio >= 2) rule(ctx, k, line, colours["grid-minor"], corner);
  rule(ctx, 5 * k, line, colours["grid-major"], corner);
}

function lineOf(ratio) {
  return Math.max(1, Math.round(ratio));
}

function rule(ctx, step, line, colour, { x, y }) {
  const { width, height } = ctx.canvas;
  ctx.fillStyle = colour;
  for (let i = Math.max(0, Math.floor(x / step)); i * step < x + width; i += 1) ctx.fillRect(Math.round(i * step) - x, 0, line, height);
  for (let i = Math.max(0, Math.floor(y / step)); i * step < y + height; i += 1) ctx.fillRect(0, Math.round(i * step) - y, width, line);
}

/** Labels, then the prior, then the trace: none ever covers it.
 *
 * `look.prior` is {wave, pieces(segment)}; a piece is {from, to, shift} in seconds. */
export function drawSheet(ctx, plan, wave, look) {
  const corner = look.corner ?? { x: 0, y: 0 };
  // Printers are handed each canvas as an opaque picture, so there the grid is in this one too.
  if (look.flat) drawGrid(ctx, look);
  else ctx.clearRect(0, 0, ctx.canvas.width, ctx.canvas.height);
  ctx.save();
  ctx.translate(-corner.x, -corner.y);
  if (!plan.unlabelled) for (const row of plan.rows) drawLabels(ctx, plan, row, wave, look);
  if (look.bar) drawScaleBar(ctx, plan, look);
  if (look.prior) drawPrior(ctx, plan, look);
  ink(ctx, look, look.ink ?? "trace", 1.35);
  for (const row of plan.rows) {
    for (const pulse of row.pulses) drawPulse(ctx, row, pulse, look);
    for (const segment of row.segments) drawTrace(ctx, row, segment, plan.speed, wave, look);
  }
  ctx.restore();
}

function drawPrior(ctx, plan, look) {
  ctx.save();
  ink(ctx, look, "prior", PRIOR_PX);
  for (const row of plan.rows) {
    for (const segment of row.segments) {
      for (const { from, to, shift } of look.prior.pieces(segment)) {
        const x = segment.x + (from + shift - segment.t0) * plan.speed;
        drawTrace(ctx, row, { ...segment, x, t0: from, t1: to }, plan.speed, look.prior.wave, look);
      }
    }
  }
  ctx.restore();
}

function ink(ctx, { colours, ratio }, colour, width) {
  ctx.strokeStyle = colours[colour];
  ctx.fillStyle = colours[colour];
  // A value on a grid line runs along the middle of that line.
  ctx.translate(lineOf(ratio) / 2, lineOf(ratio) / 2);
  ctx.lineWidth = width * ratio;
  ctx.lineJoin = "round";
  ctx.lineCap = "round";
}

function drawLabels(ctx, plan, row, wave, { k, ratio, colours }) {
  const limb = plan.limbGain ?? plan.rows[0].segments[0].gain;
  const size = (k / ratio < 2 ? 11 : 13) * ratio;
  ctx.textBaseline = "middle";
  row.segments.forEach((segment, i) => {
    const missing = samplesOf(wave, segment.lead) === null;
    const text = labelOf(segment, limb) + (missing ? "  not recorded" : "");
    const x = Math.round((segment.x + 1.6) * k);
    const y = Math.round((row.y - Math.min(12, plan.pitch * 0.4)) * k);
    ctx.font = `600 ${size}px ${colours.font}`;
    ctx.fillStyle = colours.paper;
    ctx.fillRect(x - 3 * ratio, y - size * 0.65, ctx.measureText(text).width + 6 * ratio, size * 1.3);
    ctx.fillStyle = missing ? colours.muted : colours.text;
    ctx.fillText(text, x, y);
    if (i > 0) tick(ctx, segment.x * k, (row.y - 4) * k, 8 * k, colours.muted);
  });
}

function tick(ctx, x, y, length, colour) {
  ctx.fillStyle = colour;
  ctx.fillRect(Math.round(x), Math.round(y), 1, Math.round(length));
}

function drawScaleBar(ctx, plan, { k, ratio, colours }) {
  const right = Math.round((plan.widthMm - 1) * k);
  const width = Math.round(plan.speed * k);
  const y = Math.round((plan.heightMm - 2) * k);
  ctx.fillStyle = colours.muted;
  ctx.fillRect(right - width, y, width, lineOf(ratio));
  tick(ctx, right - width, y - 3 * ratio, 6 * ratio, colours.muted);
  const mv = Math.round(plan.rows[0].segments[0].gain * k);
  ctx.fillRect(right, y - mv, lineOf(ratio), mv);
  ctx.fillRect(right - 3 * ratio, y - mv, 6 * ratio, lineOf(ratio));
  ctx.font = `400 ${11 * ratio}px ${colours.font}`;
  ctx.textBaseline = "bottom";
  ctx.fillText("1 s, 1 mV", right - width + 4 * ratio, y - 2 * ratio);
}

/** 1 mV for 200 ms, at the gain of the lead beside it. */
function drawPulse(ctx, row, { x, w, gain }, { k }) {
  const base = Math.round(row.y * k);
  const top = Math.round((row.y - gain) * k);
  const left = Math.round(x * k);
  const right = Math.round((x + w) * k);
  ctx.beginPath();
  ctx.moveTo(left - k, base);
  for (const [px, py] of [[left, base], [left, top], [right, top], [right, base]]) ctx.lineTo(px, py);
  ctx.lineTo(right + 0.8 * k, base);
  ctx.stroke();
}

/** One lead in its segment: straight lines between samples, none across missing ones. */
function drawTrace(ctx, row, segment, speed, wave, { k, ratio }) {
  const mv = samplesOf(wave, segment.lead);
  if (!mv) return;
  const step = (speed * k) / wave.rateHz;
  const x0 = (segment.x - segment.t0 * speed) * k;
  const toX = (i) => x0 + i * step;
  const toY = (i) => (row.y - mv[i] * segment.gain) * k;
  const first = Math.max(0, Math.ceil(segment.t0 * wave.rateHz - 1e-6));
  const last = Math.min(mv.length - 1, Math.floor(segment.t1 * wave.rateHz + 1e-6));
  ctx.beginPath();
  for (const piece of pieces(mv, first, last, toX)) {
    ctx.moveTo(toX(piece[0]), toY(piece[0]));
    // A sample between two gaps has no neighbour: a dot.
    if (piece.length === 1) ctx.lineTo(toX(piece[0]) + 0.01, toY(piece[0]));
    for (let n = 1; n < piece.length; n += 1) ctx.lineTo(toX(piece[n]), toY(piece[n]));
  }
  ctx.stroke();
  if (step / ratio >= 8) drawDots(ctx, mv, first, last, toX, toY, 1.8 * ratio);
}

function drawDots(ctx, mv, first, last, toX, toY, radius) {
  for (let i = first; i <= last; i += 1) {
    if (Number.isNaN(mv[i])) continue;
    ctx.beginPath();
    ctx.arc(toX(i), toY(i), radius, 0, 2 * Math.PI);
    ctx.fill();
  }
}

/** Sample indexes to connect: per device column first, least, greatest, last, in time order. */
export function pieces(mv, first, last, toX) {
  const found = [];
  let current = null;
  for (let i = first; i <= last; ) {
    if (Number.isNaN(mv[i])) {
      current = null;
      i += 1;
      continue;
    }
    if (!current) found.push((current = []));
    const end = columnEnd(mv, i, last, toX);
    pushExtremes(current, mv, i, end);
    i = end + 1;
  }
  return found;
}

function columnEnd(mv, start, last, toX) {
  const column = Math.floor(toX(start));
  let end = start;
  while (end < last && !Number.isNaN(mv[end + 1]) && Math.floor(toX(end + 1)) === column) end += 1;
  return end;
}

function pushExtremes(list, mv, start, end) {
  let least = start;
  let greatest = start;
  for (let i = start + 1; i <= end; i += 1) {
    if (mv[i] < mv[least]) least = i;
    if (mv[i] > mv[greatest]) greatest = i;
  }
  const wanted = [start, Math.min(least, greatest), Math.max(least, greatest), end];
  for (const i of wanted) if (list.at(-1) !== i) list.push(i);
}
