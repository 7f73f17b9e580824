"""What must be known before a scope exists: allow-listed functions of the lookup role."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True, slots=True)
class MembershipEntry:
    organization_id: int
    role: str


def memberships_of(user_id: int) -> list[MembershipEntry]:
    """The live organizations a person works in, with the role there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT organization_id, role FROM app.memberships_of(%s)", [user_id])
        return [MembershipEntry(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person is in an organization; `is_open` says whether the way they signed in counts."""

    organization_id: int
    role: str
    type: str
    needs_factor: bool
    is_open: bool


STANDING = """SELECT organization_id, role, type, needs_factor, is_open
  FROM app.standing_of(%s, %s, %s)"""


def standings_of(user_id: int, provider: str | None, subject: str) -> dict[int, Standing]:
    """By organization, by name; asked once at every request, in no transaction.

    Without a provider the session began with a password or passkey: what takes single sign-on only
    is not open. With one, only its organization is, while it is in use and knows the person so.
    """
    with connection.cursor() as cursor:
        cursor.execute(STANDING, [user_id, provider, subject])
        return {row[0]: Standing(*row) for row in cursor.fetchall()}


def organization_by_slug(slug: str) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app.organization_by_slug(%s)", [slug])
        row = cursor.fetchone()
    return None if row is None else row[0]


def organization_ids() -> list[int]:
    """Every organization, the reserved one included, in order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM app.organization_ids() AS t(id) ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def second_factor_required(organization_id: int) -> bool:
    """Whether its members must have one; what a standing says of members already."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app.second_factor_required(%s)", [organization_id])
        row = cursor.fetchone()
    return bool(row and row[0])


def organization_type(organization_id: int) -> str:
    """What it may do at all; what a standing says of members already. Empty for none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app.organization_type(%s)", [organization_id])
        row = cursor.fetchone()
    return (row and row[0]) or ""


def organization_by_ae_title(called: str) -> int | None:
    """The live organization that devices address by the AE title, letter by letter."""
    return _organization("SELECT app.organization_by_ae_title(%s)", called.strip(" "))


def organization_by_listener(port: int) -> int | None:
    """The live organization whose systems send HL7 messages to the port."""
    return _organization("SELECT app.organization_by_listener(%s)", port)


def _organization(sql: str, wanted: str | int) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, [wanted])
        row = cursor.fetchone()
    return None if row is None else row[0]


@dataclass(frozen=True, slots=True)
class ProviderEntry:
    organization_id: int
    provider: uuid.UUID


def identity_provider_of_domain(domain: str) -> ProviderEntry | None:
    """Where people with addresses of the domain sign in; None where no organization says."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT organization_id, provider FROM app.identity_provider_of_domain(%s)", [domain]
        )
        row = cursor.fetchone()
    return None if row is None else ProviderEntry(*row)


def organization_of_identity_provider(provider: uuid.UUID) -> int | None:
    """The live organization that uses the provider; None for one out of use as for none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app.organization_of_identity_provider(%s)", [provider])
        row = cursor.fetchone()
    return None if row is None else row[0]


def governed_by_sign_on(user_id: int) -> bool:
    """Whether every organization of the person takes single sign-on only; False without any."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app.governed_by_sign_on(%s)", [user_id])
        row = cursor.fetchone()
    return bool(row and row[0])


def words_around(user_id: int) -> list[str]:
    """Names of the organizations a person works in and of their sites."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT word FROM app.words_around(%s) AS t(word)", [user_id])
        return [row[0] for row in cursor.fetchall()]
