"""An ECG read and signed by keys alone."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def read(page: Page) -> None:
    """From the drawn trace to the sign page with its password field."""
    page.wait_for_selector(".ecg[data-drawn]")
    page.keyboard.press("e")
    page.keyboard.type("nsr")
    expect(page.locator("#library-list li").first).to_contain_text("Normal sinus rhythm")
    page.keyboard.press("Enter")
    expect(page.locator("[data-draft-state]")).to_contain_text("Draft saved")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/sign")


def sign_and_next(page: Page, password: str) -> None:
    """To the next patient's page."""
    page.keyboard.type(password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/recordings/*")
