"""The looks that `make screens` takes find what they look for."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.looked_at import faults

pytestmark = pytest.mark.browser


def test_a_page_that_scrolls_sideways_or_has_a_field_without_a_name_is_found(
    visit: Callable[..., Page],
) -> None:
    page = visit("refused.html", width=390)
    assert list(faults(page, "page")) == []
    page.evaluate("document.querySelector('main').append(document.createElement('input'))")
    page.evaluate("document.querySelector('h1').style.width = '400px'")
    found = list(faults(page, "page"))
    assert found[0].startswith("page: label, <input")
    assert [line.partition(" by")[0] for line in found[1:]] == [
        "page: scrolls sideways",
        "page, wider letters: scrolls sideways",
        "page, at 200 %: scrolls sideways",
    ]
