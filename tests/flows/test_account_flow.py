"""Signing in with an app and with a passkey, in a browser under the product's content policy."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.database import committed
from tests.factories import PASSWORD, inside
from tests.flows.running import running_platform
from tests.flows.visitor import Visitor
from tests.web.factors import code_of

pytestmark = [committed, pytest.mark.browser, pytest.mark.slow]

HALF_MINUTE_S = 30
SHOTS = os.environ.get("ACCOUNT_SHOTS", "")
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def visitor(mercy, reader, chromium: Browser, tmp_path):
    """Passkeys need a name in place of a number: browsers take localhost for safe."""
    with running_platform(tmp_path / "platform") as platform:
        visitor = Visitor(chromium, platform.url.replace("127.0.0.1", "localhost"), ())
        yield visitor
        visitor.context.close()
    assert not visitor.complaints


def confirm(page: Page) -> None:
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()


def enter_password(visitor: Visitor, email: str) -> None:
    visitor.go("/sign-in")
    visitor.page.get_by_label("E-mail").fill(email)
    visitor.page.get_by_label("Password").fill(PASSWORD)
    visitor.page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(visitor: Visitor) -> None:
    visitor.page.get_by_role("button", name="account of").click()
    visitor.page.get_by_role("button", name="Sign out").click()
    visitor.page.wait_for_url("**/sign-in*")


@pytest.fixture
def strict(mercy):
    """Asked for before the browser: beside it nothing else may use the database."""
    with inside(mercy):
        mercy.second_factor_required = True
        mercy.save(update_fields=["second_factor_required"])


def shoot(visitor: Visitor, name: str) -> None:
    """For looking at, where a folder is named."""
    visitor.look()
    for width in (1440, 1024, 390) if SHOTS else ():
        visitor.page.set_viewport_size({"width": width, "height": 844})
        visitor.page.screenshot(path=str(Path(SHOTS) / f"{name}-{width}.png"))
    visitor.page.set_viewport_size({"width": 1440, "height": 900})


def new_code(page: Page, secret: str, used: str = "") -> str:
    """What the app shows for five more seconds at least; each code is taken once."""
    while time.time() % HALF_MINUTE_S > HALF_MINUTE_S - 5 or code_of(secret) == used:
        page.wait_for_timeout(500)
    return code_of(secret)


def test_an_app_is_set_up_where_it_is_required_and_then_opens_the_door(strict, visitor, reader):
    page = visitor.page
    enter_password(visitor, reader.email)
    page.wait_for_url("**/account/second-factor")
    shoot(visitor, "second-factor-needed")
    page.get_by_role("link", name="Add an app").click()
    shoot(visitor, "confirm")
    confirm(page)
    shoot(visitor, "add-app")
    secret = page.locator(".account-key").inner_text()
    first = new_code(page, secret)
    page.get_by_label("Authenticator code").fill(first)
    page.get_by_role("button", name="Add the app").click()
    page.wait_for_url("**/account/second-factor/codes")
    shoot(visitor, "codes")
    visitor.go("/worklist")
    sign_out(visitor)
    enter_password(visitor, reader.email)
    page.wait_for_url("**/account/second-factor/enter")
    shoot(visitor, "enter-code")
    page.get_by_label("Code", exact=True).fill(new_code(page, secret, used=first))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/worklist")


def test_a_passkey_is_added_renamed_used_alone_and_removed(visitor, reader):
    page = visitor.page
    devices = visitor.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    shoot_sign_in(visitor)
    visitor.sign_in(reader.email)
    visitor.go("/account/second-factor/passkeys/add")
    confirm(page)
    shoot(visitor, "add-passkey")
    page.get_by_role("textbox", name="Name").fill("Ward tablet")
    page.get_by_role("button", name="Add passkey").click()
    page.wait_for_url("**/account/second-factor/codes")
    visitor.go("/account/second-factor")
    expect(page.get_by_text("Ward tablet")).to_be_visible()
    shoot(visitor, "passkeys")
    page.get_by_role("link", name="Rename Ward tablet").click()
    page.get_by_role("textbox", name="Name").fill("Reading room")
    page.get_by_role("button", name="Rename").click()
    sign_out(visitor)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/worklist")
    visitor.go("/account/sessions")
    page.get_by_role("link", name="Use a passkey").click()
    page.get_by_role("button", name="Use passkey").click()
    page.wait_for_url("**/account/sessions")
    shoot(visitor, "sessions")
    visitor.go("/account/second-factor")
    page.get_by_role("link", name="Remove Reading room").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("The passkey is removed.")).to_be_visible()


def shoot_sign_in(visitor: Visitor) -> None:
    visitor.go("/sign-in")
    shoot(visitor, "sign-in")


def test_a_passkey_as_second_factor_follows_the_password_and_signs(recording, visitor, reader):
    page = visitor.page
    devices = visitor.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    visitor.sign_in(reader.email)
    visitor.go("/account/second-factor/passkeys/add")
    confirm(page)
    page.get_by_label("Sign in with it alone").uncheck()
    page.get_by_role("button", name="Add passkey").click()
    page.wait_for_url("**/account/second-factor/codes")
    visitor.go("/worklist")
    sign_out(visitor)
    enter_password(visitor, reader.email)
    page.wait_for_url("**/account/second-factor/enter")
    shoot(visitor, "enter-passkey")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/worklist")
    visitor.go(f"/recordings/{recording.public_id}")
    page.locator("#text").fill("Sinus rhythm.")
    page.locator("#text").press("Control+Enter")
    page.wait_for_url("**/sign")
    page.get_by_role("button", name="Use a passkey instead").click()
    expect(page.get_by_text("Passkey used. Sign now.")).to_be_visible()
    shoot(visitor, "sign-passkey")
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.locator(".banner")).to_contain_text("Signed")


def test_a_passkey_that_is_not_given_says_so_and_signs_nobody_in(visitor):
    devices = visitor.context.new_cdp_session(visitor.page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    visitor.go("/sign-in")
    visitor.page.get_by_role("button", name="Use a passkey").click()
    expect(visitor.page.get_by_role("alert")).to_contain_text("No passkey was used")
    visitor.go("/worklist")
    assert "/sign-in" in visitor.page.url
