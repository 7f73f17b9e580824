// Sign and next without loading a page: while the signer reads what is signed, the waveform of the
// next study comes into this page's memory; the study that the server answers with takes the place
// of this page as a whole. Which study that is, the server decides when it is signed.

import { drop, hold } from "./ecg/ahead.js";
import { onPage, pageShown } from "./page.js";

const NO_ANSWER = "No answer: the connection failed. Sign again when it is back; nothing is signed twice.";

const signForm = () => document.querySelector("form[data-next]");

async function prepare() {
  const form = signForm();
  if (!form || document.hidden) return;
  const answer = await fetch(form.dataset.next).catch(() => null);
  if (answer?.status !== 200) return;
  const buffer = await answer.arrayBuffer().catch(() => null);
  if (!buffer || !form.isConnected || document.hidden) return;
  hold(answer.headers.get("ETag"), buffer);
  form.dataset.ready = "";
}

function whenIdle(run) {
  if (window.requestIdleCallback) requestIdleCallback(run, { timeout: 1000 });
  else setTimeout(run, 200);
}

async function sign(form, button) {
  performance.mark("ecg-next");
  const body = new FormData(form, button);
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body });
    show(answer, new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    form.removeAttribute("aria-busy");
    tell(form, NO_ANSWER);
  }
}

// Another page than one of this room is loaded as it is; a refusal has no other address.
function show(answer, page) {
  const main = page.querySelector("main");
  if (!main || (answer.redirected && !main.matches(".study"))) return location.assign(answer.url);
  // A parser that runs no scripts makes elements of them, and they would load their picture.
  for (const other of main.querySelectorAll("noscript")) other.remove();
  document.querySelector("main").replaceWith(document.adoptNode(main));
  document.title = page.title;
  if (answer.redirected) history.pushState(null, "", answer.url);
  (main.querySelector("[autofocus]") ?? main).focus({ preventScroll: true });
  scrollTo(0, 0);
  window.htmx?.process(main);
  return pageShown();
}

function tell(form, words) {
  const box = form.querySelector("[data-no-answer]");
  box.textContent = words;
  box.hidden = false;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-next]")) return;
  event.preventDefault();
  if (!form.hasAttribute("aria-busy")) sign(form, event.submitter);
});
document.addEventListener("visibilitychange", () => (document.hidden ? drop() : prepare()));
window.addEventListener("pagehide", drop);
// Back and forward load what stands at the address, as on any other page.
window.addEventListener("popstate", () => location.reload());
onPage(() => whenIdle(prepare));
