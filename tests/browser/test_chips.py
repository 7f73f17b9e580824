"""Chips of a search: what the module adds to a form that works without it."""

import pytest

pytestmark = pytest.mark.browser

COUNT = """() => { window.sent = 0; document.querySelector("form").addEventListener("submit",
  (event) => { event.preventDefault(); window.sent += 1; }); }"""


def test_a_chip_grows_takes_back_and_searches_again_when_it_is_left(visit):
    page = visit("chips.html")
    page.evaluate(COUNT)
    chip = page.locator("[name=part]").first
    chip.fill("AF or atrial flutter")
    assert chip.get_attribute("size") == "20"
    chip.press("Escape")
    assert chip.input_value() == "AF"
    page.focus("#elsewhere")
    assert page.evaluate("window.sent") == 0
    chip.fill("SVT")
    page.focus("button")
    assert page.evaluate("window.sent") == 0
    chip.focus()
    page.focus("#elsewhere")
    assert page.evaluate("window.sent") == 1
    chip.fill("")
    chip.press("Backspace")
    assert page.evaluate("window.sent") == 2
