// No connection: said once, with the time; nothing is sent that would leave the page and be lost.

let since = null;
let notice = null;

function words() {
  const clock = since.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  return `No connection since ${clock}. Read and type on; signing waits.`;
}

/** The connection failed. The first failure gives the time. */
export function lost() {
  if (since) return;
  since = new Date();
  notice = Object.assign(document.createElement("p"), { className: "note note-warn offline", tabIndex: -1 });
  notice.setAttribute("role", "status");
  document.body.append(notice);
  notice.textContent = words();
}

/** An answer came. */
export function back() {
  since = null;
  notice?.remove();
  notice = null;
}

// A form that is sent now would end on the browser's own page of errors, and its text with it.
function hold(event) {
  if (!since || event.target.method !== "post") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  notice.focus();
}

window.addEventListener("offline", lost);
window.addEventListener("online", back);
document.addEventListener("htmx:sendError", lost);
document.addEventListener("htmx:afterOnLoad", back);
document.addEventListener("submit", hold, true);
if (!navigator.onLine) lost();
