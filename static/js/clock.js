// Waiting times that go on: <time data-since="…">, by the second with data-format="clock".

const served = Date.parse(document.documentElement.dataset.now ?? "");
// The workstation's clock may be wrong; the server's is what counts.
const skewMs = Number.isNaN(served) ? 0 : served - Date.now();

export function waited(ms, byTheSecond) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  if (byTheSecond && hours === 0) return `${two(minutes)}:${two(seconds % 60)}`;
  if (hours < 10) return `${two(hours)}:${two(minutes)}${byTheSecond ? `:${two(seconds % 60)}` : ""}`;
  if (hours < 24) return `${hours} h`;
  return `${Math.floor(hours / 24)} d ${two(hours % 24)} h`;
}

function two(number) {
  return String(number).padStart(2, "0");
}

function tick() {
  if (document.hidden) return;
  for (const time of document.querySelectorAll("time[data-since]")) {
    const text = waited(Date.now() + skewMs - Date.parse(time.dataset.since), time.dataset.format === "clock");
    if (time.textContent !== text) time.textContent = text;
  }
}

setInterval(tick, 1000);
tick();
