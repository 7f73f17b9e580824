"""What allauth asks of us: who may sign in, what is on record, what is sent."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from apps.core.client_address import client_address
from apps.core.mail import send_after_response
from apps.core.sealed_text import open_text, seal_text
from apps.tenants.models import User
from apps.tenants.sessions import STARTED
from apps.tenants.trail import note

SEALED_FOR = "second factor"

WRONG = (
    "E-mail or password is wrong. Check both and try again."
    " After five failures, wait a quarter of an hour."
)


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

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        again = self.authenticate(context.request, email=user.get_username(), password=password)
        return again is not None and again.pk == user.pk

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("mfa_index")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        request = globals()["context"].request
        message = self.render_mail(template_prefix, email, {"request": request} | context)
        send_after_response(request, message)

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        """Met by other ways than the password; nobody learns that there is such an account."""
        self.add_message(request, messages.ERROR, message=WRONG)
        return redirect("sign-in")

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """The one place every way of signing in comes through."""
        super().login(request, user)
        assert isinstance(user, User)
        request.session[STARTED] = timezone.now().timestamp()
        note("tenants.user.signed_in", user, actor=user)

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False


class FactorAdapter(DefaultMFAAdapter):
    """Second factors; their secrets are sealed in the database."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "The code is wrong or was used before. Wait for the next one."
    }

    def encrypt(self, text: str) -> str:
        return seal_text(text, SEALED_FOR)

    def decrypt(self, encrypted_text: str) -> str:
        return open_text(encrypted_text, SEALED_FOR)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return super().get_public_key_credential_rp_entity() | {"name": "Einthoven"}

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Any) -> str:  # noqa: A002
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return f"Passkey {count + 1}"
