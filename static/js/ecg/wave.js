// The packed waveform (EWF1): header, lead and gap records, then byte planes of deltas. Of limb
// leads version 2 holds what is left when I and II are taken away; version 1 held all as it was.

import { take } from "./ahead.js";

const HEADER = 40;
const LEAD = 27;
const GAP = 10;

// Einthoven's and Goldberger's sums, halves rounded down as the packer does.
const SUMS = {
  III: (one, two) => two - one,
  aVR: (one, two) => -Math.floor((one + two) / 2),
  aVL: (one, two) => Math.floor((2 * one - two) / 2),
  aVF: (one, two) => Math.floor((2 * two - one) / 2),
};

/** Why a waveform is not drawn, in words for the reader. */
export class WaveError extends Error {}

/**
 * The waveform of exactly this recording; a WaveError says why there is none. `name` is that of its
 * samples, by which they may be held already.
 */
export async function fetchWave(url, recordingId, name) {
  const held = take(name);
  if (held) return decodeWave(held, recordingId);
  let response;
  try {
    response = await fetch(url);
  } catch {
    throw new WaveError("The trace did not arrive: no connection. Reload when it is back.");
  }
  if (response.status === 410) throw new WaveError("The key of this trace was destroyed. It cannot be opened again.");
  if (!response.ok) throw new WaveError(`The trace could not be loaded (${response.status}). Reload.`);
  return decodeWave(await response.arrayBuffer(), recordingId);
}

/** Leads as mV (Float32Array, NaN where samples are missing), in the order stored. */
export function decodeWave(buffer, recordingId) {
  const header = readHeader(buffer);
  if (header.recordingId !== normalId(recordingId)) {
    throw new WaveError("This trace belongs to another recording. Reload.");
  }
  const counts = header.leads.map((_, index) => readCounts(buffer, header, index));
  addLimbs(counts, header.leads);
  const leads = header.leads.map((lead, index) => ({
    name: lead.name,
    derived: lead.derived,
    mv: toMillivolts(counts[index], lead),
  }));
  for (const gap of header.gaps) leads[gap.lead].mv.fill(NaN, gap.start, gap.start + gap.length);
  const { recordingId: id, kind, samples, rateHz } = header;
  return { recordingId: id, kind, samples, rateHz, durationS: samples / rateHz, leads };
}

function normalId(id) {
  return String(id).replaceAll("-", "").toLowerCase();
}

function readHeader(buffer) {
  const view = new DataView(buffer);
  const broken = () => new WaveError("The trace is damaged and is not shown. Reload.");
  if (buffer.byteLength < HEADER || text(buffer, 0, 4) !== "EWF1") throw broken();
  const header = {
    version: view.getUint16(4, true),
    recordingId: hex(buffer, 6, 16),
    kind: view.getUint8(22) === 0 ? "rhythm" : "median",
    width: view.getUint8(23),
    samples: view.getUint32(28, true),
    rateHz: Number(view.getBigUint64(32, true)) / 1000,
  };
  const leads = view.getUint16(24, true);
  const gaps = view.getUint16(26, true);
  header.data = HEADER + leads * LEAD + gaps * GAP;
  const size = header.data + leads * header.width * header.samples;
  const empty = !header.rateHz || !leads || !header.samples;
  if (![1, 2].includes(header.version) || empty || ![2, 4].includes(header.width) || size !== buffer.byteLength) throw broken();
  header.leads = range(leads, (i) => readLead(buffer, view, HEADER + i * LEAD));
  header.gaps = range(gaps, (i) => readGap(view, HEADER + leads * LEAD + i * GAP));
  const inside = (gap) => gap.lead < leads && gap.start + gap.length <= header.samples;
  const names = header.leads.map(({ name, rest }) => (rest ? "" : name));
  const summed = ({ name, rest }) => !rest || (SUMS[name] && names.includes("I") && names.includes("II"));
  if (!header.gaps.every(inside) || !header.leads.every(summed)) throw broken();
  return header;
}

function readLead(buffer, view, at) {
  const flags = view.getUint8(at + 26);
  return {
    name: text(buffer, at, 8),
    scaleNv: decimal(view, at + 8),
    offsetNv: decimal(view, at + 17),
    derived: Boolean(flags & 1),
    negated: Boolean(flags & 2),
    rest: Boolean(flags & 4),
  };
}

function readGap(view, at) {
  return {
    lead: view.getUint16(at, true),
    start: view.getUint32(at + 2, true),
    length: view.getUint32(at + 6, true),
  };
}

function decimal(view, at) {
  const mantissa = Number(view.getBigInt64(at, true));
  const exponent = view.getInt8(at + 8);
  return exponent < 0 ? mantissa / 10 ** -exponent : mantissa * 10 ** exponent;
}

// Deltas wrap modulo 2^(8 × width), and so does a typed array of that width.
function readCounts(buffer, { data, width, samples, version }, lead) {
  const planes = new Uint8Array(buffer, data + lead * width * samples, width * samples);
  const counts = width === 2 ? new Int16Array(samples) : new Int32Array(samples);
  let value = 0;
  for (let i = 0; i < samples; i += 1) {
    let delta = 0;
    for (let plane = 0; plane < width; plane += 1) delta |= planes[plane * samples + i] << (8 * plane);
    if (version > 1) delta = (delta >>> 1) ^ -(delta & 1);
    value = (value + delta) | 0;
    counts[i] = value;
  }
  return counts;
}

function addLimbs(counts, leads) {
  const [one, two] = ["I", "II"].map((name) => counts[leads.findIndex((lead) => lead.name === name)]);
  leads.forEach(({ name, rest }, index) => {
    const row = counts[index];
    if (rest) for (let i = 0; i < row.length; i += 1) row[i] += SUMS[name](one[i], two[i]);
  });
}

function toMillivolts(counts, lead) {
  const mv = new Float32Array(counts.length);
  for (let i = 0; i < counts.length; i += 1) mv[i] = (counts[i] * lead.scaleNv + lead.offsetNv) / 1e6;
  return mv;
}

function text(buffer, at, length) {
  return String.fromCharCode(...new Uint8Array(buffer, at, length)).replace(/\0+$/, "");
}

function hex(buffer, at, length) {
  return Array.from(new Uint8Array(buffer, at, length), (b) => b.toString(16).padStart(2, "0")).join("");
}

function range(length, make) {
  return Array.from({ length }, (_, i) => make(i));
}
