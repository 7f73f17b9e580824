// Mounts the viewers of a page, redraws them when they must be, and gives them their keys.

import { register } from "../keys.js";
import { GAINS, LAYOUTS } from "./geometry.js";
import { mountMedian } from "./median.js";
import { Viewer } from "./view.js";

// Redrawn when the size, the pixel ratio or the theme changes.
function watch(redraw) {
  const media = ["(prefers-color-scheme: dark)", "(prefers-contrast: more)", "print"];
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
  const observer = new ResizeObserver(([entry]) => {
    viewer.deviceWidth = deviceWidth(entry);
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
  register("l", "Next layout", run((v) => v.cycle("layout", LAYOUTS)));
  register(",", "Slower", run((v) => v.faster(-1)));
  register(".", "Faster", run((v) => v.faster(1)));
  register("Shift+G", "Next gain", run((v) => v.cycle("gain", GAINS)));
  register("0", "Fit the trace again", run((v) => v.zoom("reset")));
  register("Escape", "Put the tool away", () => current()?.leave() ?? false);
}

const drawings = new Map();

async function mountAll() {
  for (const host of drawings.keys()) if (!host.isConnected) drawings.delete(host);
  for (const host of document.querySelectorAll(".ecg[data-waveform-url]")) {
    if (drawings.has(host)) continue;
    const viewer = new Viewer(host);
    drawings.set(host, { viewer, redraw: () => viewer.render() });
    watchSize(viewer);
  }
  for (const host of document.querySelectorAll(".ecg-median[data-waveform-url]")) {
    if (drawings.has(host)) continue;
    drawings.set(host, { redraw: () => {} });
    const redraw = await mountMedian(host);
    drawings.set(host, { redraw });
    new ResizeObserver(redraw).observe(host);
  }
}

watch(() => drawings.forEach(({ redraw }) => redraw()));
registerKeys(() => [...drawings.values()].find(({ viewer }) => viewer)?.viewer);
document.addEventListener("htmx:load", mountAll);
mountAll();
