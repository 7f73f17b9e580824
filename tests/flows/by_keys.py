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


def sign_and_next(page: Page, password: str, account: str) -> None:
    """To the next patient's page; the first signing of a session asks for the account too."""
    if page.locator("#username").is_visible():
        page.keyboard.type(account)
        page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/recordings/*")
