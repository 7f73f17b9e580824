"""What a part of a page asked for and did not get is said, with what to do and a reference."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
TRACE = {"X-Trace-Id": "4f0c9a21-0000-4000-8000-000000000000"}


def answer(page: Page, status: int, body: str = "") -> None:
    def respond(route: Route) -> None:
        route.fulfill(status=status, headers=TRACE, body=body)

    page.route("**/decide", respond)
    page.get_by_role("button", name="Accept").click()


def test_a_refusal_says_what_to_do_until_the_next_try(visit: Open) -> None:
    page = visit("refused.html")
    told = page.get_by_role("alert")
    for status, words in ((403, "Reload the page."), (429, "Wait a moment"), (500, "Try again.")):
        answer(page, status)
        expect(told).to_contain_text(words)
        expect(told).to_contain_text("Reference 4F0C9A21.")
    expect(page.locator("#row")).to_have_text("Undecided")
    answer(page, 200, "Accepted")
    expect(page.locator("#row")).to_have_text("Accepted")
    expect(told).to_have_count(0)


def test_a_conflict_shows_the_part_as_it_stands_and_why(visit: Open) -> None:
    page = visit("refused.html")
    answer(page, 409, "Nothing is decided of this ECG now.")
    expect(page.locator("#row")).to_have_text("Nothing is decided of this ECG now.")
    expect(page.get_by_role("alert")).to_have_count(0)
