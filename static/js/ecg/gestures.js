// Keys, wheel and fingers on the paper: moving it, zooming it, choosing a lead.

import { rowAt, segmentAt, ZOOMS } from "./geometry.js";
import { follow } from "./tools.js";

const STEP_MM = 5;
const HOLD_MS = 500;
const STILL_PX = 8;
const DOUBLE_TAP_MS = 300;

export function bindGestures(viewer) {
  const { host } = viewer;
  host.addEventListener("keydown", (event) => hostKey(viewer, event));
  host.addEventListener("wheel", (event) => wheel(viewer, event), { passive: false });
  bindHand(viewer);
  bindLeads(viewer);
  for (const sheet of [viewer.sheet, viewer.focus]) {
    bindPinch(viewer, sheet);
    bindHold(viewer, sheet);
  }
}

function hostKey(viewer, event) {
  const own = event.target === viewer.host || event.target === viewer.focus.root;
  if ((event.ctrlKey || event.metaKey) && event.key === "z") viewer.activeTools.undo();
  else if (!own || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  else if (!moved(viewer, event.key)) return;
  event.preventDefault();
  event.stopPropagation();
}

/** Whether the key moved something: 5 mm of paper, to an end, to another lead, into one. */
function moved(viewer, key) {
  const way = { ArrowLeft: -1, ArrowRight: 1 }[key];
  const next = { ArrowUp: -1, ArrowDown: 1 }[key];
  if (way) move(viewer, way * STEP_MM);
  else if (key === "Home") move(viewer, -1e6);
  else if (key === "End") move(viewer, 1e6);
  else if (next && viewer.hasFocusPane) viewer.cycle("lead", viewer.wave.leads.map((lead) => lead.name), next);
  else if (key === "Enter" && viewer.wave && !viewer.narrow) viewer.focusOn(viewer.state.focused ? null : viewer.state.lead);
  else return false;
  return true;
}

function move(viewer, mm) {
  const sheet = viewer.hasFocusPane ? viewer.focus : viewer.sheet;
  if (sheet.root.scrollWidth > sheet.root.clientWidth + 1) sheet.root.scrollLeft += sheet.px(mm);
  else viewer.panBy(mm / viewer.state.speed);
}

function wheel(viewer, event) {
  const way = event.deltaX || event.deltaY;
  if (event.ctrlKey) viewer.zoom(event.deltaY < 0 ? "in" : "out");
  else if (event.shiftKey) move(viewer, Math.sign(way) * STEP_MM);
  else return;
  event.preventDefault();
}

// Space held, or one finger where there is more recording than paper: the paper follows.
function bindHand(viewer) {
  const { host } = viewer;
  const setHand = (isOn) => [viewer.sheet, viewer.focus].forEach(({ root }) => {
    if (isOn) root.dataset.hand = "1";
    else delete root.dataset.hand;
  });
  host.addEventListener("keydown", (event) => {
    if (event.key !== " " || event.target.closest("button")) return;
    event.preventDefault();
    setHand(true);
  });
  window.addEventListener("keyup", (event) => event.key === " " && setHand(false));
  window.addEventListener("blur", () => setHand(false));
  host.addEventListener("pointerdown", (event) => {
    const root = event.target.closest(".ecg-sheet");
    const finger = event.pointerType === "touch" && viewer.pans && !viewer.state.tool;
    if (!root || event.target.closest("button") || !(root.dataset.hand || finger)) return;
    let x = event.clientX;
    follow(event, root, (at) => {
      const sheet = root === viewer.focus.root ? viewer.focus : viewer.sheet;
      move(viewer, (x - at.clientX) / sheet.px(1));
      x = at.clientX;
    });
  });
}

function bindLeads(viewer) {
  const leadAt = (event) => {
    const mm = viewer.sheet.mmAt(event);
    return segmentAt(rowAt(viewer.plan, mm.y), mm.x).lead;
  };
  viewer.sheet.stack.addEventListener("click", (event) => {
    if (viewer.narrow && viewer.wave) viewer.set({ lead: leadAt(event) });
  });
  viewer.sheet.stack.addEventListener("dblclick", (event) => {
    if (!viewer.narrow && viewer.wave && !event.target.closest("button")) viewer.focusOn(leadAt(event));
  });
  viewer.focus.stack.addEventListener("dblclick", (event) => {
    if (viewer.state.focused && !event.target.closest("button")) viewer.focusOn(null);
  });
}

// Two fingers zoom in the same steps as the keys; the browser must not take them for its own.
function bindPinch(viewer, sheet) {
  let start = null;
  let tapped = 0;
  sheet.root.addEventListener("touchstart", (event) => {
    if (event.touches.length !== 2) return;
    event.preventDefault();
    start = { apart: apart(event.touches), zoom: viewer.state.zoom };
  }, { passive: false });
  sheet.root.addEventListener("touchmove", (event) => {
    if (!start || event.touches.length !== 2) return;
    event.preventDefault();
    const zoom = nearest((start.zoom * apart(event.touches)) / start.apart);
    if (zoom !== viewer.state.zoom) viewer.zoomTo(zoom);
  }, { passive: false });
  sheet.root.addEventListener("touchend", (event) => {
    if (start) start = event.touches.length ? start : null;
    else if (!viewer.state.tool && event.timeStamp - tapped < DOUBLE_TAP_MS) viewer.zoomTo(1);
    tapped = event.timeStamp;
  });
}

function apart([one, other]) {
  return Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
}

function nearest(wanted) {
  return ZOOMS.reduce((best, zoom) => (Math.abs(zoom - wanted) < Math.abs(best - wanted) ? zoom : best));
}

// A finger held still, with no tool chosen, is the magnifier.
function bindHold(viewer, sheet) {
  let timer = 0;
  sheet.stack.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "touch" || viewer.state.tool) return;
    timer = setTimeout(() => viewer.magnifier.hold(event), HOLD_MS);
    const stop = new AbortController();
    const end = () => { clearTimeout(timer); stop.abort(); viewer.magnifier.letGo(); };
    const { clientX, clientY } = event;
    window.addEventListener("pointermove", (at) => {
      if (viewer.magnifier.held) viewer.magnifier.show(at);
      else if (Math.hypot(at.clientX - clientX, at.clientY - clientY) > STILL_PX) end();
    }, stop);
    for (const name of ["pointerup", "pointercancel"]) window.addEventListener(name, end, stop);
  });
  sheet.stack.addEventListener("contextmenu", (event) => viewer.magnifier.held && event.preventDefault());
}
