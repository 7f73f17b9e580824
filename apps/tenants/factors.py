"""Second factors: who needs one, who has one, and a code tried too often."""

from __future__ import annotations

from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError

from apps.tenants.access import Active
from apps.tenants.counting import counted_as
from apps.tenants.lockout import count_failure, locked_out_in_words, may_try
from apps.tenants.models import User

# In the session: the person was seen to have one.
FACTOR = "second_factor"

# For the moment in which a lock-out ends.
LOCKED_OUT = "Too many attempts. Try again."

# Longer than a code is taken.
KEPT_S = 180

KINDS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def has_second_factor(user: User) -> bool:
    return bool(is_mfa_enabled(user, KINDS))


def needs_second_factor(user: User, active: Active | None) -> bool:
    """Platform staff by setting, members by their organization."""
    if user.is_staff and settings.STAFF_MFA_REQUIRED:
        return True
    return active is not None and active.needs_factor


class Counted:
    """A wrong code counts as a wrong password does; a right one is taken once while it is valid."""

    user: User

    def clean_code(self) -> str:
        request = context.request
        if not may_try(request, self.user):
            raise ValidationError(locked_out_in_words(request, self.user.email) or LOCKED_OUT)
        try:
            code = str(super().clean_code())  # type: ignore[misc]
            if not cache.add(f"tenants.code:{counted_as(f'{self.user.pk} {code}')}", 1, KEPT_S):
                raise get_adapter().validation_error("incorrect_code")
            return code
        except ValidationError:
            count_failure(request, self.user)
            raise


class CodeForm(Counted, AuthenticateForm):
    """The second step of signing in."""


class ConfirmForm(Counted, ReauthenticateForm):
    """Before a change of how one signs in."""


class PasskeyForm(AddWebAuthnForm):
    """A passkey that signs in alone asks for the finger, the face or the PIN of its owner."""

    passwordless = forms.BooleanField(
        label="Sign in with it alone, without the password", initial=True, required=False
    )
