// Requests with their progress: a form to the product, a part to wherever its address says.

// Resolves always: status 0 is no connection, or stopped by `signal`.
export function request(method, url, body, { headers = {}, onProgress, signal } = {}) {
  return new Promise((resolve) => {
    const sent = new XMLHttpRequest();
    sent.open(method, url);
    for (const [name, value] of Object.entries(headers)) sent.setRequestHeader(name, value);
    sent.upload.addEventListener("progress", (event) => onProgress?.(event.loaded, event.total));
    sent.addEventListener("loadend", () => resolve({ status: sent.status, json: parse(sent.responseText) }));
    signal?.addEventListener("abort", () => sent.abort());
    if (signal?.aborted) resolve({ status: 0, json: null });
    else sent.send(body);
  });
}

export function post(url, body, more = {}) {
  return request("POST", url, body, { ...more, headers: { Accept: "application/json" } });
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
