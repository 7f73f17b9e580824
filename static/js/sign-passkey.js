// A passkey in place of the password on a page that signs: of exactly what the page shows.

import { answer, explain, request } from "./passkey.js";

async function use(button) {
  const { form } = button;
  const credential = await navigator.credentials.get(request(JSON.parse(button.dataset.signPasskey)));
  form.elements.credential.value = answer(credential);
  for (const name of ["username", "password"]) {
    const field = form.elements.namedItem(name);
    field.required = false;
    field.closest(".field")?.setAttribute("hidden", "");
  }
  button.hidden = true;
  form.querySelector("[data-passkey-problem]").hidden = true;
  form.querySelector("[data-passkey-shown]").hidden = false;
  form.querySelector(".button-primary")?.focus();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-sign-passkey]");
  if (button) use(button).catch(explain);
});
