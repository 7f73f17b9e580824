// The waveform of the next study, held in the memory of this page only, and for a short while only.

const LONGEST_MS = 5 * 60_000;

let held = null;
let timer = 0;

/** Holds one packed waveform by the name of its samples; one that was held before is dropped. */
export function hold(name, buffer) {
  drop();
  held = { name, buffer };
  timer = setTimeout(drop, LONGEST_MS);
}

/** The waveform if exactly these samples are held, once; null otherwise. */
export function take(name) {
  const buffer = held && name && held.name === name ? held.buffer : null;
  if (buffer) drop();
  return buffer;
}

export function drop() {
  clearTimeout(timer);
  held = null;
}
