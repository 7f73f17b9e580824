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
    """To the next patient's page, by whatever the sign page asks for, in its order."""
    if page.locator("#digits").is_visible():
        page.keyboard.type(_last_of_mrn(page))
        page.keyboard.press("Tab")
    if page.locator("#username").is_visible():
        page.keyboard.type(account)
        page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/recordings/*")


def _last_of_mrn(page: Page) -> str:
    """As it stands beside the button: where a mix-up is likely the signer says it."""
    mrn = page.locator(".sign-form .who").inner_text().rpartition("·")[2]
    return "".join(sign for sign in mrn if sign.isalnum())[-3:]
