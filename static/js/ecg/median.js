// Median beats side by side on a small paper, and their borders over one another on a large one.

import { coloursAt } from "./draw.js";
import { fitScale, planBeats, planButterfly, reach, samplesOf } from "./geometry.js";
import { make, Sheet } from "./sheet.js";
import { follow } from "./tools.js";
import { fetchWave, WaveError } from "./wave.js";

const BORDERS = {
  p_on: "P start", p_off: "P end", qrs_on: "QRS start", qrs_off: "QRS end", t_on: "T start", t_off: "T end",
};
// Of a beat beside others: the next one is not part of it.
const SHOWN_S = { before: 0.35, after: 0.55 };

/** Draws the median beat for the leads of `data-leads`; `redraw` is to be called on a new size. */
export class Median {
  constructor(host, wave) {
    this.host = host;
    this.sheet = new Sheet(host);
    this.wave = wave;
    const wanted = (host.dataset.leads ?? "II V1 V3 V6").split(" ");
    this.leads = wanted.filter((name) => wave.leads.some((lead) => lead.name === name));
    host.setAttribute("role", "img");
    const beats = wave.beats ? ` of ${wave.beats} beats` : "";
    host.setAttribute("aria-label", `Median beat${beats}, leads ${this.leads.join(", ")}`);
    this.redraw();
  }

  showPrior(median) {
    const shift = median ? this.wave.rS - median.rS : 0;
    this.prior = median && { wave: median, pieces: ({ t0, t1 }) => [{ from: t0, to: t1, shift }] };
    this.redraw();
  }

  redraw() {
    const { host, sheet, wave, leads } = this;
    if (!host.clientWidth) return;
    const ratio = window.devicePixelRatio;
    const minWidth = Math.round(host.clientWidth * ratio);
    const part = { leads, fromS: Math.max(0, (wave.rS ?? 0) - SHOWN_S.before), toS: wave.durationS };
    if (wave.rS) part.toS = Math.min(part.toS, wave.rS + SHOWN_S.after);
    const k = Math.min(4 * ratio, fitScale(minWidth, planBeats(part).widthMm));
    const heightMm = (host.clientHeight * ratio) / k;
    const plan = planBeats({ ...part, heightMm, gainOf: (lead) => fittingGain(wave, lead, heightMm) });
    const flat = matchMedia("print").matches;
    sheet.render(plan, wave, { k, ratio, minWidth, flat, prior: this.prior, colours: coloursAt(host) });
  }
}

// Half the gain, printed on the label, for a lead that would leave the paper.
function fittingGain(wave, lead, heightMm) {
  const [least, greatest] = reach(samplesOf(wave, lead));
  return greatest * 10 > heightMm * 0.5 || -least * 10 > heightMm * 0.4 ? 5 : 10;
}

/** The device's own median, where the platform found no beats. */
export async function fetchMedian(host) {
  try {
    return new Median(host, await fetchWave(host.dataset.waveformUrl, host.dataset.recording));
  } catch (error) {
    if (!(error instanceof WaveError)) throw error;
    make("p", "ecg-message", host).textContent = error.message;
    return null;
  }
}


/** Borders of the median beat that a reader may move; nothing changes until they are kept. */
export class Borders {
  /** `borders` and `moved` in ms from R; keep(moves, reason) resolves to whether they were kept. */
  constructor(host, wave, { borders, moved }, keep) {
    Object.assign(this, { host, wave, keep });
    this.platform = borders;
    this.values = { ...borders, ...moved };
    this.changes = {};
    this.sheet = new Sheet(host, "ecg-borders");
    this.lines = {};
    for (const name of Object.keys(BORDERS)) if (this.values[name] !== undefined) this.makeLine(name);
    this.makeForm();
    this.redraw();
  }

  makeLine(name) {
    const root = make("div", "caliper border", this.sheet.stack);
    const line = make("i", "line-x", root);
    const handle = make("button", "", root);
    handle.type = "button";
    handle.dataset.border = name;
    handle.setAttribute("role", "slider");
    handle.setAttribute("aria-label", BORDERS[name]);
    handle.setAttribute("aria-valuemin", -450);
    handle.setAttribute("aria-valuemax", 750);
    handle.addEventListener("keydown", (event) => this.key(event, name));
    handle.addEventListener("pointerdown", (event) => this.drag(event, handle, name));
    this.lines[name] = { line, handle, word: make("output", "", root) };
  }

  makeForm() {
    this.form = make("form", "border-form", this.host);
    const label = make("label", "field", this.form);
    make("span", "", label).textContent = "Why the border stands elsewhere";
    this.reason = make("input", "input", label);
    Object.assign(this.reason, { required: true, maxLength: 400, autocomplete: "off" });
    const button = make("button", "button button-accent", this.form);
    button.textContent = "Keep as the reader's";
    this.form.hidden = true;
    this.form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (await this.keep(this.changes, this.reason.value)) this.changes = {};
      this.form.hidden = Object.keys(this.changes).length === 0;
    });
  }

  redraw() {
    if (!this.host.clientWidth) return;
    const ratio = window.devicePixelRatio;
    const minWidth = Math.round(this.host.clientWidth * ratio);
    const leads = this.wave.leads.map((lead) => lead.name);
    const plan = planButterfly({ leads, durationS: this.wave.durationS });
    const k = fitScale(minWidth, plan.widthMm);
    this.sheet.render(plan, this.wave, { k, ratio, minWidth, colours: coloursAt(this.host) });
    Object.keys(this.lines).forEach((name) => this.place(name));
  }

  place(name) {
    const { line, handle, word } = this.lines[name];
    const { plan } = this.sheet;
    const ms = this.values[name];
    const x = this.sheet.px(plan.rows[0].segments[0].x + (this.wave.rS + ms / 1000) * plan.speed);
    const height = this.sheet.px(plan.heightMm) - 14;
    const rounded = String(Math.round(ms)).replace("-", "−");
    const said = `${BORDERS[name]} ${rounded} ms`;
    line.style.transform = `translate(${x}px, 0)`;
    line.style.height = `${height}px`;
    handle.style.transform = `translate(${x}px, ${height - 2}px)`;
    // Neighbours stand close: their words take turns in height.
    const turn = Object.keys(BORDERS).indexOf(name) % 2;
    word.style.transform = `translate(${x + 3}px, ${4 + 24 * turn}px)`;
    word.textContent = said;
    handle.setAttribute("aria-valuenow", ms);
    handle.setAttribute("aria-valuetext", `${BORDERS[name]}, ${rounded} ms from R`);
  }

  moveTo(name, ms) {
    const step = 1000 / this.wave.rateHz;
    const names = Object.keys(BORDERS).filter((other) => this.values[other] !== undefined);
    const at = names.indexOf(name);
    const least = at > 0 ? this.values[names[at - 1]] + step : -450;
    const most = at < names.length - 1 ? this.values[names[at + 1]] - step : 750;
    const onSample = Math.round(ms / step) * step;
    this.values[name] = Math.min(most, Math.max(least, onSample));
    this.changes[name] = Math.round(this.values[name] * 1000) / 1000;
    this.form.hidden = false;
    this.place(name);
  }

  key(event, name) {
    const way = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (!way || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const step = 1000 / this.wave.rateHz;
    this.moveTo(name, this.values[name] + way * (event.shiftKey ? 10 : 1) * step);
  }

  drag(event, handle, name) {
    event.preventDefault();
    handle.focus({ preventScroll: true });
    follow(event, handle, (moved) => {
      const { plan } = this.sheet;
      const s = (this.sheet.mmAt(moved).x - plan.rows[0].segments[0].x) / plan.speed;
      this.moveTo(name, (s - this.wave.rS) * 1000);
    });
  }
}
