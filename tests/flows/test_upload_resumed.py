"""A large file in a browser: its connection breaks, the page is loaded anew, it goes on."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import expect

from tests.database import committed
from tests.flows.running import running_platform
from tests.flows.visitor import Visitor

pytestmark = [committed, pytest.mark.browser, pytest.mark.slow]

MEGABYTE = 1 << 20
SECRETS = ("quillfeather",)


@pytest.fixture
def video(tmp_path):
    path = tmp_path / "quillfeather.mp4"
    path.write_bytes(b"\0\0\0\x18ftypisom" + os.urandom(3 * MEGABYTE))
    return path


@pytest.fixture
def visitor(mercy, technician, chromium, tmp_path, monkeypatch):
    monkeypatch.setenv("EINTHOVEN_UPLOAD_PART_MB", "1")
    email = technician.email
    with running_platform(tmp_path / "platform") as platform:
        found = Visitor(chromium, platform.url, SECRETS)
        found.sign_in(email)
        yield found
        found.leave()
        assert not [word for word in SECRETS if word in platform.logged()]


def test_an_upload_that_was_cut_goes_on_after_a_reload(visitor, video):
    page, sent = visitor.page, []
    page.on("request", lambda asked: sent.append(asked.url) if asked.method == "PUT" else None)
    page.route("**/staging/*/3?*", lambda route: route.abort())
    visitor.complaints.clear()
    visitor.go("/upload")
    page.set_input_files("#id_file", str(video))
    row = page.locator("ul[aria-label=Files] .file")
    expect(row.locator("progress")).to_have_attribute("value", "66", timeout=30_000)
    row.get_by_role("button", name="Pause").click()
    expect(row).to_contain_text("Paused")
    page.unroute("**/staging/*/3?*")
    page.reload()
    expect(row).to_contain_text("Choose the same file again")
    visitor.look()
    unfinished = "ul[aria-label='Unfinished uploads'] .file"
    expect(page.locator(unfinished)).to_have_count(0)
    elsewhere = page.context.new_page()
    elsewhere.goto(page.url)
    expect(elsewhere.locator(unfinished)).to_contain_text("quillfeather.mp4")
    elsewhere.close()
    held = page.evaluate("JSON.stringify({...sessionStorage})")
    assert "quillfeather" not in held
    before = len(sent)
    page.set_input_files("#id_file", str(video))
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Document", timeout=60_000)
    again = {url.split("?")[0][-1] for url in sent[before:]}
    assert "3" in again
    assert not again & {"1", "2"}
    row.get_by_role("link", name="Details").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the document").click()
    assert download.value.path().read_bytes() == video.read_bytes()
    # The parts that were cut are the browser's own words.
    visitor.complaints = [one for one in visitor.complaints if "net::ERR_FAILED" not in one]
