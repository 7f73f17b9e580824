// Sends chosen files one by one with their progress, then follows each to its outcome.
// The files of a WFDB record are sent together: its header names the others.

const PARALLEL = 2;
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

const form = document.querySelector("form[data-upload-url]");
const list = document.querySelector("[data-files]");
const live = document.querySelector("[data-live]");
const waiting = [];
let sending = 0;

// Files

async function add(files) {
  const parts = await partsOf(files);
  const taken = new Set([...parts.values()].flat());
  for (const file of files) {
    if (!taken.has(file)) waiting.push({ files: [file, ...(parts.get(file) ?? [])], uploadId: newId(), row: addRow(file) });
  }
  pump();
}

// Header → the files chosen with it that start one of its lines.
async function partsOf(files) {
  const parts = new Map();
  for (const header of files.filter((file) => file.name.endsWith(".hea") && file.size < 65536)) {
    const words = new Set((await header.text()).split("\n").map((line) => line.split(" ")[0]));
    parts.set(header, files.filter((file) => file !== header && words.has(file.name)));
  }
  return parts;
}

function pump() {
  while (sending < PARALLEL && waiting.length) {
    sending += 1;
    send(waiting.shift()).finally(() => { sending -= 1; pump(); });
  }
}

// The key is made once per chosen file: sent again, it is still the same upload.
function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function bodyOf({ files, uploadId }) {
  const body = new FormData(form);
  body.delete("file");
  body.set("upload_id", uploadId);
  for (const file of files) body.append("file", file, file.name);
  return body;
}

async function send(upload) {
  const { row } = upload;
  setState(row, "uploading", "Sending");
  const answer = await post(upload, (part) => progress(row, part));
  if (answer.status === 0) return offerRetry(upload, "Not sent, no connection. The file is unchanged.");
  const words = answer.json?.message;
  if (answer.status >= 500) return offerRetry(upload, words ?? "Something failed on our side. Send it again.");
  if (answer.status >= 400 || !answer.json) return finish(row, { outcome: "refused", message: words ?? "Signed out or not allowed. Sign in and send it again." });
  row.dataset.url = answer.json.url ?? "";
  row.dataset.statusUrl = answer.json.status_url ?? "";
  setState(row, "working", "Working");
  message(row, answer.json.message);
  return follow(row);
}

function post(upload, onProgress) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", form.dataset.uploadUrl);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => onProgress(event.loaded / (event.total || 1)));
    request.addEventListener("loadend", () => resolve({ status: request.status, json: parse(request.responseText) }));
    request.send(bodyOf(upload));
  });
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function offerRetry(upload, words) {
  setState(upload.row, "failed", "Not sent", "tag-warn");
  message(upload.row, words);
  const again = Object.assign(document.createElement("button"), { type: "button", className: "link", textContent: "Try again" });
  again.addEventListener("click", () => { again.remove(); waiting.push(upload); pump(); });
  upload.row.querySelector(".file-end").append(again);
}

// Stages, until there is an outcome

async function follow(row) {
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

function finish(row, { outcome, message: words, recording_url: url }) {
  const [word, kind] = OUTCOMES[outcome] ?? [outcome, ""];
  setState(row, outcome, word, kind);
  message(row, words);
  const href = url || row.dataset.url;
  if (href) row.querySelector(".file-end").append(Object.assign(document.createElement("a"), { href, textContent: url ? "Open" : "Details" }));
  if (live) live.textContent = `${row.querySelector(".file-name").textContent}: ${word}. ${words ?? ""}`;
}

// Rows

function addRow(file) {
  const row = document.createElement("li");
  row.className = "file";
  for (const part of ["file-name", "file-size", "file-progress", "file-end", "file-message"]) {
    row.append(Object.assign(document.createElement("span"), { className: part }));
  }
  row.querySelector(".file-name").textContent = file.name;
  row.querySelector(".file-size").textContent = sizeOf(file.size);
  const bar = Object.assign(document.createElement("progress"), { max: 100, value: 0 });
  bar.setAttribute("aria-label", file.name);
  row.querySelector(".file-progress").append(bar);
  setState(row, "waiting", "Waiting");
  list.prepend(row);
  return row;
}

function sizeOf(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function setState(row, state, word, kind = "") {
  row.dataset.state = state;
  const tag = Object.assign(document.createElement("span"), { className: `tag ${kind}`.trim(), textContent: word });
  row.querySelector(".file-end").replaceChildren(tag);
}

function progress(row, part) {
  const percent = Math.round(part * 100);
  const bar = row.querySelector("progress");
  if (bar) bar.value = percent;
  row.querySelector(".tag").textContent = percent < 100 ? `Sending ${percent} %` : "Checking";
}

function message(row, words) {
  row.querySelector(".file-message").textContent = words ?? "";
}

// Wiring: the plain form stays for browsers without scripts.

function wire() {
  const input = form.querySelector("input[type=file]");
  const drop = form.querySelector("[data-drop]");
  form.querySelector("[data-upload-submit]").hidden = true;
  input.classList.add("covered");
  input.addEventListener("change", () => { add([...input.files]); input.value = ""; });
  form.addEventListener("submit", (event) => event.preventDefault());
  for (const type of ["dragenter", "dragover"]) {
    drop.addEventListener(type, (event) => { event.preventDefault(); drop.dataset.over = ""; });
  }
  drop.addEventListener("dragleave", (event) => { if (!drop.contains(event.relatedTarget)) delete drop.dataset.over; });
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    delete drop.dataset.over;
    add([...event.dataTransfer.files]);
  });
  for (const row of document.querySelectorAll(".file[data-status-url]")) follow(row);
}

if (form && list) wire();
