"""A read-only look into the simulated EHR: what it has received, newest first."""

from __future__ import annotations

import threading
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .messages import cell, read
from .store import Entry, Store

HOST = "127.0.0.1"
NEWEST = 200
SHOWN = {"CE": (5, 2), "ED": (5, 3)}  # the field and component to read, by value type
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid #8886; }
td { overflow-wrap: anywhere; vertical-align: top; }
"""


def serve_page(store: Store, port: int) -> ThreadingHTTPServer:
    """Starts the page in a thread, on the loopback only."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self._find() if _is_local(self.headers.get("Host", "")) else None
            kind, body = found or ("text/plain", "Not found")
            self.send_response(200 if found else 404)
            for name, text in HEADERS.items():
                self.send_header(name, text)
            data = body.encode()
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def _find(self) -> tuple[str, str] | None:
            key = self.path.removeprefix("/results/")
            if self.path == "/":
                return "text/html", _listing(list(store.entries.values()))
            if self.path == "/style.css":
                return "text/css", STYLE
            return ("text/html", _detail(store, key)) if key in store.entries else None

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer((HOST, port), Page)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def _is_local(host: str) -> bool:
    """Refuses a foreign name that was made to resolve to the loopback."""
    return host.rsplit(":", 1)[0] in (HOST, "localhost")


def _listing(entries: list[Entry]) -> str:
    rows = [
        _row(entry.received_at, entry.patient_id, entry.order, entry.status, entry.control_id)
        + f'<td><a href="/results/{entry.key}">Open</a></td>'
        for entry in reversed(entries[-NEWEST:])
    ]
    head = ("Received", "Patient", "Order", "Status", "Control id", "")
    return _page("Results received", f"{len(entries)} results.", head, rows)


def _detail(store: Store, key: str) -> str:
    entry = store.entries[key]
    message = read(store.payload(key))
    rows = [
        _row(
            cell(message, row, 3, 2),
            cell(message, row, *SHOWN.get(cell(message, row, 2), (5, 0))),
            cell(message, row, 6, 1),
            cell(message, row, 11),
        )
        for row in message
        if str(row[0]) == "OBX"
    ]
    title = f"Patient {entry.patient_id}, order {entry.order}"
    head = ("Observation", "Value", "Unit", "Status")
    return _page(title, f"Received {entry.received_at}, status {entry.status}.", head, rows)


def _row(*cells: str) -> str:
    return "".join(f"<td>{escape(text)}</td>" for text in cells)


def _page(title: str, words: str, head: tuple[str, ...], rows: list[str]) -> str:
    columns = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width"><link rel="stylesheet" '
        f'href="/style.css"></head><body><h1>{escape(title)}</h1><p>Simulated EHR. {escape(words)} '
        f'<a href="/">All results</a></p><table><thead><tr>{columns}</tr></thead>'
        f"<tbody>{body}</tbody></table></body></html>"
    )
