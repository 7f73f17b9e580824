"""What the sign-in library tells of, written to the trail."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa

from apps.tenants.factors import FACTOR
from apps.tenants.sessions import end_sessions
from apps.tenants.trail import note


def listen() -> None:
    account.password_changed.connect(password_changed)
    account.password_reset.connect(password_reset)
    mfa.authenticator_added.connect(factor_added)
    mfa.authenticator_removed.connect(factor_removed)
    mfa.authenticator_reset.connect(codes_renewed)
    mfa.authentication_failed.connect(factor_failed)


def password_changed(request: Any, user: Any, **_: Any) -> None:
    """Whoever else is signed in as this person is out."""
    end_sessions(user, but=request.session.session_key)
    note("tenants.user.password_changed", user, actor=user)


def password_reset(user: Any, **_: Any) -> None:
    end_sessions(user)
    note("tenants.user.password_reset", user, actor=user)


def factor_added(user: Any, authenticator: Any, **_: Any) -> None:
    note("tenants.factor.added", user, actor=user, source=authenticator.type)


def factor_removed(request: Any, user: Any, authenticator: Any, **_: Any) -> None:
    request.session.pop(FACTOR, None)
    note("tenants.factor.removed", user, actor=user, source=authenticator.type)


def codes_renewed(user: Any, authenticator: Any, **_: Any) -> None:
    note("tenants.factor.renewed", user, actor=user, source=authenticator.type)


def factor_failed(user: Any, authenticator: Any, **_: Any) -> None:
    note("tenants.factor.failed", user, source=authenticator.type)
