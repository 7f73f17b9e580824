"""How strongly a person must have signed in at the provider, and whether the answer says so.

Names are compared as they are: which of two classes is the stronger is nobody's to guess.
"""

from __future__ import annotations

from collections.abc import Collection

from apps.tenants.models import IdentityProvider
from apps.tenants.sign_on.errors import AnswerRefused


def contexts_of(provider: IdentityProvider) -> tuple[str, ...]:
    """`acr` values (OpenID Connect) or authentication context classes (SAML), preferred first."""
    return tuple(provider.required_contexts.split())


def methods_of(provider: IdentityProvider) -> tuple[str, ...]:
    """`amr` values (RFC 8176)."""
    return tuple(provider.required_methods.split())


def check_context(wanted: Collection[str], named: str) -> None:
    """Raises AnswerRefused unless one of those wanted, where any is, is named."""
    if wanted and named not in wanted:
        raise AnswerRefused("signed-in-too-weakly")


def check_methods(wanted: Collection[str], named: Collection[str]) -> None:
    """Raises AnswerRefused unless all that are wanted are named."""
    if not set(wanted) <= set(named):
        raise AnswerRefused("signed-in-too-weakly")
