"""What allauth asks of us: who may sign in, what is on record, what is sent."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from apps.core.client_address import client_address
from apps.tenants.models import User
from apps.tenants.trail import note

WRONG = (
    "E-mail or password is wrong. Check both and try again."
    " After five failures, wait a quarter of an hour."
)


def name_tried(_request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Under what failures are counted: a keyed hash, as people type all sorts of things there."""
    given = credentials or {}
    return counted_as(str(given.get("email") or given.get("username") or ""))


def counted_as(email: str) -> str:
    return salted_hmac("tenants.failures", email.strip().lower(), algorithm="sha256").hexdigest()


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {"email_password_mismatch": WRONG}

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Failures are counted by axes, whose answer is that of a wrong password."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """None for an inactive person as for a wrong password."""
        user = super().authenticate(request, **credentials)
        return user if user is not None and user.is_active else None

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """The one place every way of signing in comes through."""
        super().login(request, user)
        assert isinstance(user, User)
        note("tenants.user.signed_in", user, actor=user)

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False
