// Every page: keys, help, list cursor, clocks, drafts, the connection, what polls.

import "./keys.js";
import "./help.js";
import "./rows.js";
import "./clock.js";
import "./drafts.js";
import "./online.js";
import "./live.js";
import { onPage } from "./page.js";

onPage(() => {
  for (const element of document.querySelectorAll("[data-key]")) {
    const keys = element.dataset.key.replace("Ctrl", "Control");
    if (!keys.includes(" ")) element.setAttribute("aria-keyshortcuts", keys);
  }
  // An error summary takes the focus, so that it is read first.
  document.querySelector("[data-focus]")?.focus();
});
