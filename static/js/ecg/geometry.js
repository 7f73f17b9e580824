// The paper in millimetres: which lead lies where, at which time and gain. No pixels, no DOM.

const CHEST = ["V1", "V2", "V3", "V4", "V5", "V6"];
const LIMB = {
  standard: ["I", "II", "III", "aVR", "aVL", "aVF"],
  cabrera: ["aVL", "I", "-aVR", "II", "aVF", "III"],
};
// The same as apps/ecg/paper.py, for the print and the picture without a script; a test compares.
const SHAPES = {
  "3x4+1": { columns: 4, pitch: 30, first: 20, rhythm: ["II"] },
  "3x4+3": { columns: 4, pitch: 22, first: 16, rhythm: ["V1", "II", "V5"] },
  "6x2": { columns: 2, pitch: 22, first: 16, rhythm: [] },
  "12x1": { columns: 1, pitch: 11, first: 14, rhythm: [] },
  rhythm: { columns: 1, pitch: 30, first: 20, rhythm: ["II", "V1", "V5"], only: true },
};
const RIGHT = 258;

export const LAYOUTS = Object.keys(SHAPES);
export const SPEEDS = [12.5, 25, 50];
/** Limb and chest gain in mm/mV; “10/5” draws V1–V6 at half. */
export const GAINS = ["5", "10", "10/5", "20"];
export const ZOOMS = [1, 1.25, 1.5, 2, 3];
export const FIT_MM = 259;
const TAIL = 12;

/** Device pixels per mm: the most whose 5 mm is a whole number of device pixels. */
export function fitScale(devicePx, mm = FIT_MM) {
  return Math.max(1, Math.floor((devicePx / mm) * 5)) / 5;
}

/** Rows of segments for one sheet; startS is clamped so that the window stays in the recording. */
export function planSheet(options) {
  const shape = SHAPES[options.layout];
  const [limb, chest = limb] = String(options.gain).split("/").map(Number);
  const paper = { ...options, shape, limb, chest, left: leftMargin(options.speed) };
  const gap = shape.columns > 1 && chest !== limb ? paper.left : 0;
  const columnMm = (RIGHT - paper.left - gap) / shape.columns;
  paper.columnS = Math.min(columnMm / options.speed, options.durationS / shape.columns);
  const windowS = paper.columnS * shape.columns;
  const startS = Math.min(Math.max(0, options.startS ?? 0), Math.max(0, options.durationS - windowS));
  const rows = [...gridRows({ ...paper, startS, gap }), ...stripRows({ ...paper, startS })];
  rows.forEach((row, i) => { row.y = shape.first + i * shape.pitch; });
  const heightMm = shape.first + Math.max(0, rows.length - 1) * shape.pitch + TAIL;
  return { rows, heightMm, widthMm: FIT_MM, pitch: shape.pitch, startS, windowS, speed: options.speed };
}

/** The same plan on paper tall enough for the trace, so that no edge clips it. */
export function withRoom(plan, wave) {
  let [top, foot] = [0, plan.heightMm];
  for (const row of plan.rows) {
    for (const { lead, gain } of row.segments) {
      const [least, greatest] = reach(samplesOf(wave, lead) ?? []);
      top = Math.min(top, row.y - greatest * gain);
      foot = Math.max(foot, row.y - least * gain);
    }
  }
  const above = extraMm(-top);
  const below = extraMm(foot - plan.heightMm);
  const rows = plan.rows.map((row) => ({ ...row, y: row.y + above }));
  return { ...plan, rows, heightMm: plan.heightMm + above + below };
}

// Whole 5 mm squares, and not without end for an artefact.
function extraMm(overshoot) {
  return overshoot > 0 ? Math.min(60, Math.ceil((overshoot + 1) / 5) * 5) : 0;
}

export function reach(mv) {
  let [least, greatest] = [0, 0];
  for (const v of mv) {
    if (v < least) least = v;
    if (v > greatest) greatest = v;
  }
  return [least, greatest];
}

/** One lead along its whole length, as wide as it needs. */
export function planLead({ lead, durationS, speed, gain, heightMm = 80 }) {
  const [limb, chest = limb] = String(gain).split("/").map(Number);
  const paper = { speed, durationS, limb, chest, left: leftMargin(speed) };
  const row = stripRow(paper, lead, 0, durationS);
  row.y = heightMm * 0.58;
  const widthMm = paper.left + durationS * speed + 2;
  return { rows: [row], heightMm, widthMm, pitch: 60, startS: 0, windowS: durationS, speed };
}

/** Short beats side by side, each from `fromS` to `toS` of its own time and at its own gain. */
export function planBeats({ leads, fromS, toS, speed = 25, gainOf = () => 10, heightMm = 30 }) {
  const w = (toS - fromS) * speed;
  const segments = leads.map((lead, i) => segment(lead, 1 + i * (w + 1), fromS, toS, speed, gainOf(lead)));
  const rows = [{ y: heightMm * 0.58, segments, pulses: [] }];
  const widthMm = 1 + leads.length * (w + 1);
  return { rows, heightMm, widthMm, pitch: heightMm, startS: fromS, windowS: toS - fromS, speed, limbGain: 10 };
}

/** All leads of a beat over one another, for borders that hold for all of them. */
export function planButterfly({ leads, durationS, speed = 100, gain = 10, heightMm = 50 }) {
  const segments = leads.map((lead) => segment(lead, 2, 0, durationS, speed, gain));
  const rows = [{ y: heightMm * 0.6, segments, pulses: [] }];
  return { rows, heightMm, widthMm: durationS * speed + 4, pitch: heightMm, startS: 0, windowS: durationS, speed, unlabelled: true };
}

// The pulse lasts 200 ms, so at 50 mm/s it needs more than the usual 8 mm.
function leftMargin(speed) {
  return Math.max(8, 0.2 * speed + 3);
}

function gridRows(paper) {
  if (paper.shape.only) return [];
  const order = [...LIMB[paper.order ?? "standard"], ...CHEST];
  if (paper.leads && !order.some((name) => isRecorded(paper.leads, name))) return [];
  const perColumn = order.length / paper.shape.columns;
  return Array.from({ length: perColumn }, (_, r) => {
    const names = order.filter((_, i) => i % perColumn === r);
    const segments = names.map((name, c) => {
      const t0 = paper.startS + c * paper.columnS;
      const shift = CHEST.includes(name) ? paper.gap : 0;
      const x = paper.left + shift + c * paper.columnS * paper.speed;
      return segment(name, x, t0, t0 + paper.columnS, paper.speed, gainOf(paper, name));
    });
    return { segments, pulses: pulsesOf(segments, paper) };
  });
}

// Rhythm strips, and below them every recorded lead the grid has no place for.
function stripRows(paper) {
  const known = [...LIMB.standard, "-aVR", ...CHEST];
  const leads = paper.leads ?? known;
  const strips = paper.shape.rhythm.filter((name) => isRecorded(leads, name));
  const others = leads.filter((name) => !known.includes(name));
  const endS = Math.min(paper.durationS, paper.startS + (RIGHT - paper.left) / paper.speed);
  return [...strips, ...others].map((name) => stripRow(paper, name, paper.startS, endS));
}

function stripRow(paper, name, t0, t1) {
  const segments = [segment(name, paper.left, t0, t1, paper.speed, gainOf(paper, name))];
  return { segments, pulses: pulsesOf(segments, paper), strip: true };
}

function segment(name, x, t0, t1, speed, gain) {
  return { lead: name, x, w: (t1 - t0) * speed, t0, t1, gain };
}

function gainOf(paper, name) {
  return CHEST.includes(name) ? paper.chest : paper.limb;
}

function pulsesOf(segments, { left, speed }) {
  const starts = segments.filter((s, i) => i === 0 || s.gain !== segments[i - 1].gain);
  const w = 0.2 * speed;
  return starts.map((s) => ({ x: s.x - left + (left - w) * 0.57, w, gain: s.gain }));
}

/** Millimetres from the left at which a row shows a time; null when it does not. */
export function xOf(row, t) {
  const found = row.segments.find((s) => t >= s.t0 - 1e-9 && t <= s.t1 + 1e-9);
  if (!found) return null;
  return found.x + ((t - found.t0) / (found.t1 - found.t0)) * found.w;
}

/** The time a row shows at a place, held within the row. */
export function timeAt(row, x) {
  const found = segmentAt(row, x);
  const part = Math.min(1, Math.max(0, (x - found.x) / found.w));
  return found.t0 + part * (found.t1 - found.t0);
}

export function segmentAt(row, x) {
  return row.segments.findLast((s) => x >= s.x) ?? row.segments[0];
}

/** The row that shows a caliper's lead at its first end, best one that shows all its ends. */
export function rowShowing(plan, { lead, strip, ends }, rateHz) {
  const times = Object.values(ends).map((end) => end.s / rateHz);
  const holds = (s) => s.lead === lead && times[0] >= s.t0 - 1e-9 && times[0] <= s.t1 + 1e-9;
  const rows = plan.rows.filter((row) => row.segments.some(holds));
  const whole = rows.filter((row) => times.every((t) => xOf(row, t) !== null));
  const fit = whole.length ? whole : rows;
  return fit.find((row) => Boolean(row.strip) === Boolean(strip)) ?? fit[0] ?? null;
}

export function rowAt(plan, y) {
  const distance = (row) => Math.abs(row.y - y);
  return plan.rows.reduce((best, row) => (distance(row) < distance(best) ? row : best));
}

/** The lead's name as printed, with its gain where that is not the sheet's first. */
export function labelOf(s, limbGain) {
  const name = s.lead.startsWith("-") ? `−${s.lead.slice(1)}` : s.lead;
  return s.gain === limbGain ? name : `${name}  ${s.gain} mm/mV`;
}

function opposite(name) {
  return name.startsWith("-") ? name.slice(1) : `-${name}`;
}

function isRecorded(leads, name) {
  return leads.includes(name) || leads.includes(opposite(name));
}

/** mV of a lead as drawn; −aVR is aVR upside down. Null where it was not recorded. */
export function samplesOf(wave, name) {
  const exact = wave.leads.find((lead) => lead.name === name);
  if (exact) return exact.mv;
  const twin = wave.leads.find((lead) => lead.name === opposite(name));
  return twin ? twin.mv.map((v) => -v) : null;
}

/** Whether a chest lead reaches into the rows above or below it. */
export function chestCrosses(plan, wave) {
  const height = (s) => Math.max(...reach(samplesOf(wave, s.lead) ?? []).map(Math.abs)) * s.gain;
  const chest = plan.rows.flatMap((row) => row.segments).filter((s) => CHEST.includes(s.lead));
  return chest.some((s) => height(s) > plan.pitch * 0.9);
}
