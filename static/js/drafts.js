// Saves the interpretation while it is written. Text that is not saved yet is kept on this device.

import { back, lost } from "./online.js";
import { onPage } from "./page.js";
import { drop, dropAll, keep, kept } from "./unsent.js";

const DELAY_MS = 400;
// After a refusal each pause in typing keeps a text of its own beside the report.
const KEEP_MS = 2000;
const RETRY_MS = [2000, 4000, 8000, 15000, 30000];
const WORDS = {
  saving: () => "Saving…",
  saved: (time) => `Draft saved ${time}`,
  offline: () => "Not saved, no connection: kept on this device",
  unkept: () => "Not saved, and not kept on this device: leave this page open",
  signedout: () => "Not saved, signed out: kept on this device. Sign in again in another window.",
  stranger: () => "Not saved, signed in as another or elsewhere: kept on this device for who wrote it.",
  refused: (message) => `Not saved: ${message}`,
  conflict: () => "Not saved as the draft: changed by someone else",
  kept: (time) => `Changed by someone else: yours kept beside the report ${time}`,
};
const KEPT_BESIDE = "What you wrote before could not be sent in time. It is kept beside the report now: reload to see it.";
const STILL_HERE = "What you wrote before could not be sent. It is kept on this device until it can be.";

/** One form[data-draft-url]; answers 200 {revision, saved_at} or 409 {message, url, revision}. */
class Draft {
  constructor(form) {
    this.form = form;
    this.dirty = false;
    this.failures = 0;
    this.sending = null;
    this.stored = Promise.resolve();
    this.turn = 0;
    const held = form.closest("[data-unsent-key]")?.dataset ?? {};
    ({ report: this.report, unsentKey: this.key, keyUrl: this.keyUrl } = held);
    form.addEventListener("input", () => this.changed());
    window.addEventListener("online", () => this.dirty && this.save());
    // Back from the window in which one signed in again.
    window.addEventListener("focus", () => this.away && this.save());
    window.addEventListener("beforeunload", (event) => this.guard(event));
    document.addEventListener("visibilitychange", () => document.hidden && this.dirty && this.save());
    document.addEventListener("submit", (event) => this.beforeSubmit(event));
    this.restore();
  }

  // What was typed before the page was loaded again, with the revision it was typed on: where the
  // draft went on meanwhile the server keeps both.
  async restore() {
    const draft = await kept(this.report, this.key).catch(() => null);
    const field = this.form.elements.namedItem("text");
    if (!draft || this.dirty) return;
    if (draft.text === field.value) return this.forget();
    field.value = draft.text;
    this.setRevision(draft.revision);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  keepHere() {
    const { text, revision } = Object.fromEntries(new FormData(this.form));
    this.inTurn(async () => {
      await keep(this.report, this.key, { text, revision });
      return true;
    });
  }

  forget() {
    this.inTurn(() => drop(this.report, this.key));
  }

  // One after the other, and only the newest; `stored` tells whether the text is kept.
  inTurn(act) {
    this.turn += 1;
    const { turn } = this;
    this.stored = this.stored.then((held) => (turn === this.turn ? act() : held)).catch(() => false);
  }

  changed() {
    this.dirty = true;
    this.refused = false;
    this.keepHere();
    this.schedule(this.conflict ? KEEP_MS : DELAY_MS);
  }

  schedule(ms) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), ms);
  }

  async save() {
    if (this.sending) return this.sending;
    clearTimeout(this.timer);
    this.dirty = false;
    this.show("saving");
    this.sending = this.send();
    await this.sending;
    this.sending = null;
    if (this.dirty && !this.failures && !this.refused) this.changed();
  }

  async send() {
    let response;
    const returned = this.away;
    if (returned) {
      this.away = await this.renew();
      if (this.away) return this.failed(this.away);
    }
    try {
      const body = new FormData(this.form);
      if (this.conflict) body.set("keep", "1");
      response = await fetch(this.form.dataset.draftUrl, {
        method: "POST", body, redirect: "manual", keepalive: true, headers: { Accept: "application/json" },
      });
    } catch {
      lost();
      return this.failed("offline");
    }
    back();
    if (isOutside(response) || (response.status === 403 && !returned)) {
      this.away = "signedout";
      return this.failed(this.away);
    }
    if (response.status >= 500) return this.failed("offline");
    const answer = await response.json().catch(() => ({}));
    if (response.status === 409) return this.clash(answer);
    if (!response.ok) return this.refuse(answer.message ?? response.status);
    this.failures = 0;
    if (!this.dirty) this.forget();
    if (answer.kept_at) return this.show("kept", answer.kept_at);
    this.setRevision(answer.revision);
    return this.show("saved", answer.saved_at);
  }

  // Who signed in again elsewhere has another token than this page: it is asked for, and taken where
  // the key says that it is the same person in the same organization. Empty, or why not.
  async renew() {
    const options = { redirect: "manual", headers: { Accept: "application/json" } };
    const answer = await fetch(this.keyUrl, options).catch(() => null);
    if (!answer) return "offline";
    if (isOutside(answer)) return "signedout";
    const { key, token } = await answer.json().catch(() => ({}));
    if (key !== this.key) return "stranger";
    for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = token;
    return "";
  }

  failed(state) {
    this.dirty = true;
    this.show(state);
    this.stored.then((held) => held || !this.dirty || this.show("unkept"));
    this.schedule(RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)]);
    this.failures += 1;
  }

  // Sent again as it is it would be refused again: wait for a change.
  refuse(message) {
    this.dirty = true;
    this.refused = true;
    this.show("refused", message);
  }

  // The server has kept this text beside the report; what is typed on is kept there, too.
  clash({ message, url, revision, open }) {
    this.conflict = true;
    if (!this.dirty) this.forget();
    this.show("conflict");
    const box = document.querySelector("[data-draft-conflict]");
    if (!box) return;
    const see = Object.assign(document.createElement("a"), { href: url, textContent: "See changes", target: "_blank" });
    const keep = Object.assign(document.createElement("button"), { type: "button", className: "link", textContent: "Keep mine as draft" });
    keep.addEventListener("click", () => (open === false ? this.save() : this.keepMine(box, revision)));
    box.replaceChildren(message, " ", see, " ", keep);
    box.hidden = false;
  }

  keepMine(box, revision) {
    box.hidden = true;
    this.conflict = false;
    this.setRevision(revision);
    this.save();
  }

  setRevision(revision) {
    const field = this.form.elements.namedItem("revision");
    if (field && revision !== undefined) field.value = revision;
  }

  // A form sent while a save is under way would carry an old revision, and one sent by who is signed
  // out an old token: wait for the save, then send.
  beforeSubmit(event) {
    const own = event.target === this.form;
    if (event.defaultPrevented || (!this.sending && !this.away && (own || !this.dirty))) {
      if (own) this.leaving = true;
      return;
    }
    event.preventDefault();
    const { target, submitter } = event;
    // Another form would leave the page: only once the text is safe.
    const go = () => !this.away && (own || !this.dirty) && target.requestSubmit(submitter);
    Promise.resolve(this.sending ?? this.save()).then(go);
  }

  guard(event) {
    if (!this.leaving && (this.dirty || this.sending)) event.preventDefault();
  }

  show(state, detail) {
    const place = document.querySelector("[data-draft-state]");
    if (!place) return;
    place.dataset.state = state;
    place.textContent = WORDS[state](detail);
  }
}

/** No longer signed in, or sent elsewhere to do so. */
function isOutside(response) {
  return response.type === "opaqueredirect" || response.status === 401;
}

// The report can no longer be written: what was not sent is kept beside it.
async function sendBeside(place) {
  const { report, unsentKey, unsentTo } = place.dataset;
  const draft = await kept(report, unsentKey).catch(() => null);
  if (!draft) return;
  const token = document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";
  const body = new URLSearchParams({ ...draft, keep: "1" });
  const headers = { Accept: "application/json", "X-CSRFToken": token };
  const response = await fetch(unsentTo, { method: "POST", body, redirect: "manual", headers }).catch(() => null);
  if (response?.ok) await drop(report, unsentKey);
  const note = place.querySelector("[data-unsent-note]");
  if (!note) return;
  note.textContent = response?.ok ? KEPT_BESIDE : STILL_HERE;
  note.hidden = false;
}

onPage(() => {
  for (const form of document.querySelectorAll("form[data-draft-url]")) new Draft(form);
  for (const place of document.querySelectorAll("[data-unsent-to]")) sendBeside(place);
  if (document.querySelector("[data-forget-unsent]")) dropAll().catch(() => {});
});

document.addEventListener("submit", ({ target }) => {
  if (target.getAttribute("action")?.endsWith("/sign-out")) dropAll().catch(() => {});
});
