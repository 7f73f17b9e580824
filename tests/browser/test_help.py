"""The help names every key that a script of the page takes."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from config.bundles import built
from tests.browser.conftest import ROOT

pytestmark = pytest.mark.browser
Open = Callable[..., Page]

NAMED = r"Arrow(?:Left|Right|Up|Down)|Page(?:Up|Down)|Home|End|Delete|Backspace"
TAKEN = re.compile(rf'event\.key === "([^"]+)"|\b({NAMED})\b|register\("([^"]+)", "[^"]')
# Bound where a list of rows is, and named there.
OF_LISTS = {"a", "u", "h"}
CAPS = {
    "ArrowLeft": "←",
    "ArrowRight": "→",
    "ArrowUp": "↑",
    "ArrowDown": "↓",
    " ": "Space",
    "z": "Ctrl+Z",
}


def taken() -> set[str]:
    """As its cap is written, of every script on the page of a study."""
    found = TAKEN.findall(built("bundles/study.js").read_text())
    return {CAPS.get(key, key) for groups in found for key in groups if key}


def named(page: Page) -> set[str]:
    page.keyboard.press("?")
    expect(page.locator("#help kbd").first).to_be_visible()
    return set(page.locator("#help kbd").all_inner_texts())


def test_every_key_that_a_script_takes_stands_in_the_help(study: Open) -> None:
    assert {"PageUp", "Ctrl+Z", "Shift+G", "x"} < taken()
    assert taken() - named(study()) <= OF_LISTS


def test_a_key_of_a_part_is_named_only_where_the_part_is(visit: Open) -> None:
    page = visit("lists.html")
    assert {"↓", "↑", "j", "a"} <= named(page)
    expect(page.locator("#help")).not_to_contain_text("On a caliper")
    page.locator("#help input[type=search]").fill("next row")
    expect(page.locator("#help li:visible").first).to_contain_text("Next row")


def test_no_key_is_bound_that_belongs_to_the_browser() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "static" / "js").rglob("*.js"))
    bound = re.findall(r'register\("([^"]+)"', sources)
    pages = "".join(path.read_text() for path in (ROOT / "templates").rglob("*.html"))
    bound += re.findall(r'data-key="([^"{]+)"', pages)
    assert "Ctrl+Enter" in bound
    wrong = [key for key in bound if re.search(r"Alt|Insert|CapsLock|\bF\d|Tab|Ctrl\+[A-Z]$", key)]
    assert wrong == []
