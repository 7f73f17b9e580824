"""The reading room in Chromium: how soon a trace stands, what a page weighs, 20 ECGs by keys."""

from __future__ import annotations

import gzip
import os
import shutil
import statistics
import time
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Page, sync_playwright

from apps.web.demo.organizations import PASSWORD
from deploy.embedded.run import answers
from tests.bench.cost import Cost
from tests.bench.place import demo_organization, reader_of
from tests.bench.rows import Note, Row, Size, within
from tests.bench.services import running, wait_for, web_port
from tests.factories import make_recording
from tests.flows.by_keys import read, sign_and_next

TRACE_MS, NEXT_MS = 150.0, 300.0
REQUESTS, PAGE_KB, WAVEFORM_KB = 8, 120.0, 45.0
WARM = 3

# Times from the last byte of the page; sizes as they came over the wire.
SEEN = """() => {
  const [page] = performance.getEntriesByType("navigation");
  const drawn = performance.getEntriesByName("ecg-drawn")[0].startTime;
  const parts = [page, ...performance.getEntriesByType("resource")];
  const isWave = ({ name }) => name.includes("/waveform");
  const kb = (some) => some.reduce((sum, { transferSize }) => sum + transferSize, 0) / 1000;
  return {
    afterPage: drawn - page.responseEnd,
    afterWave: drawn - Math.max(...parts.filter(isWave).map((part) => part.responseEnd)),
    server: page.responseStart - page.requestStart,
    requests: parts.length,
    wave: kb(parts.filter(isWave)),
    page: kb([page]),
    files: parts.map(({ name }) => name).filter((name) => name.includes("/static/")),
  };
}"""

FROM_PRESS = """() => {
  const marked = (name) => performance.getEntriesByName(name);
  const [[pressed], [drawn]] = [marked("ecg-next"), marked("ecg-drawn")];
  return drawn.startTime - (pressed?.startTime ?? 0);
}"""


def reading(size: Size) -> Iterator[Row | Note]:
    organization = demo_organization()
    count = 20 if size.runs > 2 else 2
    email = reader_of(organization).email
    for _ in range(count + 1):
        make_recording(organization)
    with running("web"), sync_playwright() as playwright:
        wait_for(lambda: answers(web_port()))
        path = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = _signed_in(browser, email)
        yield from _weight(page)
        yield from _first_paint(page, size)
        yield from _by_keys(page, count, email)
        browser.close()


def _signed_in(browser: Any, email: str) -> Page:
    page: Page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(f"http://127.0.0.1:{web_port()}/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/worklist")
    return page


def _open(page: Page) -> dict[str, Any]:
    """The first of the worklist, by a press of Enter on it."""
    page.goto(f"http://127.0.0.1:{web_port()}/worklist")
    page.locator("[data-row] a.name").first.press("Enter")
    page.wait_for_selector(".ecg[data-drawn]")
    page.wait_for_load_state("networkidle")
    found: dict[str, Any] = page.evaluate(SEEN)
    return found


def _weight(page: Page) -> Iterator[Row]:
    """Of a study opened for the first time in this browser, its files by gzip as in production."""
    seen, name = _open(page), "study page, first opened"
    bodies = [page.request.get(address).body() for address in seen["files"]]
    rest = seen["page"] + sum(len(gzip.compress(body)) for body in bodies) / 1000
    wave = seen["wave"]
    yield Row(f"{name}: requests", Cost(), "budget", seen["requests"], REQUESTS, "", bar=1.0)
    yield Row(f"{name}: all but the waveform", Cost(), "budget", rest, PAGE_KB, "kB", bar=1.0)
    yield Row(f"{name}: the waveform", Cost(), "budget", wave, WAVEFORM_KB, "kB", bar=1.0)


def _first_paint(page: Page, size: Size) -> Iterator[Row | Note]:
    seen = [_open(page) for _ in range(WARM + size.runs)][WARM:]
    drawn, since, server = (
        statistics.median(one[name] for one in seen)
        for name in ("afterPage", "afterWave", "server")
    )
    yield within("trace drawn, after the page's last byte", Cost(None, drawn), TRACE_MS, wall=True)
    yield Note(
        f"Of that {since:.0f} ms pass after the waveform's last byte; the page itself takes the"
        f" server {server:.0f} ms."
    )


def _by_keys(page: Page, count: int, email: str) -> Iterator[Row | Note]:
    whole, following = [], []
    for _ in range(count):
        began = time.perf_counter()
        read(page)
        sign_and_next(page, PASSWORD, email)
        page.wait_for_selector(".ecg[data-drawn]")
        whole.append((time.perf_counter() - began) * 1000)
        # From the press that signs: both answers of the server count.
        following.append(page.evaluate(FROM_PRESS))
    then = Cost(None, statistics.median(following))
    yield within("sign and next, to the next trace", then, NEXT_MS, wall=True)
    yield Note(
        f"{count} ECGs read and signed by keys alone, {statistics.median(whole) / 1000:.1f} s each:"
        " the keys themselves, the draft saved, the sign page, the signature, the next trace."
    )
