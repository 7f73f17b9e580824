// What htmx needs beside its attributes: no polling in a hidden tab, the CSRF token on writes.

document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, requestConfig } = event.detail;
  const polls = elt.getAttribute("hx-trigger")?.includes("every");
  if (document.hidden && polls && requestConfig.verb === "get") event.preventDefault();
});

// What somebody is in is not replaced under their hands: the next poll will do.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, requestConfig } = event.detail;
  const polls = requestConfig.elt.getAttribute("hx-trigger")?.includes("every");
  if (polls && target.contains(document.activeElement)) event.detail.shouldSwap = false;
});

document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector("input[name=csrfmiddlewaretoken]")?.value;
  if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token;
});
