"""The reading room in a browser: ECGs read and signed by keyboard alone, and two readers at one."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.database import committed
from tests.factories import PASSWORD, make_recording, make_user
from tests.flows.by_keys import read, sign_and_next
from tests.flows.running import running_platform
from tests.flows.visitor import Visitor

pytestmark = [committed, pytest.mark.browser, pytest.mark.slow]

ECGS = 3


@pytest.fixture
def colleague(mercy):
    return make_user(mercy, "reader")


@pytest.fixture
def platform(mercy, colleague, tmp_path):
    for _ in range(ECGS + 3):
        make_recording(mercy)
    with running_platform(tmp_path / "platform") as running:
        yield running


@pytest.fixture
def visit(platform, chromium):
    visitors = []

    def come_in(email: str) -> Visitor:
        visitors.append(Visitor(chromium, platform.url, ()))
        visitors[-1].sign_in(email)
        return visitors[-1]

    yield come_in
    for visitor in visitors:
        visitor.leave()


def type_into(visitor: Visitor, text: str) -> None:
    """At once: what is typed slowly may be saved in halves."""
    visitor.page.keyboard.press("i")
    visitor.page.keyboard.insert_text(text)


def sign_without_scripts(chromium: Browser, url: str, email: str) -> None:
    """From the door to the next patient: forms, links and a picture of the trace."""
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{url}/worklist")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    free = page.locator("[data-row]").filter(has_not_text="Reading:")
    with page.expect_response("**/trace.svg*") as drawn:
        free.locator(".name").first.click()
    assert drawn.value.ok
    expect(page.locator("img.ecg-static")).to_be_visible()
    expect(page.locator(".ecg-toolbar")).to_be_hidden()
    page.locator("#text").fill("Normal ECG.")
    page.get_by_role("button", name="Sign…").click()
    expect(page.locator(".pdf-page img").first).to_be_visible()
    sign_and_next(page, PASSWORD, email)
    expect(page.get_by_role("button", name="Sign…")).to_be_visible()
    context.close()


def test_keys_alone_read_sign_and_go_on_and_taking_over_loses_no_text(
    reader, colleague, visit, chromium
):
    mine = visit(reader.email)
    page = mine.page
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("a")
    expect(page.locator("[data-row][data-cursor]")).to_contain_text("You")
    page.keyboard.press("Enter")
    for _ in range(ECGS):
        read(page)
        page.wait_for_selector("form[data-ready]")
        sign_and_next(page, PASSWORD, reader.email)
        page.wait_for_selector(".ecg[data-drawn]")
    # The first was opened from the list; the others were here before they were opened.
    assert sum("/waveform" in address for address in mine.addresses) == 1
    mine.look()
    type_into(mine, "Mine.")
    expect(page.locator("[data-draft-state]")).to_contain_text("Draft saved")
    theirs = visit(colleague.email)
    theirs.go(page.url.removeprefix(mine.url))
    expect(theirs.page.locator("#text")).to_have_count(0)
    theirs.look()
    theirs.page.get_by_text("Take over…").click()
    theirs.page.get_by_role("button", name="Take over").click()
    expect(theirs.page.locator("#text")).to_have_value(re.compile(r"Mine\."))
    mine.expected.add(409)
    page.keyboard.insert_text(" Too late.")
    expect(page.locator("[data-draft-state]")).to_contain_text("Not saved")
    theirs.go(page.url.removeprefix(mine.url))
    kept = theirs.page.get_by_role("region", name="Kept drafts")
    expect(kept).to_contain_text("Too late.")
    expect(theirs.page.locator("#text")).to_have_value(re.compile(r"Mine\."))
    sign_without_scripts(chromium, theirs.url, reader.email)
    theirs.go("/worklist?status=signed")
    expect(theirs.page.locator("[data-row]")).to_have_count(ECGS + 1)
