// Text that could not be sent, on this device: sealed under a key of its writer, which only the pages
// of a session hold, in memory. Nobody else can read or find it; it goes once it is saved or its
// writer signs out, and stays where a session only ran out.

const NAME = "unsent";
const STORE = "drafts";

function opened() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function run(mode, act) {
  const database = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const change = database.transaction(STORE, mode);
      const request = act(change.objectStore(STORE));
      change.oncomplete = () => resolve(request.result);
      change.onerror = change.onabort = () => reject(change.error);
    });
  } finally {
    database.close();
  }
}

// Only pages that came by HTTPS, or from this machine, may seal: elsewhere this fails.
function sealing(key) {
  const bytes = Uint8Array.from(atob(key), (sign) => sign.charCodeAt(0));
  return crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
}

// Another writer's text of the same report lies elsewhere.
async function placeOf(report, key) {
  const named = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${report} ${key}`));
  return btoa(String.fromCharCode(...new Uint8Array(named)));
}

/** Keeps {text, revision} of a report instead of what was kept of it; fails where it cannot. */
export async function keep(report, key, draft) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const plain = new TextEncoder().encode(JSON.stringify(draft));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await sealing(key), plain);
  const place = await placeOf(report, key);
  await run("readwrite", (store) => store.put({ iv, sealed }, place));
}

/** What is kept of a report under this key; null where nothing is. */
export async function kept(report, key) {
  const place = await placeOf(report, key);
  const held = await run("readonly", (store) => store.get(place));
  if (!held) return null;
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: held.iv }, await sealing(key), held.sealed);
  return JSON.parse(new TextDecoder().decode(plain));
}

export async function drop(report, key) {
  const place = await placeOf(report, key);
  await run("readwrite", (store) => store.delete(place));
}

export function dropAll() {
  return run("readwrite", (store) => store.clear());
}
