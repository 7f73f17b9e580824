// Older recordings: under this one beat by beat, alone while a key is held, or on a sheet beside it.

import { register } from "../keys.js";
import { alignedPieces, medianBeat } from "./beats.js";
import { fetchWave, WaveError } from "./wave.js";

const KEPT = 3;
const HOLD_MS = 400;
const OTHER_LEADS = "Different lead system: not compared.";

/** The priors of a viewer, newest first, from `data-priors`: {id, day, wave, beats, comparable}. */
export class Priors {
  constructor(viewer, list, peaks) {
    this.viewer = viewer;
    this.list = list;
    this.peaks = peaks;
    this.place = 0;
    this.loaded = new Map();
    this.button = viewer.scope.querySelector("[data-ecg-prior]");
    this.words = viewer.scope.querySelector("[data-prior-words]");
    this.note = viewer.scope.querySelector("[data-prior-note]");
    if (this.button) this.bindButton(this.button);
    this.bindKeys();
    register("[", "", () => this.step(1));
    register("]", "", () => this.step(-1));
  }

  get chosen() {
    return this.list[this.place];
  }

  async toggle() {
    this.isOn = !this.isOn;
    await this.refresh();
  }

  /** Another prior under the trace; false leaves the key to the links between recordings. */
  step(by) {
    if (!this.isOn) return false;
    this.place = Math.min(this.list.length - 1, Math.max(0, this.place + by));
    this.refresh();
    return true;
  }

  async refresh() {
    this.button?.setAttribute("aria-pressed", String(Boolean(this.isOn)));
    const prior = this.isOn ? await this.get() : null;
    if (this.isOn && prior && !prior.peaks.length) this.tell(`Not aligned: the beats of ${prior.day} were not measured.`);
    this.viewer.prior = prior?.peaks.length && this.peaks.length ? this.under(prior) : null;
    this.viewer.render();
    this.viewer.tell("prior", this.viewer.prior);
    this.viewer.say(this.isOn ? `Prior of ${this.chosen.day} under the trace` : "Prior put away");
    if (this.words) this.words.textContent = `${this.chosen.day} ${this.place + 1} of ${this.list.length}`;
  }

  under({ wave, peaks, day }) {
    const seconds = (samples, rateHz) => samples.map((r) => r / rateHz);
    const now = seconds(this.peaks, this.viewer.recorded.rateHz);
    const then = seconds(peaks, wave.rateHz);
    return { wave, day, median: medianBeat(wave, peaks), pieces: ({ t0, t1 }) => alignedPieces(t0, t1, now, then) };
  }

  /** The chosen prior with its wave and R peaks; null, and why, where it may not or cannot be shown. */
  async get() {
    const { id, day, wave: url, beats, comparable } = this.chosen;
    this.tell("");
    if (!comparable) return this.tell(OTHER_LEADS);
    try {
      if (!this.loaded.has(id)) {
        const [wave, answer] = await Promise.all([fetchWave(url, id), fetch(beats)]);
        if (!answer.ok) throw new WaveError(`The beats of the prior could not be loaded (${answer.status}).`);
        this.keep(id, { wave, day, peaks: (await answer.json()).peaks });
      }
      return this.loaded.get(id);
    } catch (error) {
      return this.tell(error instanceof WaveError ? error.message : "The prior did not arrive: no connection.");
    }
  }

  keep(id, prior) {
    this.loaded.set(id, prior);
    if (this.loaded.size > KEPT) this.loaded.delete(this.loaded.keys().next().value);
  }

  tell(words) {
    if (this.note) this.note.textContent = words;
    return null;
  }

  // Held: the prior stands alone on the paper, and this recording is back when it is let go.

  bindKeys() {
    register("b", "Hold: the prior alone", () => { this.holdAlone(); return true; });
    window.addEventListener("keyup", (event) => event.key.toLowerCase() === "b" && this.letGo());
    window.addEventListener("blur", () => this.letGo());
  }

  // Pressed shortly it lays the prior under the trace; held, by finger or space bar, it shows it alone.
  bindButton(button) {
    let timer = 0;
    let wasHeld = false;
    const press = () => {
      wasHeld = false;
      clearTimeout(timer);
      timer = setTimeout(() => { wasHeld = true; this.holdAlone(); }, HOLD_MS);
    };
    const end = () => { clearTimeout(timer); this.letGo(); };
    button.addEventListener("pointerdown", press);
    for (const name of ["pointerup", "pointercancel", "pointerleave", "keyup"]) button.addEventListener(name, end);
    button.addEventListener("keydown", (event) => event.key === " " && !event.repeat && press());
    button.addEventListener("contextmenu", (event) => event.preventDefault());
    button.addEventListener("click", () => { if (!wasHeld) this.toggle(); wasHeld = false; });
  }

  async holdAlone() {
    if (this.held) return;
    this.held = true;
    const prior = await this.get();
    if (!this.held || !prior) return;
    this.viewer.alone = prior;
    this.viewer.host.dataset.alone = "";
    this.viewer.render();
    this.viewer.say(`Prior of ${prior.day} alone`);
  }

  letGo() {
    this.held = false;
    if (!this.viewer.alone) return;
    this.viewer.alone = null;
    delete this.viewer.host.dataset.alone;
    this.viewer.render();
  }
}

/** Two viewers of one page: what is set or measured on one is set and measured on the other. */
export function pair(viewers) {
  for (const viewer of viewers) {
    const others = viewers.filter((other) => other !== viewer);
    viewer.on("set", (part) => others.forEach((other) => other.set(part, { quiet: true })));
    viewer.on("caliper", (state) => others.forEach((other) => mirror(viewer, other, state)));
  }
}

// The same stretch of time on the other paper, whatever its sampling rate.
function mirror(from, to, state) {
  if (!to.recorded) return;
  const scale = to.recorded.rateHz / from.recorded.rateHz;
  const move = ({ s, mv }) => ({ mv, s: Math.min(to.recorded.samples - 1, Math.round(s * scale)) });
  const ends = Object.fromEntries(Object.entries(state.ends).map(([name, end]) => [name, move(end)]));
  to.activeTools.set(state.tool, { ...state, ends }, { quiet: true });
}
