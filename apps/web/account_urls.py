"""A person's own account: password, second factor, sessions. Only what is wanted is mounted."""

from collections.abc import Callable
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.db import transaction
from django.urls import URLPattern, path, re_path
from django.views.generic import RedirectView

from apps.web.views import account as views
from apps.web.views.invitation import Accept


def page(address: str, view: Callable[..., Any], name: str) -> URLPattern:
    """Its events are written in transactions of their own, so none may be open around it."""
    return path(address, transaction.non_atomic_requests(view), name=name)


urlpatterns = [
    page("password", views.ChangePassword.as_view(), "account_change_password"),
    page("reset", account.password_reset, "account_reset_password"),
    page("reset/sent", account.password_reset_done, "account_reset_password_done"),
    re_path(
        r"^reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)$",
        transaction.non_atomic_requests(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    page(
        "reset/done",
        account.password_reset_from_key_done,
        "account_reset_password_from_key_done",
    ),
    page("confirm", account.reauthenticate, "account_reauthenticate"),
    page("second-factor", mfa.index, "mfa_index"),
    page("second-factor/enter", views.EnterFactor.as_view(), "mfa_authenticate"),
    page("second-factor/confirm", mfa.reauthenticate, "mfa_reauthenticate"),
    page("second-factor/app/add", totp.activate_totp, "mfa_activate_totp"),
    page("second-factor/app/remove", totp.deactivate_totp, "mfa_deactivate_totp"),
    page("second-factor/codes", codes.view_recovery_codes, "mfa_view_recovery_codes"),
    page("second-factor/codes/new", codes.generate_recovery_codes, "mfa_generate_recovery_codes"),
    # One page lists them all.
    page(
        "second-factor/passkeys",
        RedirectView.as_view(pattern_name="mfa_index"),
        "mfa_list_webauthn",
    ),
    page("second-factor/passkeys/add", passkeys.add_webauthn, "mfa_add_webauthn"),
    page("second-factor/passkeys/sign-in", views.PasskeySignIn.as_view(), "mfa_login_webauthn"),
    page(
        "second-factor/passkeys/confirm",
        passkeys.reauthenticate_webauthn,
        "mfa_reauthenticate_webauthn",
    ),
    page("second-factor/passkeys/<int:pk>/name", passkeys.edit_webauthn, "mfa_edit_webauthn"),
    page("second-factor/passkeys/<int:pk>/remove", passkeys.remove_webauthn, "mfa_remove_webauthn"),
    page("invitation/<str:token>", Accept.as_view(), "invitation"),
    path("sessions", views.sessions, name="sessions"),
    path("sessions/end", views.end, name="session-end"),
]
