// One recording on its paper: toolbar, calipers, focus pane and spoken state.

import { coloursAt } from "./draw.js";
import { chestCrosses, fitScale, planLead, planSheet, rowAt, segmentAt, SPEEDS, withRoom } from "./geometry.js";
import { make, Sheet } from "./sheet.js";
import { Tools } from "./tools.js";
import { fetchWave, WaveError } from "./wave.js";

const NARROW_PX = 700;
const FOCUS_MM_PX = 4;
const ZOOMS = [1, 1.25, 1.5, 2, 3];
const SPEAK_MS = 500;
const CHEST_HALF = "10/5";

export class Viewer {
  constructor(host) {
    this.host = host;
    this.scope = host.closest("[data-ecg-scope]") ?? document;
    this.state = { layout: "3x4+1", speed: 25, gain: "10", order: "standard", startS: 0, zoom: 1, lead: "V1", tool: null };
    this.sheet = new Sheet(host);
    this.focus = new Sheet(host, "ecg-focus");
    this.focus.root.tabIndex = 0;
    this.focus.root.setAttribute("role", "group");
    this.focus.root.setAttribute("aria-label", "Chosen lead, scrolls sideways");
    this.chosen = make("div", "ecg-chosen", this.sheet.stack);
    this.live = make("p", "sr", host);
    this.live.setAttribute("aria-live", "polite");
    this.tools = new Tools(this.sheet, (text) => this.say(text));
    this.focusTools = new Tools(this.focus, (text) => this.say(text));
    this.makeChip();
    this.makePan();
    this.bindHost();
    this.bindToolbar();
    this.load();
  }

  get narrow() {
    return this.host.clientWidth < NARROW_PX;
  }

  get activeTools() {
    return this.narrow ? this.focusTools : this.tools;
  }

  async load() {
    const { waveformUrl, recording } = this.host.dataset;
    this.host.setAttribute("aria-busy", "true");
    try {
      const wave = await fetchWave(waveformUrl, recording);
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
    this.wave = wave;
    const names = wave.leads.map((lead) => lead.name);
    if (!names.includes(this.state.lead)) this.state.lead = names[0];
    this.render();
    this.tools.setWave(wave);
    this.focusTools.setWave(wave);
    this.host.dataset.drawn = "";
  }

  refuse(message) {
    this.sheet.root.hidden = true;
    this.focus.root.hidden = true;
    const box = make("div", "ecg-message", this.host);
    box.setAttribute("role", "alert");
    box.textContent = message;
  }

  // Drawing

  render() {
    if (!this.host.isConnected || !this.host.clientWidth) return;
    const ratio = window.devicePixelRatio;
    const minWidth = this.deviceWidth ?? Math.round(this.sheet.root.clientWidth * ratio);
    const flat = matchMedia("print").matches;
    const look = { ratio, minWidth, flat, colours: coloursAt(this.host) };
    const zoom = this.narrow ? 1 : this.state.zoom;
    look.k = this.narrow || !this.truePx ? fitScale(minWidth * zoom) : this.truePx * ratio * zoom;
    look.bar = !this.narrow;
    this.plan = this.planNow();
    this.state.startS = this.plan.startS;
    this.sheet.render(this.plan, this.wave, look);
    this.renderFocus(look);
    this.tools.redraw();
    this.describe();
  }

  planNow() {
    const { wave } = this;
    const plan = planSheet({ ...this.state, durationS: wave?.durationS ?? 10, leads: wave?.leads.map((l) => l.name) });
    return wave ? withRoom(plan, wave) : plan;
  }

  renderFocus(look) {
    this.focus.root.hidden = !this.narrow || !this.wave;
    this.chosen.hidden = this.focus.root.hidden;
    for (const tools of [this.tools, this.focusTools]) tools.use(tools === this.activeTools ? this.state.tool : null);
    if (this.focus.root.hidden) return;
    const plan = withRoom(planLead({ ...this.state, durationS: this.wave.durationS }), this.wave);
    const k = Math.round(FOCUS_MM_PX * look.ratio * this.state.zoom * 5) / 5;
    this.focus.render(plan, this.wave, { ...look, k, bar: false });
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

  describe() {
    const { speed, gain } = this.state;
    const words = `${speed} mm/s, ${gain.replace("/", " mm/mV, chest ")} mm/mV`;
    this.host.setAttribute("aria-label", `${this.host.dataset.label ?? "ECG"}, ${words}`);
    const sheet = this.narrow ? this.focus : this.sheet;
    const mm = Number((sheet.px(1)).toFixed(2));
    const kind = this.narrow ? `Focus ${this.state.lead}` : this.truePx ? "true size" : "fitted";
    const foot = this.scope.querySelector("[data-ecg-foot]");
    if (foot) {
      foot.textContent = words.replace(", ", " · ");
      make("span", "ecg-fit", foot).textContent = ` · ${kind}, 1 mm = ${mm} px`;
    }
    this.reflect();
  }

  // Controls

  makeChip() {
    this.chip = make("button", "chip ecg-chip", this.host);
    this.chip.type = "button";
    this.chip.hidden = true;
    this.chip.textContent = "Chest leads cross rows: show V1–V6 at 5 mm/mV ";
    make("kbd", "hint", this.chip).textContent = "Shift g";
    this.chip.addEventListener("click", () => this.set({ gain: CHEST_HALF }));
  }

  makePan() {
    this.pan = make("span", "ecg-pan end", this.scope.querySelector(".ecg-foot") ?? this.host);
    this.pan.hidden = true;
    for (const [sign, label] of [[-1, "Earlier"], [1, "Later"]]) {
      const button = make("button", "tool", this.pan);
      button.type = "button";
      button.textContent = sign < 0 ? "‹" : "›";
      button.setAttribute("aria-label", label);
      button.addEventListener("click", () => this.panBy(sign * this.plan.windowS * 0.5));
    }
    this.panText = make("b", "");
    this.pan.firstChild.after(this.panText);
  }

  bindToolbar() {
    for (const control of this.scope.querySelectorAll("[data-ecg]")) {
      control.addEventListener("change", () => this.set({ [control.dataset.ecg]: valueOf(control) }));
    }
    this.scope.querySelectorAll("[data-ecg-tool]").forEach((button) => {
      button.addEventListener("click", (event) => this.toggleTool(button.dataset.ecgTool, event.detail === 0));
    });
    this.scope.querySelectorAll("[data-ecg-zoom]").forEach((button) => {
      button.addEventListener("click", () => this.zoom(button.dataset.ecgZoom));
    });
  }

  reflect() {
    for (const control of this.scope.querySelectorAll("[data-ecg]")) {
      const value = String(this.state[control.dataset.ecg]);
      if (control.type === "radio") control.checked = control.value === value;
      else control.value = value;
    }
    for (const button of this.scope.querySelectorAll("[data-ecg-tool]")) {
      button.setAttribute("aria-pressed", String(button.dataset.ecgTool === this.state.tool));
    }
    this.chip.hidden = !this.wave || this.state.gain !== "10" || !chestCrosses(this.plan, this.wave);
    const { startS, windowS } = this.plan;
    this.pan.hidden = this.narrow || !this.wave || windowS > this.wave.durationS - 0.01;
    this.panText.textContent = `${startS.toFixed(1)}–${(startS + windowS).toFixed(1)} s`;
  }

  set(part) {
    Object.assign(this.state, part);
    this.render();
    if (!("startS" in part)) this.say(`${this.state.layout}, ${this.host.getAttribute("aria-label")}`);
  }

  cycle(name, values) {
    const next = (values.indexOf(this.state[name]) + 1) % values.length;
    this.set({ [name]: values[next] });
  }

  faster(step) {
    const index = SPEEDS.indexOf(this.state.speed) + step;
    if (SPEEDS[index]) this.set({ speed: SPEEDS[index] });
  }

  zoom(way) {
    const index = ZOOMS.indexOf(this.state.zoom) + (way === "in" ? 1 : -1);
    this.set({ zoom: way === "reset" ? 1 : (ZOOMS[index] ?? this.state.zoom) });
  }

  panBy(seconds) {
    this.set({ startS: this.state.startS + seconds });
  }

  toggleTool(tool, byKey) {
    this.state.tool = this.state.tool === tool && !byKey ? null : tool;
    this.reflect();
    for (const tools of [this.tools, this.focusTools]) tools.use(null);
    this.activeTools.use(this.state.tool, { place: byKey });
  }

  /** Takes away the calipers, then the tool; true when there was something to leave. */
  leave() {
    const had = this.activeTools.clear() || this.state.tool !== null;
    this.state.tool = null;
    this.activeTools.use(null);
    this.reflect();
    if (had) this.host.focus({ preventScroll: true });
    return had;
  }

  bindHost() {
    this.host.tabIndex = 0;
    this.host.setAttribute("role", "application");
    this.host.addEventListener("keydown", (event) => this.hostKey(event));
    this.host.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.sheet.stack.addEventListener("click", (event) => this.choose(event));
    this.truePx = Number(this.host.dataset.pxPerMm) || null;
  }

  hostKey(event) {
    if ((event.ctrlKey || event.metaKey) && event.key === "z") this.activeTools.undo();
    else if (event.target !== this.host || event.ctrlKey || event.metaKey || event.altKey) return;
    else if (event.key === "ArrowLeft") this.panBy(-5 / this.state.speed);
    else if (event.key === "ArrowRight") this.panBy(5 / this.state.speed);
    else if (event.key === "Home") this.set({ startS: 0 });
    else if (event.key === "End") this.set({ startS: this.wave.durationS });
    else return;
    event.preventDefault();
  }

  wheel(event) {
    if (event.ctrlKey) this.zoom(event.deltaY < 0 ? "in" : "out");
    else if (event.shiftKey && !this.pan.hidden) this.panBy(Math.sign(event.deltaX || event.deltaY) * (5 / this.state.speed));
    else return;
    event.preventDefault();
  }

  choose(event) {
    if (!this.narrow || !this.wave) return;
    const mm = this.sheet.mmAt(event);
    this.set({ lead: segmentAt(rowAt(this.plan, mm.y), mm.x).lead });
  }

  say(text) {
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => { this.live.textContent = text; }, SPEAK_MS);
  }
}

function valueOf(control) {
  return control.dataset.ecg === "speed" ? Number(control.value) : control.value;
}
