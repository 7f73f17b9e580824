// One recording on its paper: what is drawn, at which scale, and what is said of it.

import { Controls } from "./controls.js";
import { coloursAt } from "./draw.js";
import { filtered, filterWords } from "./filter.js";
import { fitScale, planLead, planSheet, withRoom, ZOOMS } from "./geometry.js";
import { bindGestures } from "./gestures.js";
import { Magnifier } from "./magnifier.js";
import { scaleHere } from "./scale.js";
import { make, Sheet } from "./sheet.js";
import { Tools } from "./tools.js";
import { fetchWave, WaveError } from "./wave.js";

const NARROW_PX = 700;
const FOCUS_MM_PX = 4;
const FOCUS_WIDE = 1.5;
const SPEAK_MS = 500;
const START = {
  layout: "3x4+1", speed: 25, gain: "10", order: "standard", filter: "off", size: "fit",
  startS: 0, zoom: 1, lead: "V1", tool: null, focused: false,
};

export class Viewer {
  constructor(host) {
    this.host = host;
    this.scope = host.closest("[data-ecg-scope]") ?? document;
    this.foot = host.nextElementSibling?.matches(".ecg-foot") ? host.nextElementSibling : this.scope.querySelector(".ecg-foot");
    this.state = { ...START };
    this.listeners = [];
    this.host.tabIndex = 0;
    this.host.setAttribute("role", "application");
    this.makeSheets();
    this.live = make("p", "sr", host);
    this.live.setAttribute("aria-live", "polite");
    const changed = (text, state) => { this.say(text); this.tell("caliper", state); };
    const keep = (state) => this.tell("keep", state);
    this.tools = new Tools(this.sheet, changed, keep);
    this.focusTools = new Tools(this.focus, changed, keep);
    this.magnifier = new Magnifier(this);
    this.controls = new Controls(this);
    bindGestures(this);
    this.load();
  }

  makeSheets() {
    this.sheet = new Sheet(this.host);
    this.focus = new Sheet(this.host, "ecg-focus");
    this.focus.root.tabIndex = 0;
    this.focus.root.setAttribute("role", "group");
    this.focus.root.setAttribute("aria-label", "Chosen lead, scrolls sideways");
    this.chosen = make("div", "ecg-chosen", this.sheet.stack);
  }

  get narrow() {
    return this.host.clientWidth < NARROW_PX;
  }

  get hasFocusPane() {
    return Boolean(this.wave) && (this.narrow || this.state.focused);
  }

  get activeTools() {
    return this.hasFocusPane ? this.focusTools : this.tools;
  }

  /** Calls back on `drawn`, `caliper`, `keep` and `set`. */
  on(name, action) {
    this.listeners.push({ name, action });
  }

  tell(name, ...given) {
    this.listeners.filter((one) => one.name === name).forEach((one) => one.action(...given));
  }

  async load() {
    const { waveformUrl, recording, samples } = this.host.dataset;
    this.host.setAttribute("aria-busy", "true");
    try {
      const wave = await fetchWave(waveformUrl, recording, samples);
      if (this.host.dataset.recording !== recording) return;
      this.show(wave);
    } catch (error) {
      if (!(error instanceof WaveError)) throw error;
      this.refuse(error.message);
    } finally {
      this.host.removeAttribute("aria-busy");
    }
  }

  show(wave) {
    this.recorded = wave;
    this.filter();
    const names = wave.leads.map((lead) => lead.name);
    if (!names.includes(this.state.lead)) this.state.lead = names[0];
    this.render();
    this.tools.setWave(wave);
    this.focusTools.setWave(wave);
    this.host.dataset.drawn = "";
    performance.mark("ecg-drawn");
    this.tell("drawn");
  }

  /** What is drawn may be a filtered copy; what is measured never is. */
  filter() {
    if (this.recorded) this.wave = filtered(this.recorded, this.state.filter);
  }

  refuse(message) {
    this.refused = true;
    this.sheet.root.hidden = true;
    this.focus.root.hidden = true;
    const box = make("div", "ecg-message", this.host);
    box.setAttribute("role", "alert");
    box.textContent = message;
  }

  // Drawing

  render() {
    if (this.refused || !this.host.isConnected || !this.host.clientWidth) return;
    const look = this.lookNow();
    this.plan = this.planNow();
    this.state.startS = this.plan.startS;
    this.sheet.root.hidden = !look.flat && this.state.focused && !this.narrow;
    this.sheet.render(this.plan, this.shown, look);
    this.renderFocus(look);
    this.tools.redraw();
    this.describe();
    this.tell("rendered");
  }

  /** The wave on the paper: this recording's, or the prior's while it is held alone. */
  get shown() {
    return this.alone?.wave ?? this.wave;
  }

  lookNow() {
    const ratio = window.devicePixelRatio;
    const flat = matchMedia("print").matches;
    const width = this.deviceWidth ?? Math.round(this.sheet.root.clientWidth * ratio);
    const zoom = this.narrow || flat ? 1 : this.state.zoom;
    const px = this.state.size === "true" && !this.narrow ? scaleHere() : null;
    return {
      ratio, flat, zoom,
      minWidth: flat ? 0 : width,
      k: px ? px * ratio * zoom : fitScale(width * zoom),
      isTrue: Boolean(px) && zoom === 1,
      bar: !this.narrow,
      prior: this.alone ? null : this.prior,
      ink: this.alone ? "prior" : "trace",
      colours: coloursAt(this.host),
    };
  }

  planNow() {
    const { shown } = this;
    const plan = planSheet({ ...this.state, durationS: shown?.durationS ?? 10, leads: shown?.leads.map((l) => l.name) });
    return shown ? withRoom(plan, shown) : plan;
  }

  renderFocus(look) {
    this.focus.root.hidden = !this.hasFocusPane;
    this.chosen.hidden = this.focus.root.hidden;
    for (const tools of [this.tools, this.focusTools]) {
      const tool = tools === this.activeTools ? this.state.tool : null;
      if (tools.tool !== tool) tools.use(tool);
    }
    if (this.focus.root.hidden) return;
    const plan = withRoom(planLead({ ...this.state, durationS: this.shown.durationS }), this.shown);
    const wanted = this.narrow ? FOCUS_MM_PX * look.ratio : (look.k / look.zoom) * FOCUS_WIDE;
    const k = Math.round(wanted * this.state.zoom * 5) / 5;
    this.focus.render(plan, this.shown, { ...look, k, minWidth: this.narrow ? 0 : look.minWidth, bar: false });
    this.focusTools.redraw();
    this.markChosen();
  }

  markChosen() {
    const row = this.plan.rows.find((r) => r.segments.some((s) => s.lead === this.state.lead));
    const segment = row?.segments.find((s) => s.lead === this.state.lead);
    this.chosen.hidden = !segment;
    if (!segment) return;
    const up = Math.min(18, this.plan.pitch * 0.6);
    const style = this.chosen.style;
    style.transform = `translate(${this.sheet.px(segment.x)}px, ${this.sheet.px(row.y - up)}px)`;
    style.width = `${this.sheet.px(segment.w)}px`;
    style.height = `${this.sheet.px(up + this.plan.pitch * 0.4)}px`;
  }

  /** The paper in words: for the foot, and for who cannot see it. */
  describe() {
    const { speed, gain, filter, lead } = this.state;
    const words = `${speed} mm/s, ${gain.replace("/", " mm/mV, chest ")} mm/mV`;
    const screen = filterWords(filter);
    const label = `${this.host.dataset.label ?? "ECG"}, ${words}`;
    this.host.setAttribute("aria-label", screen ? `${label}, filter ${screen}` : label);
    const sheet = this.hasFocusPane ? this.focus : this.sheet;
    const mm = Number(sheet.px(1).toFixed(2));
    const kind = this.hasFocusPane ? `Focus ${lead}` : this.sheet.look.isTrue ? "true size" : "fitted";
    const parts = [words.replace(", ", " · ")];
    if (screen) parts.push(`filter ${screen} on screen only`);
    if (this.alone) parts.push(`prior ${this.alone.day} alone`);
    this.controls.reflect(parts.join(" · "), ` · ${kind}, 1 mm = ${mm} px`);
  }

  // State

  set(part, { quiet = false } = {}) {
    Object.assign(this.state, part);
    if ("filter" in part) this.filter();
    this.render();
    if (!("startS" in part)) this.say(`${this.state.layout}, ${this.host.getAttribute("aria-label")}`);
    if (!quiet) this.tell("set", part);
  }

  cycle(name, values, step = 1) {
    const next = values.indexOf(this.state[name]) + step;
    this.set({ [name]: values[(next + values.length) % values.length] });
  }

  /** Zooms to a factor, the middle of what is seen staying where it is. */
  zoomTo(zoom) {
    const root = this.hasFocusPane ? this.focus.root : this.sheet.root;
    const middle = (root.scrollLeft + root.clientWidth / 2) / root.scrollWidth;
    this.set({ zoom });
    root.scrollLeft = middle * root.scrollWidth - root.clientWidth / 2;
  }

  zoom(way) {
    const index = ZOOMS.indexOf(this.state.zoom) + (way === "in" ? 1 : -1);
    this.zoomTo(way === "reset" ? 1 : (ZOOMS[index] ?? this.state.zoom));
  }

  panBy(seconds) {
    this.set({ startS: this.state.startS + seconds });
  }

  /** Whether the paper shows a part of the recording only, so that it can be moved in time. */
  get pans() {
    return !this.narrow && Boolean(this.wave) && this.plan.windowS <= this.wave.durationS - 0.01;
  }

  toggleTool(tool, byKey) {
    this.state.tool = this.state.tool === tool && (!byKey || tool === "magnifier") ? null : tool;
    for (const tools of [this.tools, this.focusTools]) tools.use(null);
    this.activeTools.use(this.state.tool, { place: byKey });
    this.magnifier.use(this.state.tool === "magnifier");
    this.describe();
  }

  /** Shows one lead larger, along its whole length; null goes back to the sheet. */
  focusOn(lead) {
    this.set(lead ? { focused: true, lead } : { focused: false });
    (lead ? this.focus.root : this.host).focus({ preventScroll: true });
  }

  /** One step back: the calipers and the tool, then the focus pane; false when there was nothing. */
  leave() {
    const had = this.activeTools.clear() || this.state.tool !== null;
    if (!had && this.state.focused) {
      this.focusOn(null);
      return true;
    }
    this.state.tool = null;
    this.activeTools.use(null);
    this.magnifier.use(false);
    this.describe();
    if (had) this.host.focus({ preventScroll: true });
    return had;
  }

  say(text) {
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => { this.live.textContent = text; }, SPEAK_MS);
  }
}
