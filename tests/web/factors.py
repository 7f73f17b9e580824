"""An authenticator app for tests."""

from __future__ import annotations

import re
import time
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client

from tests.factories import PASSWORD

SECRET = "JBSWY3DPEHPK3PXP"


def code_of(secret: str = SECRET, step: int = 0) -> str:
    """What the app shows now, or so many half minutes later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step))


def add_app(user: Any) -> None:
    TOTP.activate(user, SECRET)
    RecoveryCodes.activate(user)


def sign_in(client: Client, user: Any, password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/sign-in", {"username": user.email, "password": password}, **more)


def confirm(client: Client, password: str = PASSWORD) -> Any:
    return client.post("/account/confirm?next=/account/second-factor", {"password": password})


def link_in(message: Any) -> str:
    found = re.search(r"http://testserver(\S+)", message.body)
    assert found, message.body
    return found[1]
