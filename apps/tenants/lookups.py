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
    """Whether its members must have one: asked at every request, in no transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app.second_factor_required(%s)", [organization_id])
        row = cursor.fetchone()
    return bool(row and row[0])


def organization_type(organization_id: int) -> str:
    """What it may do at all; asked at every request, in no transaction. Empty for none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app.organization_type(%s)", [organization_id])
        row = cursor.fetchone()
    return (row and row[0]) or ""


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


def closed_to_passwords(user_id: int) -> set[int]:
    """Organizations of a person that take no session begun with a password."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM app.closed_to_passwords(%s) AS t(id)", [user_id])
        return {row[0] for row in cursor.fetchall()}
