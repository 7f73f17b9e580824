// Waiting times that go on: <time data-since="…">, by the second with data-format="clock".
// The others are in words, so that minutes of one are never taken for hours of the other.

const served = Date.parse(document.documentElement.dataset.now ?? "");
// The workstation's clock may be wrong; the server's is what counts.
const skewMs = Number.isNaN(served) ? 0 : served - Date.now();

export function waited(ms, byTheSecond) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  if (byTheSecond && hours < 10) return `${hours ? `${two(hours)}:` : ""}${two(minutes)}:${two(seconds % 60)}`;
  if (hours < 1) return `${minutes} min`;
  if (hours < 10) return `${hours} h ${two(minutes)} min`;
  if (hours < 24) return `${hours} h`;
  return `${Math.floor(hours / 24)} d ${two(hours % 24)} h`;
}

function two(number) {
  return String(number).padStart(2, "0");
}

// How long before a step of the escalation ladder the page begins to say so.
const SOON_S = 30;

/** What stands beside the clock: nothing until 30 s before the step, then the seconds that are left. */
export function untilStep(ms) {
  const seconds = Math.ceil(ms / 1000);
  if (seconds > SOON_S) return "";
  return seconds > 0 ? `, next step in 00:${two(seconds)}` : ", next step now";
}

function tick() {
  if (document.hidden) return;
  for (const time of document.querySelectorAll("time[data-since]")) {
    const text = waited(Date.now() + skewMs - Date.parse(time.dataset.since), time.dataset.format === "clock");
    if (time.textContent !== text) time.textContent = text;
  }
  for (const step of document.querySelectorAll("[data-next-step]")) {
    const text = untilStep(Date.parse(step.dataset.nextStep) - Date.now() - skewMs);
    if (step.textContent !== text) step.textContent = text;
    step.classList.toggle("soon", Boolean(text));
    step.closest(".pill")?.classList.toggle("pill-soon", Boolean(text));
  }
}

setInterval(tick, 1000);
tick();
