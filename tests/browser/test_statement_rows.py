"""Statements stay legible while they are decided; keys go where the text goes on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]


@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_a_statement_keeps_its_line_while_it_is_overridden(visit: Visit, width: int) -> None:
    page = visit("decisions.html", width=width)
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("[name=reason]").first).to_be_focused()
    for text in page.locator(".what b").all():
        box = text.bounding_box()
        assert box is not None
        assert box["height"] < 40, "one line, or two"
        assert box["width"] > 100


def test_what_is_typed_follows_what_stands_there(visit: Visit) -> None:
    page = visit("decisions.html")
    page.keyboard.press("i")
    page.keyboard.type(" LBBB.")
    expect(page.locator("#text")).to_have_value("Sinus rhythm. LBBB.")


def test_the_controls_of_the_paper_are_not_printed(visit: Visit) -> None:
    page = visit("decisions.html")
    page.emulate_media(media="print")
    expect(page.locator("[data-ecg-foot]")).to_be_visible()
    expect(page.locator(".ecg-settings")).to_be_hidden()
