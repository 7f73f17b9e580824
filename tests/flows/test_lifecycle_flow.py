"""In a browser: signed, locked, added to, retracted by a second person; seen in three widths."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from apps.reports.models import ReadingPolicy
from tests.database import committed
from tests.factories import PASSWORD, inside, make_patient, make_recording, make_user
from tests.flows.running import running_platform
from tests.flows.visitor import Visitor

pytestmark = [committed, pytest.mark.browser, pytest.mark.slow]

WIDTHS = (1440, 1024, 390)


@pytest.fixture
def second(mercy):
    return make_user(mercy, "administrator", full_name="Dr Second Person")


@pytest.fixture
def study(mercy):
    """Of an organization that locks at signing."""
    with inside(mercy):
        ReadingPolicy.objects.create(organization=mercy, lock_hours=0)
    return make_recording(mercy, patient=make_patient(mercy, family_name="Lindqvist"))


@pytest.fixture
def visit(mercy, study, second, chromium, tmp_path):
    visitors = []
    with running_platform(tmp_path / "platform") as platform:

        def come_in(email: str) -> Visitor:
            visitors.append(Visitor(chromium, platform.url, ()))
            visitors[-1].sign_in(email)
            return visitors[-1]

        yield come_in
        for visitor in visitors:
            visitor.leave()


def prove(page: Page, email: str, button: str) -> None:
    if page.locator("#username").is_visible():
        page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name=button, exact=True).click()
    page.wait_for_url("**/recordings/*")


def seen(visitor: Visitor, name: str) -> None:
    """No width scrolls sideways; kept as pictures where LIFECYCLE_SCREENS names a folder."""
    folder = os.environ.get("LIFECYCLE_SCREENS")
    for width in WIDTHS:
        visitor.page.set_viewport_size({"width": width, "height": 900})
        # Waited for: the paper is drawn anew after the window has its size.
        visitor.page.wait_for_function(f"() => document.documentElement.scrollWidth <= {width}")
        if folder:
            path = Path(folder) / f"{name}-{width}.png"
            visitor.page.screenshot(path=path, full_page=width < 1440)
    visitor.page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    visitor.look()


def test_signed_locked_added_to_and_retracted_by_a_second_person(reader, second, study, visit):
    mine = visit(reader.email)
    page, path = mine.page, f"/recordings/{study.public_id}"
    mine.go(path)
    page.locator("#text").fill("Sinus rhythm.")
    expect(page.locator("[data-draft-state]")).to_contain_text("Draft saved")
    page.get_by_role("button", name="Sign…").click()
    page.wait_for_url("**/sign")
    page.get_by_label("Meaning of the signature").select_option("responsibility")
    seen(mine, "sign")
    prove(page, reader.email, "Sign")
    expect(page.get_by_text("Locked. Changes need an amendment.")).to_be_visible()
    page.get_by_text("Addendum…", exact=True).click()
    page.get_by_label("Text of the addendum").fill("Compared with 2019: unchanged.")
    seen(mine, "locked")
    page.get_by_role("button", name="Sign addendum…").click()
    expect(page.locator("#username")).to_be_hidden()
    seen(mine, "addendum")
    prove(page, reader.email, "Sign addendum")
    expect(page.get_by_role("heading", name="Addendum", exact=True)).to_be_visible()
    page.get_by_text("Wrong patient…", exact=True).click()
    page.get_by_label("Why it is of another patient").fill("Labels swapped in bay 4")
    page.get_by_role("button", name="Ask to retract").click()
    expect(page.get_by_text("Said to be of the wrong patient")).to_be_visible()
    theirs = visit(second.email)
    theirs.go("/retractions")
    theirs.page.get_by_role("link", name="Asked for").click()
    expect(theirs.page.get_by_text("Labels swapped in bay 4")).to_be_visible()
    seen(theirs, "retraction")
    prove(theirs.page, second.email, "Retract for ever")
    expect(theirs.page.get_by_role("alert").first).to_contain_text("Entered in error")
    seen(theirs, "retracted")
    mine.go("/worklist?status=signed")
    expect(page.locator("tr.struck")).to_contain_text("LINDQVIST")
    seen(mine, "worklist")
    mine.go(f"/patients/{study.patient.public_id}")
    expect(page.locator("tr.struck")).to_contain_text("Retracted: wrong patient")
    seen(mine, "patient")
