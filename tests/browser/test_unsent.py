"""Text its page could not send: over a sign-in elsewhere, over a report signed meanwhile."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
# What the fixture's pages are told.
MINE = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


def signed_out(page: Page) -> list[str]:
    """Text typed after the session ended; collects what is sent with a token of a newer one."""
    sent: list[str] = []

    def answer(route: Route) -> None:
        body = route.request.post_data or ""
        if 'name="csrfmiddlewaretoken"\r\n\r\nnew' not in body:
            route.fulfill(status=403, json={"message": "The page is too old. Reload it."})
            return
        sent.append(body)
        route.fulfill(json={"revision": 8, "saved_at": "14:07:22"})

    page.route("**/draft", answer)
    page.route("**/key", lambda route: route.fulfill(status=401, json={}))
    page.locator("#text").fill("Flutter")
    expect(page.locator("[data-draft-state]")).to_contain_text("Not saved, signed out")
    return sent


def back_from_signing_in(page: Page, key: str) -> None:
    page.route("**/key", lambda route: route.fulfill(json={"key": key, "token": "new"}))
    page.evaluate("dispatchEvent(new Event('focus'))")


def test_who_signs_in_again_elsewhere_has_the_text_saved(study: Open) -> None:
    page = study()
    sent = signed_out(page)
    back_from_signing_in(page, MINE)
    expect(page.locator("[data-draft-state]")).to_have_text("Draft saved 14:07:22")
    assert len(sent) == 1
    assert "Flutter" in sent[0]


def test_nothing_is_sent_in_the_name_of_somebody_else(study: Open) -> None:
    page = study()
    sent = signed_out(page)
    back_from_signing_in(page, "B" + MINE[1:])
    expect(page.locator("[data-draft-state]")).to_contain_text("signed in as another")
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(f"{page.url.split('/study')[0]}/study.html")
    assert sent == []


@pytest.mark.parametrize(
    ("status", "words", "sendings"),
    [(200, "kept beside the report now", 1), (500, "kept on this device until it can be", 2)],
)
def test_a_report_signed_meanwhile_has_the_text_kept_beside_it_once(
    study: Open, status: int, words: str, sendings: int
) -> None:
    page, sent = study(), []
    page.route("**/draft", lambda route: route.abort())
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("#text").fill("Flutter")
    expect(page.locator("[data-draft-state]")).to_contain_text("kept on this device")
    page.unroute("**/draft")
    page.route(
        "**/draft",
        lambda route: (sent.append(route.request.post_data), route.fulfill(status=status, json={})),
    )
    page.goto(page.url.replace("study.html", "signed.html"))
    expect(page.locator("[data-unsent-note]")).to_contain_text(words)
    page.reload(wait_until="networkidle")
    assert sent == ["text=Flutter&revision=7&keep=1"] * sendings


def test_a_page_that_is_only_open_does_not_keep_the_session(study: Open) -> None:
    page = study()
    page.clock.install()
    page.route("**/beat", lambda route: route.fulfill(json={"held": True}))
    page.reload()
    for key, polled in ((None, "1"), ("Shift", None)):
        if key:
            page.keyboard.press(key)
        with page.expect_request("**/beat") as beat:
            page.clock.run_for(30_000)
        assert beat.value.headers.get("x-poll") == polled
