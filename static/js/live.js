// What htmx needs beside its attributes: no polling in a hidden tab, the CSRF token on writes, and
// words for what was refused.

const RELOAD = "Reload the page.";
const REFUSED = {
  403: `Not done: your role cannot do this, or you signed in again since. ${RELOAD}`,
  404: `Not done: it is not here any more. ${RELOAD}`,
  429: "Not done: too many requests at once. Wait a moment, then try again.",
};
const FAILED = "Not done: something failed on our side, and nothing was changed. Try again.";

let told = null;

function polls(elt) {
  return elt.getAttribute("hx-trigger")?.includes("every");
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, requestConfig } = event.detail;
  if (document.hidden && polls(elt) && requestConfig.verb === "get") event.preventDefault();
});

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { target, requestConfig, xhr } = detail;
  // What somebody is in is not replaced under their hands: the next poll will do.
  if (polls(requestConfig.elt) && target.contains(document.activeElement)) detail.shouldSwap = false;
  // A conflict comes with the part as it stands now, and why.
  if (xhr.status === 409) Object.assign(detail, { shouldSwap: true, isError: false });
});

document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector("input[name=csrfmiddlewaretoken]")?.value;
  if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token;
});

document.addEventListener("htmx:responseError", ({ detail }) => {
  const { requestConfig, xhr } = detail;
  if (polls(requestConfig.elt)) return;
  told ??= Object.assign(document.createElement("p"), { className: "note note-critical told" });
  told.setAttribute("role", "alert");
  document.body.append(told);
  const reference = xhr.getResponseHeader("X-Trace-Id")?.slice(0, 8).toUpperCase() ?? "none";
  told.textContent = `${REFUSED[xhr.status] ?? FAILED} Reference ${reference}.`;
});

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (!polls(detail.elt)) told?.remove();
});
