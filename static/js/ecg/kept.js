// Measurements that somebody kept: drawn for every reader, added and struck without leaving the page.

import { Caliper } from "./caliper.js";

const UNFILTERED = "Switch the filter off first: a filtered trace is not measured.";

/** The section `[data-kept]` of a viewer's page; its items carry what was measured. */
export class Kept {
  constructor(viewer, section) {
    this.viewer = viewer;
    this.section = section;
    this.drawn = [];
    viewer.on("keep", (state) => this.keep(state));
    viewer.on("rendered", () => this.draw());
    document.addEventListener("submit", (event) => this.own(event));
  }

  get form() {
    return this.section.querySelector("form[data-keep]");
  }

  draw() {
    this.drawn.forEach(({ root }) => root.remove());
    const { viewer } = this;
    if (!viewer.recorded || viewer.alone) return;
    const sheets = viewer.hasFocusPane ? [viewer.focus] : [viewer.sheet];
    this.drawn = sheets.flatMap((sheet) => this.items.map((item) => drawOn(sheet, item, viewer.recorded.rateHz)));
  }

  get items() {
    return [...this.section.querySelectorAll("[data-places]")].map((item) => ({
      tool: item.dataset.tool, lead: item.dataset.lead, by: item.dataset.by, ...JSON.parse(item.dataset.places),
    }));
  }

  async keep(state) {
    const { viewer } = this;
    if (!this.form) return this.say("Your role cannot keep measurements.");
    if (viewer.state.filter !== "off") return this.say(UNFILTERED);
    const ends = Object.fromEntries(Object.entries(state.ends).map(([name, { s, mv }]) => [name, [s, mv]]));
    const places = { ends, repeats: state.repeats, strip: state.strip, ...viewer.activeTools.scaleOf(state) };
    if (await this.send({ tool: state.tool, lead: state.lead, places })) viewer.activeTools.remove(state.tool);
  }

  /** Sends one measurement; true when it was kept, else why not stands in the section. */
  async send({ tool, lead, places, reason = "" }) {
    const body = new FormData(this.form);
    for (const [name, value] of Object.entries({ tool, lead, places: JSON.stringify(places), reason })) body.set(name, value);
    return this.post(this.form.action, body);
  }

  // Striking one and stating a number, without leaving the page.
  own(event) {
    const form = event.target.closest("[data-kept] form[data-own]");
    if (!form || event.defaultPrevented) return;
    event.preventDefault();
    this.post(form.action, new FormData(form));
  }

  async post(url, body) {
    let answer;
    try {
      answer = await fetch(url, { method: "POST", body, redirect: "manual", headers: { Accept: "application/json" } });
    } catch {
      return this.say("Not kept: no connection.");
    }
    if (answer.type === "opaqueredirect" || answer.status === 401) return this.say("Not kept: signed out.");
    const given = await answer.json().catch(() => ({}));
    if (!answer.ok) return this.say(given.message ?? `Not kept (${answer.status}).`);
    this.replace(given.html);
    return true;
  }

  replace(html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    for (const part of page.querySelectorAll("[data-part]")) {
      document.querySelector(`[data-part="${part.dataset.part}"]`)?.replaceWith(part);
    }
    this.section = document.querySelector("[data-kept]");
    this.draw();
    this.viewer.say("Kept measurements changed");
  }

  say(words) {
    const place = this.section.querySelector("[data-kept-note]");
    if (place) place.textContent = words;
    this.viewer.say(words);
    return false;
  }
}

function drawOn(sheet, { tool, lead, by, strip, repeats, ends }, rateHz) {
  const caliper = new Caliper(tool, sheet.stack, by);
  const placed = Object.fromEntries(Object.entries(ends).map(([name, [s, mv]]) => [name, { s, mv }]));
  caliper.draw({ tool, lead, strip, repeats, ends: placed }, sheet, rateHz);
  return caliper;
}
