// Filters of the screen only: they work on a copy, and nothing is measured on what they return.

/** Corner frequencies in Hz: high-pass, low-pass, notch. */
export const FILTERS = {
  off: {},
  baseline: { high: 0.5 },
  muscle: { low: 40 },
  both: { high: 0.5, low: 40 },
  mains50: { notch: 50 },
  mains60: { notch: 60 },
};
const NOTCH_Q = 20;
// An edge settles within a few periods of the corner; a mirrored second holds that of 0.5 Hz.
const MIRROR_S = 2;

/** As the foot names it; empty when off. */
export function filterWords(name) {
  const { high, low, notch } = FILTERS[name];
  if (notch) return `${notch} Hz notch`;
  if (high && low) return `${high}–${low} Hz`;
  return high ? `from ${high} Hz` : low ? `up to ${low} Hz` : "";
}

/** The same recording with every lead filtered forwards and backwards, so that no wave is delayed. */
export function filtered(wave, name) {
  const stages = stagesOf(FILTERS[name], wave.rateHz);
  if (!stages.length) return wave;
  const leads = wave.leads.map((lead) => ({ ...lead, mv: filterLead(lead.mv, stages, wave.rateHz) }));
  return { ...wave, leads };
}

function stagesOf({ high, low, notch }, rateHz) {
  const usable = (hz) => hz && hz < rateHz / 2;
  return [
    ...(usable(high) ? [biquad("high", high, rateHz, Math.SQRT1_2)] : []),
    ...(usable(low) ? [biquad("low", low, rateHz, Math.SQRT1_2)] : []),
    ...(usable(notch) ? [biquad("notch", notch, rateHz, NOTCH_Q)] : []),
  ];
}

// Second-order sections by the bilinear transform.
function biquad(kind, hz, rateHz, q) {
  const w = (2 * Math.PI * hz) / rateHz;
  const cos = Math.cos(w);
  const alpha = Math.sin(w) / (2 * q);
  const b = {
    high: [(1 + cos) / 2, -(1 + cos), (1 + cos) / 2],
    low: [(1 - cos) / 2, 1 - cos, (1 - cos) / 2],
    notch: [1, -2 * cos, 1],
  }[kind];
  return { b: b.map((v) => v / (1 + alpha)), a: [(-2 * cos) / (1 + alpha), (1 - alpha) / (1 + alpha)] };
}

/** Each run between missing samples alone: a gap stays one, and nothing leaks over it. */
function filterLead(mv, stages, rateHz) {
  const result = new Float32Array(mv.length).fill(NaN);
  for (let start = 0; start < mv.length; start += 1) {
    if (Number.isNaN(mv[start])) continue;
    let end = start;
    while (end < mv.length && !Number.isNaN(mv[end])) end += 1;
    result.set(filterRun(mv.subarray(start, end), stages, rateHz), start);
    start = end;
  }
  return result;
}

function filterRun(run, stages, rateHz) {
  const edge = Math.min(run.length - 1, Math.round(MIRROR_S * rateHz));
  let values = mirrored(run, edge);
  for (const stage of stages) {
    values = pass(values, stage).reverse();
    values = pass(values, stage).reverse();
  }
  return values.subarray(edge, edge + run.length);
}

function mirrored(run, edge) {
  const last = run.length - 1;
  const values = new Float64Array(run.length + 2 * edge);
  values.set(run, edge);
  for (let i = 1; i <= edge; i += 1) {
    values[edge - i] = 2 * run[0] - run[i];
    values[edge + last + i] = 2 * run[last] - run[last - i];
  }
  return values;
}

function pass(values, { b, a }) {
  const out = new Float64Array(values.length);
  // At rest on the first value, so that a constant start makes no step.
  const gain = (b[0] + b[1] + b[2]) / (1 + a[0] + a[1]);
  let [x1, x2, y1, y2] = [values[0], values[0], gain * values[0], gain * values[0]];
  for (let i = 0; i < values.length; i += 1) {
    const x = values[i];
    const y = b[0] * x + b[1] * x1 + b[2] * x2 - a[0] * y1 - a[1] * y2;
    [x2, x1, y2, y1] = [x1, x, y1, y];
    out[i] = y;
  }
  return out;
}
