// Says that the page is open while a report is read, and tells when somebody else took over.

import { onPage } from "./page.js";

const EVERY_MS = 30_000;

// Who is there keeps the session; a page that is only open does not.
let isThere = false;
for (const kind of ["keydown", "pointerdown", "pointermove", "wheel"]) {
  document.addEventListener(kind, () => { isThere = true; }, { passive: true });
}

async function beat(place) {
  const polled = isThere ? {} : { "X-Poll": "1" };
  isThere = false;
  const token = document.querySelector("input[name=csrfmiddlewaretoken]")?.value;
  let response;
  try {
    response = await fetch(place.dataset.beat, {
      method: "POST", redirect: "manual", headers: { Accept: "application/json", "X-CSRFToken": token ?? "", ...polled },
    });
  } catch {
    return; // no connection: the draft says so, the hold ends by itself
  }
  if (response.status !== 409) return;
  const { by } = await response.json().catch(() => ({}));
  place.textContent = by ? `${by} is reading this now. What you write is kept beside the report.` : "This report is signed.";
  place.hidden = false;
}

onPage(() => {
  const place = document.querySelector("[data-beat]");
  if (!place) return;
  const beating = setInterval(() => (place.isConnected ? beat(place) : clearInterval(beating)), EVERY_MS);
});
