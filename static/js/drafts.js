// Saves the interpretation while it is written. Text that could not be saved stays in memory.

const DELAY_MS = 400;
const RETRY_MS = [2000, 4000, 8000, 15000, 30000];
const WORDS = {
  saving: () => "Saving…",
  saved: (time) => `Draft saved ${time}`,
  offline: () => "Not saved, no connection: kept on this device",
  signedout: () => "Not saved, signed out: kept on this device. Sign in again in another window.",
  refused: (message) => `Not saved: ${message}`,
  conflict: () => "Not saved: changed by someone else",
};

/** One form[data-draft-url]; answers 200 {revision, saved_at} or 409 {message, url, revision}. */
class Draft {
  constructor(form) {
    this.form = form;
    this.dirty = false;
    this.failures = 0;
    this.sending = null;
    form.addEventListener("input", () => this.changed());
    window.addEventListener("online", () => this.dirty && this.save());
    window.addEventListener("beforeunload", (event) => this.guard(event));
    document.addEventListener("visibilitychange", () => document.hidden && this.dirty && this.save());
    document.addEventListener("submit", (event) => this.beforeSubmit(event));
  }

  changed() {
    this.dirty = true;
    this.refused = false;
    this.schedule(DELAY_MS);
  }

  schedule(ms) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), ms);
  }

  async save() {
    if (this.sending || this.conflict) return this.sending;
    clearTimeout(this.timer);
    this.dirty = false;
    this.show("saving");
    this.sending = this.send();
    await this.sending;
    this.sending = null;
    if (this.dirty && !this.failures && !this.conflict && !this.refused) this.schedule(DELAY_MS);
  }

  async send() {
    let response;
    try {
      const body = new FormData(this.form);
      response = await fetch(this.form.dataset.draftUrl, {
        method: "POST", body, redirect: "manual", keepalive: true, headers: { Accept: "application/json" },
      });
    } catch {
      return this.failed("offline");
    }
    if (response.type === "opaqueredirect" || [401, 403].includes(response.status)) return this.failed("signedout");
    if (response.status >= 500) return this.failed("offline");
    const answer = await response.json().catch(() => ({}));
    if (response.status === 409) return this.clash(answer);
    if (!response.ok) return this.refuse(answer.message ?? response.status);
    this.failures = 0;
    this.setRevision(answer.revision);
    return this.show("saved", answer.saved_at);
  }

  failed(state) {
    this.dirty = true;
    this.show(state);
    this.schedule(RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)]);
    this.failures += 1;
  }

  // Sent again as it is it would be refused again: wait for a change.
  refuse(message) {
    this.dirty = true;
    this.refused = true;
    this.show("refused", message);
  }

  clash({ message, url, revision }) {
    this.conflict = true;
    this.dirty = true;
    this.show("conflict");
    const box = document.querySelector("[data-draft-conflict]");
    if (!box) return;
    const see = Object.assign(document.createElement("a"), { href: url, textContent: "See changes", target: "_blank" });
    const keep = Object.assign(document.createElement("button"), { type: "button", className: "link", textContent: "Keep mine as draft" });
    keep.addEventListener("click", () => this.keepMine(box, revision));
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

  // A form sent while a save is under way would carry an old revision: wait for it, then send.
  beforeSubmit(event) {
    const own = event.target === this.form;
    if (event.defaultPrevented || (!this.sending && (own || !this.dirty))) {
      if (own) this.leaving = true;
      return;
    }
    event.preventDefault();
    const { target, submitter } = event;
    // Another form would leave the page: only once the text is safe.
    const go = () => (own || !this.dirty) && target.requestSubmit(submitter);
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

for (const form of document.querySelectorAll("form[data-draft-url]")) new Draft(form);
