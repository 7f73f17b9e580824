"""How a person comes by a password: by a link to the own mailbox, and by nobody's choice."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ResetPasswordForm, UserTokenForm, default_token_generator
from allauth.account.internal.flows.password_reset import request_password_reset
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest

from apps.tenants.lookups import governed_by_sign_on
from apps.tenants.models import User
from apps.tenants.sessions import end_sessions


class Proof(models.TextChoices):
    """How an administrator made sure who asks, as it was made sure when the person was invited."""

    IN_PERSON = "in-person", "In person, and I know them"
    DOCUMENT = "document", "In person, by an identity document"
    CALLED_BACK = "called-back", "I called them at the number the organization has for them"


def may_have_password(user: User) -> bool:
    """Not whose organizations all take single sign-on only, nor whose account is closed."""
    return user.is_active and not governed_by_sign_on(user.pk)


class AskForm(ResetPasswordForm):
    """Answers alike whoever asks: only the message is not sent."""

    users: list[User]

    def clean_email(self) -> str:
        email: str = super().clean_email()
        self.users = [user for user in self.users if may_have_password(user)]
        return email


class LinkForm(UserTokenForm):
    """A link of before single sign-on was the only way is like one that has ended."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if self.reset_user is not None and not may_have_password(self.reset_user):
            raise ValidationError("The link does not work.")
        return cleaned


def send_link(request: HttpRequest, user: User) -> None:
    """Leaves after the answer; works once, for an hour. The second factor, if any, stays."""
    if may_have_password(user):
        request_password_reset(request, user.email, [user], default_token_generator)


def begin_anew(request: HttpRequest, user: User) -> None:
    """Who lost the second factor: nothing of before opens anything, and a link goes out."""
    Authenticator.objects.filter(user_id=user.pk).delete()
    user.set_unusable_password()
    user.save(update_fields=["password"])
    end_sessions(user)
    send_link(request, user)
