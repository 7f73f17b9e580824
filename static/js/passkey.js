// Passkeys: the browser makes or uses one, the form carries the answer to the server.

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

const known = (list = []) => list.map((entry) => ({ ...entry, id: bytes(entry.id) }));

function creation({ publicKey }, passwordless) {
  return {
    publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      user: { ...publicKey.user, id: bytes(publicKey.user.id) },
      excludeCredentials: known(publicKey.excludeCredentials),
      authenticatorSelection: {
        ...publicKey.authenticatorSelection,
        residentKey: passwordless ? "required" : "discouraged",
        requireResidentKey: passwordless,
        userVerification: passwordless ? "required" : "preferred",
      },
    },
  };
}

export const request = ({ publicKey }) => ({
  publicKey: {
    ...publicKey,
    challenge: bytes(publicKey.challenge),
    allowCredentials: known(publicKey.allowCredentials),
  },
});

export function answer(credential) {
  const response = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[part]) response[part] = text(credential.response[part]);
  }
  if (credential.response.getTransports) response.transports = credential.response.getTransports();
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  });
}

async function options(form) {
  if (form.dataset.options) return JSON.parse(form.dataset.options);
  const reply = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!reply.ok) throw new Error(`status ${reply.status}`);
  return (await reply.json()).request_options;
}

async function ask(form) {
  const given = await options(form);
  if (form.dataset.passkey !== "create") return navigator.credentials.get(request(given));
  return navigator.credentials.create(creation(given, form.elements.passwordless?.checked ?? false));
}

export function explain(error) {
  const place = document.querySelector("[data-passkey-problem]");
  const left = error.name === "NotAllowedError";
  place.textContent = left
    ? "No passkey was used. Try again, or choose another way."
    : "This browser or this address cannot use passkeys. Choose another way.";
  place.hidden = false;
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      form.elements.credential.value = answer(await ask(form));
      form.submit();
    } catch (error) {
      explain(error);
    }
  });
}
