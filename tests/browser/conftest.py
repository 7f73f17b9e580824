"""A real Chromium on small static pages, served under the product's content security policy."""

from __future__ import annotations

import http.server
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from config.bundles import BUNDLES, built
from tests.browser.viewer_wave import RECORDING, beats, pack

ROOT = Path(__file__).resolve().parents[2]
FIXTURE = Path(__file__).parent / "fixture"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
ARGS = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
POLICY = (
    "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; script-src 'self'; "
    "style-src 'self'; connect-src 'self'; font-src 'self'; form-action 'self'; "
    "img-src 'self' data:"
)


# Failed answers that a test asked for are logged by the browser and by htmx.
ASKED_FOR = ("Failed to load resource", "Response Status Error Code")


def require_chromium() -> None:
    """Skips loudly where there is none; in CI that is a failure."""
    if Path(CHROMIUM).exists():
        return
    give_up = pytest.fail if os.environ.get("CI") else pytest.skip
    give_up("NO BROWSER: install chromium or name it with CHROMIUM=/path to run these tests")


class Handler(http.server.SimpleHTTPRequestHandler):
    waves: dict[str, bytes] = {}

    def translate_path(self, path: str) -> str:
        plain = path.split("?")[0].lstrip("/")
        bundle = plain.removeprefix("static/")
        if bundle in BUNDLES:
            return str(built(bundle))
        return str((ROOT if plain.startswith("static/") else FIXTURE) / plain)

    def do_GET(self) -> None:
        body = self.waves.get(self.path)
        if body is None:
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *args: Any) -> None:
        """Silent."""


@pytest.fixture(scope="package")
def site() -> Iterator[str]:
    Handler.waves = {"/wave": pack(beats())}
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    require_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, site: str) -> Iterator[Callable[..., Page]]:
    """Opens a fixture page; at the end of the test no error and no CSP report may be left."""
    complaints: list[str] = []
    contexts = []

    def noted(text: str, kind: str = "error") -> None:
        if kind == "error" and not text.startswith(ASKED_FOR):
            complaints.append(text)

    def open_page(name: str, *, width: int = 1080, **options: Any) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": 900}, **options)
        context.set_default_timeout(5000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: noted(message.text, message.type))
        page.on("pageerror", lambda error: noted(str(error)))
        page.goto(f"{site}/{name}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints


@pytest.fixture
def study(visit: Callable[..., Page]) -> Callable[..., Page]:
    """The study fixture with its trace drawn."""

    def open_study(**options: Any) -> Page:
        page = visit("study.html", **options)
        page.wait_for_selector(f".ecg[data-recording='{RECORDING}'][data-drawn]")
        return page

    return open_study
