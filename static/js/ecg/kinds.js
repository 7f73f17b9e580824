// What each tool measures. A state is {tool, lead, strip, repeats, ends}; an end is {s, mv}.

const MINUS = "−";

/** `ends` in the order in which they are placed; `moves` says which of sample and mV a drag changes. */
export const KINDS = {
  time: { name: "Time caliper", ends: ["a", "b"], moves: ["s"] },
  amplitude: { name: "Amplitude caliper", ends: ["a", "b"], moves: ["mv"] },
  march: { name: "March-out", ends: ["a", "b"], moves: ["s"] },
  angle: { name: "Angle", ends: ["a", "b", "c"], moves: ["s", "mv"] },
};
export const WORDS = { a: "start", b: "end", c: "second arm" };
export const REPEATS = [2, 9];

/** What the caliper says: `620 ms · 97 /min`, `1.24 mV`, `38°`. Scale is {speed, gain} of the paper. */
export function reading(state, rateHz, scale) {
  const { a, b } = state.ends;
  if (state.tool === "amplitude") return `${level(b.mv - a.mv)} mV`;
  if (state.tool === "angle") return `${angleOf(state, rateHz, scale).toFixed(1)}°`;
  const ms = (Math.abs(b.s - a.s) / rateHz) * 1000;
  const rate = ms > 0 ? ` · ${Math.round(60000 / ms)} /min` : "";
  const repeats = state.tool === "march" ? ` × ${state.repeats}` : "";
  return `${Number(ms.toFixed(1))} ms${rate}${repeats}`;
}

/** Degrees between both arms on the paper, where the two axes share one millimetre. */
export function angleOf({ ends }, rateHz, { speed, gain }) {
  const arm = (end) => Math.atan2((end.mv - ends.b.mv) * gain, ((end.s - ends.b.s) / rateHz) * speed);
  const turn = Math.abs(arm(ends.a) - arm(ends.c)) * (180 / Math.PI);
  return Math.min(turn, 360 - turn);
}

/** One end in words: `412 ms`, `0.35 mV`. */
export function place(tool, end, rateHz) {
  const ms = `${Math.round((end.s / rateHz) * 1000)} ms`;
  if (tool === "amplitude") return `${level(end.mv)} mV`;
  return tool === "angle" ? `${ms}, ${level(end.mv)} mV` : ms;
}

/** The end after a key, or null where the key is none of the tool's. */
export function stepped(tool, end, event, rateHz) {
  const horizontal = { ArrowRight: 1, ArrowLeft: -1 }[event.key] ?? 0;
  const vertical = { ArrowUp: 1, ArrowDown: -1 }[event.key] ?? 0;
  const page = { PageUp: 1, PageDown: -1 }[event.key] ?? 0;
  if (!horizontal && !vertical && !page) return null;
  if (tool === "amplitude") return raised(end, horizontal + vertical, page, event.shiftKey);
  const moved = shifted(end, tool === "angle" ? horizontal : horizontal + vertical, page, event.shiftKey, rateHz);
  return tool === "angle" ? raised(moved, vertical, 0, event.shiftKey) : moved;
}

function shifted(end, steps, pages, far, rateHz) {
  const one = far ? Math.round(0.04 * rateHz) : 1;
  return { ...end, s: end.s + steps * one + pages * Math.round(0.2 * rateHz) };
}

function raised(end, steps, pages, far) {
  return { ...end, mv: hundredth(end.mv + steps * (far ? 0.1 : 0.01) + pages * 0.1) };
}

export function hundredth(mv) {
  return Math.round(mv * 100) / 100;
}

function level(mv) {
  return mv.toFixed(2).replace(/^-0\.00$/, "0.00").replace("-", MINUS);
}

/** Times, in seconds, at which an interval marched out stands again. */
export function marchTimes({ ends: { a, b }, repeats }, rateHz) {
  const times = [];
  for (let n = 2; n <= repeats; n += 1) times.push((a.s + n * (b.s - a.s)) / rateHz);
  return times;
}
