"""The pill before a step of the ladder, and a template chosen by keyboard, in a browser."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

SAYS = """async (all) => {
  const { untilStep } = await import('/static/js/clock.js');
  return all.map((ms) => untilStep(ms));
}"""
PLACE = """async () => {
  const served = Date.parse(document.documentElement.dataset.now);
  document.body.innerHTML = `
    <span class="pill"><i data-next-step="${new Date(served + 25000).toISOString()}"></i></span>
    <div data-library="/library" data-fill="/fill"><input id="add"><ul hidden></ul>
      <p data-fill-note hidden>Not filled</p></div>
    <form id="reading"><textarea id="text" name="text">First.</textarea></form>`;
  await import('/static/js/statements.js');
}"""
ROWS = {
    "statements": [
        {"acronym": "NORM", "text": "Normal ECG"},
        {"acronym": "Normal adult", "text": "[NSR]…", "template": "t1"},
    ]
}


def test_the_pill_warns_and_a_template_leaves_its_blank_chosen(visit: Callable[..., Page]) -> None:
    page = visit("lists.html")
    answers = iter([500, 200])
    page.route("**/library", lambda route: route.fulfill(json=ROWS))
    filled = json.dumps({"text": "Rate 72 /min, QRS ___ ms."})
    page.route("**/fill", lambda route: route.fulfill(status=next(answers), body=filled))
    assert page.evaluate(SAYS, [31_000, 30_000, 900, 0, -5_000]) == [
        "", ", next step in 00:30", ", next step in 00:01", ", next step now", ", next step now",
    ]  # fmt: skip
    page.evaluate(PLACE)
    expect(page.locator(".pill")).to_have_class("pill pill-soon")
    page.locator("#add").fill("normal ad")
    expect(page.locator("li")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("[data-fill-note]")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("[data-fill-note]")).to_be_hidden()
    expect(page.locator("#text")).to_have_value("First.\nRate 72 /min, QRS ___ ms.")
    page.keyboard.type("96")
    expect(page.locator("#text")).to_have_value("First.\nRate 72 /min, QRS 96 ms.")
