// Beats of a recording: their median, and how those of two recordings lie over each other.

const BEFORE_S = 0.45;
const AFTER_S = 0.75;
// The level before the QRS from which each beat is drawn, in seconds from R.
const LEVEL_S = [-0.08, -0.05];

/** The median of the beats at these R peaks, as a short wave of its own; null where there is none.
 *
 * R stands at `rS` seconds from its start. */
export function medianBeat(wave, peaks) {
  const { rateHz } = wave;
  const before = Math.round(BEFORE_S * rateHz);
  const length = before + Math.round(AFTER_S * rateHz);
  const whole = peaks.filter((r) => r >= before && r - before + length <= wave.samples);
  if (!whole.length) return null;
  const leads = wave.leads.map((lead) => ({ ...lead, mv: medianOf(lead.mv, whole, before, length, rateHz) }));
  return { ...wave, kind: "median", leads, samples: length, durationS: length / rateHz, rS: before / rateHz, beats: whole.length };
}

function medianOf(mv, peaks, before, length, rateHz) {
  const beats = peaks.map((r) => levelled(mv.subarray(r - before, r - before + length), before, rateHz));
  const result = new Float32Array(length);
  for (let i = 0; i < length; i += 1) result[i] = middle(beats.map((beat) => beat[i]));
  return result;
}

function levelled(beat, before, rateHz) {
  const [from, to] = LEVEL_S.map((s) => before + Math.round(s * rateHz));
  const part = beat.slice(from, to);
  const level = part.reduce((sum, v) => sum + v, 0) / part.length;
  return beat.map((v) => v - level);
}

function middle(values) {
  const sorted = values.filter((v) => !Number.isNaN(v)).sort((x, y) => x - y);
  if (!sorted.length) return NaN;
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** Pieces of an older recording that lie under the beats of this one, R on R.
 *
 * For one segment of paper: `t0` and `t1` of now; peaks in seconds. Beat by beat from the first of
 * the segment on; each piece is {from, to} in seconds of the older one and `shift` to add. */
export function alignedPieces(t0, t1, now, then) {
  const first = now.findIndex((r) => r >= t0);
  const older = then.findIndex((r) => r >= t0);
  if (first < 0 || older < 0) return [];
  const pieces = [];
  for (let i = 0; first + i < now.length && older + i < then.length && now[first + i] <= t1; i += 1) {
    const [here, there] = [now[first + i], then[older + i]];
    const left = 0.4 * Math.min(here - (now[first + i - 1] ?? here - 1), there - (then[older + i - 1] ?? there - 1));
    const right = 0.6 * Math.min((now[first + i + 1] ?? here + 1) - here, (then[older + i + 1] ?? there + 1) - there);
    const shift = here - there;
    pieces.push({ from: Math.max(there - left, t0 - shift), to: Math.min(there + right, t1 - shift), shift });
  }
  return pieces;
}
