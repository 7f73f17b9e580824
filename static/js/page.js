// A page may be exchanged for the next one without being loaded: what binds to its parts binds again.

const SHOWN = "page:shown";

/** Runs now, and each time another page has taken this one's place. */
export function onPage(run) {
  run();
  document.addEventListener(SHOWN, run);
}

/** Says that another page stands in the document. */
export function pageShown() {
  document.dispatchEvent(new Event(SHOWN));
}
