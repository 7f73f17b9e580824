// Sends chosen files with their progress, then follows each to its outcome. Small files go in one
// request; the files of a WFDB record together: its header names the others. Large ones in parts.

import { contentOf, sendInParts } from "./upload/parts.js";
import { addRow, finish, follow, followArrival, message, offer, progress, setState } from "./upload/rows.js";
import { post } from "./upload/send.js";
import { forget, identityOf, keep, unfinished } from "./upload/unfinished.js";

const PARALLEL = 2;

const form = document.querySelector("form[data-upload-url]");
const list = document.querySelector("[data-files]");
const waiting = [];
const resumable = new Map();
let sending = 0;

// Files

async function add(files) {
  const parts = await partsOf(files);
  const taken = new Set([...parts.values()].flat());
  for (const file of files) {
    if (!taken.has(file)) waiting.push(chosen(file, parts.get(file) ?? []));
  }
  pump();
}

function chosen(file, others) {
  const inParts = !others.length && (file.size > Number(form.dataset.partBytes) || contentOf(file) !== "ecg");
  if (!inParts) return { files: [file, ...others], key: newId(), row: addRow(file.name, file.size), send };
  const identity = identityOf(file);
  resumable.get(identity)?.remove();
  resumable.delete(identity);
  const key = unfinished()[identity]?.key ?? newId();
  return { files: [file], key, identity, row: addRow(file.name, file.size), send: sendLarge };
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
    const upload = waiting.shift();
    upload.send(upload).then((arrival) => arrival && followArrival(upload.row, arrival)).finally(() => { sending -= 1; pump(); });
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

// In one request

function bodyOf({ files, key }) {
  const body = new FormData(form);
  body.delete("file");
  body.set("upload_id", key);
  for (const file of files) body.append("file", file, file.name);
  return body;
}

async function send(upload) {
  const { row } = upload;
  setState(row, "uploading", "Sending");
  const onProgress = (loaded, total) => progress(row, loaded / (total || 1));
  const answer = await post(form.dataset.uploadUrl, bodyOf(upload), { onProgress });
  if (answer.status === 0) return offerAgain(upload, "Not sent, no connection. The file is unchanged.");
  const words = answer.json?.message;
  if (answer.status >= 500) return offerAgain(upload, words ?? "Something failed on our side. Send it again.");
  if (answer.status >= 400 || !answer.json) return finish(row, { outcome: "refused", message: words ?? "Signed out or not allowed. Sign in and send it again." });
  return answer.json;
}

function offerAgain(upload, words) {
  setState(upload.row, "failed", "Not sent", "tag-warn");
  message(upload.row, words);
  offer(upload.row, { "Try again": () => { waiting.push(upload); pump(); } });
}

// In parts

async function sendLarge(upload) {
  const { row, identity, key } = upload;
  const stop = new AbortController();
  const [file] = upload.files;
  keep(identity, { key, size: file.size });
  setState(row, "uploading", "Sending");
  message(row, "");
  offer(row, { Pause: () => stop.abort() });
  const tell = {
    begun: (id) => keep(identity, { key, size: file.size, id }),
    sent: (share) => progress(row, share),
  };
  const urls = { begin: form.dataset.beginUrl, hasher: form.dataset.hasher };
  try {
    const arrival = await sendInParts(file, { form, key, signal: stop.signal, tell, urls });
    forget(identity);
    return arrival;
  } catch (stopped) {
    return halt(upload, stopped);
  }
}

function halt(upload, stopped) {
  const { row, identity } = upload;
  if (!stopped.again) {
    forget(identity);
    return finish(row, { outcome: "refused", message: stopped.message || "Something failed in this browser. Choose the file again." });
  }
  setState(row, "paused", stopped.paused ? "Paused" : "Not sent", "tag-warn");
  message(row, stopped.message);
  return offer(row, { Resume: () => { waiting.push(upload); pump(); }, Discard: () => discard(row, identity) });
}

async function discard(row, identity) {
  const { id } = unfinished()[identity] ?? {};
  const body = new FormData();
  body.set("csrfmiddlewaretoken", new FormData(form).get("csrfmiddlewaretoken"));
  if (id) await post(`${form.dataset.beginUrl}/${id}/abort`, body);
  forget(identity);
  row.remove();
}

// After a reload: the browser lost the files, the product kept their parts.
async function recall() {
  for (const [identity, { id, size }] of Object.entries(unfinished())) {
    const found = id ? await statusOf(id) : { state: "gone" };
    if (!found) continue;
    leaveOut(id);
    if (found.arrival) {
      forget(identity);
      followArrival(addRow("Upload from before", size), found.arrival);
    } else if (found.state === "open") offerToGoOn(identity, size, found);
    else forget(identity);
  }
}

// What this tab goes on with stands above, with its bar.
function leaveOut(id) {
  const row = document.querySelector(`[data-unfinished="${id}"]`);
  const section = row?.closest("section");
  row?.remove();
  if (section && !section.querySelector(".file")) section.remove();
}

async function statusOf(id) {
  try {
    const answer = await fetch(`${form.dataset.beginUrl}/${id}`, { headers: { Accept: "application/json" } });
    if (answer.ok) return await answer.json();
    return answer.status === 404 ? { state: "gone" } : null;
  } catch {
    return null;
  }
}

function offerToGoOn(identity, size, { parts, part_size: partSize }) {
  const row = addRow("Unfinished upload", size);
  const there = parts.reduce((sum, number) => sum + Math.min(partSize, size - (number - 1) * partSize), 0);
  progress(row, there / size);
  setState(row, "paused", "Interrupted", "tag-warn");
  message(row, "Choose the same file again: sending goes on where it stopped.");
  offer(row, { Discard: () => discard(row, identity) });
  resumable.set(identity, row);
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
  recall();
}

if (form && list) wire();
