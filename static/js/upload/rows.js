// One row a file: its name, how far it is, what became of it, what can be done.

const POLL_MS = 1500;
const OUTCOMES = {
  ready: ["Ready", "tag-ok"],
  duplicate: ["Already here", "tag-warn"],
  document: ["Document", ""],
  unpacked: ["Unpacked", "tag-ok"],
  refused: ["Refused", "tag-stat"],
  quarantined: ["Held for a person", "tag-warn"],
  failed: ["Failed", "tag-stat"],
};

const list = document.querySelector("[data-files]");
const live = document.querySelector("[data-live]");

export function addRow(name, size) {
  const row = document.createElement("li");
  row.className = "file";
  for (const part of ["file-name", "file-size", "file-progress", "file-end", "file-message"]) {
    row.append(Object.assign(document.createElement("span"), { className: part }));
  }
  row.querySelector(".file-name").textContent = name;
  row.querySelector(".file-size").textContent = sizeOf(size);
  const bar = Object.assign(document.createElement("progress"), { max: 100, value: 0 });
  bar.setAttribute("aria-label", name);
  row.querySelector(".file-progress").append(bar);
  setState(row, "waiting", "Waiting");
  list.prepend(row);
  return row;
}

function sizeOf(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${Math.round(bytes / 1000)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

export function setState(row, state, word, kind = "") {
  row.dataset.state = state;
  const tag = Object.assign(document.createElement("span"), { className: `tag ${kind}`.trim(), textContent: word });
  const before = row.querySelector(".file-end .tag");
  if (before) before.replaceWith(tag);
  else row.querySelector(".file-end").prepend(tag);
}

export function progress(row, part) {
  const percent = Math.floor(part * 100);
  const bar = row.querySelector("progress");
  if (bar) bar.value = percent;
  row.querySelector(".tag").textContent = percent < 100 ? `Sending ${percent} %` : "Checking";
}

export function message(row, words) {
  row.querySelector(".file-message").textContent = words ?? "";
}

// What can be done now; each choice takes the others away, and none is left at the end.
export function offer(row, choices) {
  for (const button of row.querySelectorAll(".file-end button")) button.remove();
  for (const [word, act] of Object.entries(choices)) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "link", textContent: word });
    button.setAttribute("aria-label", `${word}: ${row.querySelector(".file-name").textContent}`);
    button.addEventListener("click", () => { offer(row, {}); act(); });
    row.querySelector(".file-end").append(button);
  }
}

// An arrival, until there is an outcome.

export function followArrival(row, arrival) {
  row.dataset.url = arrival.url ?? "";
  row.dataset.statusUrl = arrival.status_url ?? "";
  offer(row, {});
  setState(row, "working", "Working");
  message(row, arrival.message);
  return follow(row);
}

export async function follow(row) {
  while (row.isConnected) {
    const status = document.hidden ? null : await fetchStatus(row.dataset.statusUrl);
    if (status) showStages(row, status.stages ?? []);
    if (status?.outcome) return finish(row, status);
    await new Promise((resolve) => { setTimeout(resolve, POLL_MS); });
  }
  return undefined;
}

async function fetchStatus(url) {
  try {
    const response = await fetch(url, { headers: { Accept: "application/json" } });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

function showStages(row, stages) {
  const strip = document.createElement("ol");
  strip.className = "stages";
  for (const { name, state } of stages) {
    const item = document.createElement("li");
    item.dataset.state = state;
    item.textContent = name;
    strip.append(item);
  }
  row.querySelector(".file-progress").replaceChildren(strip);
}

export function finish(row, { outcome, message: words, recording_url: url }) {
  const [word, kind] = OUTCOMES[outcome] ?? [outcome, ""];
  offer(row, {});
  setState(row, outcome, word, kind);
  message(row, words);
  const href = url || row.dataset.url;
  if (href) row.querySelector(".file-end").append(Object.assign(document.createElement("a"), { href, textContent: url ? "Open" : "Details" }));
  if (live) live.textContent = `${row.querySelector(".file-name").textContent}: ${word}. ${words ?? ""}`;
}
