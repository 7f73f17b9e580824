// Mounts the viewers of a page, redraws them when they must be, and gives them their keys.

import { describe, register } from "../keys.js";
import { onPage } from "../page.js";
import { medianBeat } from "./beats.js";
import { pair, Priors } from "./compare.js";
import { FILTERS } from "./filter.js";
import { GAINS, LAYOUTS, SPEEDS } from "./geometry.js";
import { Kept } from "./kept.js";
import { Borders, fetchMedian, Median } from "./median.js";
import { Viewer } from "./view.js";

const GRID = "ecg-grid-strong";
const ORDERS = ["standard", "cabrera"];

// Redrawn when the size, the pixel ratio or the theme changes.
function watch(redraw) {
  const media = ["(prefers-color-scheme: dark)", "(prefers-contrast: more)", "(forced-colors: active)", "print"];
  media.forEach((query) => matchMedia(query).addEventListener("change", redraw));
  const observer = new MutationObserver(redraw);
  observer.observe(document.documentElement, { attributeFilter: ["data-theme", "data-paper", "data-grid"] });
  watchRatio(redraw);
}

function watchRatio(redraw) {
  const query = matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
  query.addEventListener("change", () => { watchRatio(redraw); redraw(); }, { once: true });
}

function watchSize(viewer) {
  const observer = new ResizeObserver((entries) => {
    const entry = entries.find(({ target }) => target === viewer.sheet.root);
    if (entry && !viewer.sheet.root.hidden) viewer.deviceWidth = deviceWidth(entry);
    viewer.render();
  });
  try {
    observer.observe(viewer.sheet.root, { box: "device-pixel-content-box" });
  } catch {
    observer.observe(viewer.sheet.root);
  }
}

// The exact width where the browser tells it; emulated ratios tell it in CSS pixels.
function deviceWidth(entry) {
  const rounded = Math.round(entry.contentRect.width * window.devicePixelRatio);
  const exact = entry.devicePixelContentBoxSize?.[0].inlineSize ?? rounded;
  return Math.abs(exact - rounded) <= 1 ? exact : rounded;
}

function registerKeys(current) {
  const run = (action) => () => { const viewer = current(); if (viewer) action(viewer); };
  const faster = (v, step) => SPEEDS[SPEEDS.indexOf(v.state.speed) + step] && v.cycle("speed", SPEEDS, step);
  register("l", "Next layout", run((v) => v.cycle("layout", LAYOUTS)));
  register("Shift+L", "Lead order: standard or Cabrera", run((v) => v.cycle("order", ORDERS)));
  register(",", "Slower", run((v) => faster(v, -1)));
  register(".", "Faster", run((v) => faster(v, 1)));
  register("Shift+G", "Next gain", run((v) => v.cycle("gain", GAINS)));
  register("Shift+F", "Next filter of the screen", run((v) => v.cycle("filter", Object.keys(FILTERS))));
  register("0", "Fit the trace again", run((v) => v.zoom("reset")));
  register("Escape", "Put the tool away", () => current()?.leave() ?? false);
}

// Lines that stand out for who needs them; kept on this device.
function bindGrid() {
  const root = document.documentElement;
  if (localStorage.getItem(GRID)) root.dataset.grid = "strong";
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-ecg-grid]");
    if (!button) return;
    if (root.dataset.grid) delete root.dataset.grid, localStorage.removeItem(GRID);
    else localStorage.setItem(GRID, "1"), (root.dataset.grid = "strong");
    button.setAttribute("aria-pressed", String(Boolean(root.dataset.grid)));
  });
  onPage(() => {
    document.querySelector("[data-ecg-grid]")?.setAttribute("aria-pressed", String(Boolean(root.dataset.grid)));
  });
}

// On a phone one of two papers is shown.
function bindFlip() {
  document.querySelector("[data-flip]")?.addEventListener("click", () => {
    document.querySelector(".papers").toggleAttribute("data-flipped");
  });
}

const drawings = new Map();

function mountViewer(host) {
  const viewer = new Viewer(host);
  drawings.set(host, { viewer, redraw: () => viewer.render() });
  watchSize(viewer);
  const beats = JSON.parse(host.dataset.beats || "{}");
  const priors = JSON.parse(host.dataset.priors || "[]");
  if (priors.length) new Priors(viewer, priors, beats.peaks ?? []);
  const section = viewer.scope.querySelector("[data-kept]");
  const kept = section && new Kept(viewer, section);
  if (beats.peaks?.length) viewer.on("drawn", () => mountMedian(viewer, beats, kept));
  return viewer;
}

function mountMedian(viewer, beats, kept) {
  const host = viewer.scope.querySelector(".ecg-median:not([data-waveform-url])");
  const wave = host && medianBeat(viewer.recorded, beats.peaks);
  if (!wave) return;
  const median = new Median(host, wave);
  redrawOn(host, () => median.redraw());
  viewer.on("prior", (prior) => median.showPrior(prior?.median));
  const place = viewer.scope.querySelector("[data-borders]");
  if (!place || !Object.keys(beats.borders).length) return;
  place.addEventListener("toggle", () => {
    const borders = new Borders(place, wave, beats, (moves, reason) => keepBorders(kept, moves, reason));
    redrawOn(place, () => borders.redraw());
  }, { once: true });
}

async function keepBorders(kept, moves, reason) {
  for (const [name, ms] of Object.entries(moves)) {
    if (!(await kept.send({ tool: "border", lead: "", places: { name, ms }, reason }))) return false;
  }
  return true;
}

function redrawOn(host, redraw) {
  drawings.set(host, { redraw });
  new ResizeObserver(redraw).observe(host);
}

// What the paper, a caliper and a border of the median beat do with keys while the focus is on them.
const HELD_KEYS = [
  [".ecg-sheet", "← →", "On the trace: 5 mm of paper earlier, later"],
  [".ecg-sheet", "Home End", "On the trace: to its start, its end"],
  [".ecg-sheet", "Enter", "On the trace: one lead alone, and back"],
  [".ecg-sheet", "↑ ↓", "In one lead alone: the lead before, the next"],
  [".ecg-sheet", "Space", "On the trace: held, the pointer moves the paper"],
  [".ecg-sheet", "Ctrl+Z", "On the trace: take back the last of 50 steps of a caliper"],
  [".ecg-sheet", "← →", "On a caliper: one sample, with Shift 40 ms"],
  [".ecg-sheet", "PageUp PageDown", "On a caliper: 200 ms"],
  [".ecg-sheet", "↑ ↓", "On an amplitude caliper: 0.01 mV, with Shift 0.1 mV"],
  [".ecg-sheet", "2 … 9", "On a march-out: so many intervals"],
  [".ecg-sheet", "Enter", "On a caliper: keep the measurement"],
  [".ecg-sheet", "Delete Backspace", "On a caliper: remove it"],
  ["[data-borders]", "← →", "On a border of the median beat: one sample, with Shift ten"],
];
let hasKeys = false;

// The keys of a trace are there once a page shows one.
function giveKeys() {
  if (hasKeys) return;
  hasKeys = true;
  registerKeys(() => [...drawings.values()].find(({ viewer }) => viewer)?.viewer);
  HELD_KEYS.forEach((held) => describe(...held));
}

async function mountAll() {
  for (const host of drawings.keys()) if (!host.isConnected) drawings.delete(host);
  const fresh = [...document.querySelectorAll(".ecg[data-waveform-url]")].filter((host) => !drawings.has(host));
  if (fresh.length) giveKeys();
  const viewers = fresh.map(mountViewer);
  if (viewers.length > 1) pair(viewers);
  for (const host of document.querySelectorAll(".ecg-median[data-waveform-url]")) {
    if (drawings.has(host)) continue;
    drawings.set(host, { redraw: () => {} });
    const median = await fetchMedian(host);
    if (median) redrawOn(host, () => median.redraw());
  }
}

watch(() => drawings.forEach(({ redraw }) => redraw()));
bindGrid();
bindFlip();
document.addEventListener("htmx:load", mountAll);
onPage(mountAll);
