// Which uploads are not finished, for as long as the tab lives. No name is kept: a file is known
// again by its length, its time and a hash of its name under a key of this tab's own.

import { Sha256 } from "./sha256.js";

const KEY = "upload-key";
const HELD = "uploads";

export function identityOf(file) {
  let key = sessionStorage.getItem(KEY);
  if (!key) {
    key = Array.from(crypto.getRandomValues(new Uint8Array(32)), (b) => b.toString(16)).join(".");
    sessionStorage.setItem(KEY, key);
  }
  const text = `${key}|${file.name}|${file.size}|${file.lastModified}`;
  return new Sha256().update(new TextEncoder().encode(text)).hex();
}

export function unfinished() {
  try {
    return JSON.parse(sessionStorage.getItem(HELD)) ?? {};
  } catch {
    return {};
  }
}

// `entry` is { key, size, id }: the sender's name of the upload and the product's.
export function keep(identity, entry) {
  sessionStorage.setItem(HELD, JSON.stringify({ ...unfinished(), [identity]: entry }));
}

export function forget(identity) {
  const held = unfinished();
  delete held[identity];
  sessionStorage.setItem(HELD, JSON.stringify(held));
}
