// Beside the page: hashes files piece by piece, so that neither memory nor the page feels it.

import { Sha256 } from "./sha256.js";

const PIECE = 4 << 20;

self.addEventListener("message", async ({ data: { id, blob } }) => {
  try {
    const hash = new Sha256();
    for (let at = 0; at < blob.size; at += PIECE) {
      hash.update(new Uint8Array(await blob.slice(at, at + PIECE).arrayBuffer()));
    }
    self.postMessage({ id, hex: hash.hex() });
  } catch {
    self.postMessage({ id, hex: "" });
  }
});
