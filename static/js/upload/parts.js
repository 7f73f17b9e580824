// One file in parts: announced, each part hashed and sent to its own address, finished. What is
// there is asked of the product, so it may stop anywhere and go on later.

import { post, request } from "./send.js";

const AT_ONCE = 2;
const WAITS_MS = [1000, 2000, 4000, 8000, 15000, 30000];
const VIDEO = /\.(mp4|m4v|mov|webm|mkv|avi|mpe?g)$/i;

// Ends the sending: `again` says whether the same upload may go on later.
export class Stopped extends Error {
  constructor(words, { again = false, paused = false } = {}) {
    super(words);
    this.again = again;
    this.paused = paused;
  }
}

export function contentOf(file) {
  if (file.type.startsWith("video/") || VIDEO.test(file.name)) return "video";
  if (/\.zip$/i.test(file.name)) return "archive";
  if (/\.pdf$/i.test(file.name)) return "pdf";
  return /\.log(\.gz)?$/i.test(file.name) ? "log" : "ecg";
}

let worker = null;
let asked = 0;
const waiting = new Map();

function hashOf(blob, script) {
  if (!worker) {
    worker = new Worker(script, { type: "module" });
    worker.addEventListener("message", ({ data: { id, hex } }) => {
      waiting.get(id)(hex);
      waiting.delete(id);
    });
  }
  asked += 1;
  const id = asked;
  return new Promise((resolve, reject) => {
    waiting.set(id, (hex) => (hex ? resolve(hex) : reject(new Stopped("The file cannot be read any more. Choose it again.", { again: true }))));
    worker.postMessage({ id, blob });
  });
}

// Resolves with the arrival; throws Stopped. `tell.begun(id)`, `tell.sent(share)`.
export async function sendInParts(file, { form, key, signal, tell, urls }) {
  const fields = new FormData(form);
  fields.delete("file");
  fields.set("upload_id", key);
  fields.set("name", file.name);
  fields.set("size", file.size);
  fields.set("content", contentOf(file));
  const upload = await patiently(() => post(urls.begin, fields, { signal }), signal);
  tell.begun(upload.id);
  if (upload.arrival) return upload.arrival;
  if (upload.state !== "open") throw new Stopped("This upload was ended. Choose the file again.");
  const whole = hashOf(file, urls.hasher);
  whole.catch(() => {});
  const job = { file, upload, signal, urls, token: fields.get("csrfmiddlewaretoken"), tell, done: new Map() };
  for (const number of upload.parts) job.done.set(number, lengthOf(job, number));
  await Promise.all(Array.from({ length: AT_ONCE }, () => sendSome(job)));
  const ended = formOf({ csrfmiddlewaretoken: job.token, sha256: await whole });
  return patiently(() => post(`${urls.begin}/${upload.id}/complete`, ended, { signal }), signal);
}

async function sendSome(job) {
  for (let number = next(job); number; number = next(job)) await sendPart(job, number);
}

function next(job) {
  const count = Math.ceil(job.upload.size / job.upload.part_size);
  for (let number = 1; number <= count; number += 1) {
    if (!job.done.has(number)) {
      job.done.set(number, 0);
      return number;
    }
  }
  return 0;
}

function lengthOf({ upload }, number) {
  return Math.min(upload.part_size, upload.size - (number - 1) * upload.part_size);
}

async function sendPart(job, number) {
  const { upload, urls, signal } = job;
  const start = (number - 1) * upload.part_size;
  const part = job.file.slice(start, start + lengthOf(job, number));
  const hash = await hashOf(part, urls.hasher);
  const asking = formOf({ csrfmiddlewaretoken: job.token, part: `${number}:${hash}` });
  await patiently(async () => {
    const found = await post(`${urls.begin}/${upload.id}/parts`, asking, { signal });
    if (found.status !== 200) return found;
    const [{ url, headers }] = found.json.parts;
    const onProgress = (loaded) => note(job, number, Math.min(loaded, part.size));
    const sent = await request(found.json.method, url, part, { headers, onProgress, signal });
    // An address that grew too old, or a gateway that is not well: with a new one it may go.
    return sent.status >= 400 && sent.status !== 410 && sent.status < 500 ? { status: 503, json: null } : sent;
  }, signal);
  note(job, number, part.size);
}

function note(job, number, sent) {
  job.done.set(number, sent);
  let sum = 0;
  for (const bytes of job.done.values()) sum += bytes;
  job.tell.sent(sum / job.upload.size);
}

// Again after a while, longer each time, as long as it is the connection or a server's hiccup.
async function patiently(ask, signal) {
  for (let turn = 0; ; turn += 1) {
    const { status, json } = await ask();
    if (signal.aborted) throw new Stopped("", { again: true, paused: true });
    if (status >= 200 && status < 300) return json;
    if (status > 0 && status < 500 && status !== 429) {
      const words = status === 401 ? "Signed out. Sign in and choose the file again." : json?.message;
      throw new Stopped(words ?? "Not allowed. Reload the page and choose the file again.", { again: status === 401 || status === 409 });
    }
    if (turn === WAITS_MS.length) throw new Stopped("Not sent, no connection. What was sent so far is kept for a day.", { again: true });
    await pause(WAITS_MS[turn], signal);
  }
}

// Ends early when the connection is back, or when it is paused.
function pause(ms, signal) {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
    window.addEventListener("online", resolve, { once: true });
    signal.addEventListener("abort", resolve, { once: true });
  });
}

function formOf(fields) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  return body;
}
