"""What the database's own catalog says of tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connections

from config.isolation import ORGANIZATIONS


@dataclass(frozen=True, slots=True)
class Found:
    """How many things were looked at, and what is wrong, each fault naming its thing first."""

    looked_at: int
    faults: list[str]


def rows(sql: str, *parameters: Any, alias: str = "default") -> list[tuple[Any, ...]]:
    with connections[alias].cursor() as cursor:
        cursor.execute(sql, parameters or None)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def column(sql: str, *parameters: Any, alias: str = "default") -> list[Any]:
    return [row[0] for row in rows(sql, *parameters, alias=alias)]


def compare(wanted: set[Any], found: set[Any]) -> Found:
    """Both ways: what is missing, and what is there that nothing allows."""
    faults = [f"{said(thing)} is missing" for thing in wanted - found]
    faults += [f"{said(thing)} is not allowed" for thing in found - wanted]
    return Found(len(wanted | found), sorted(faults))


def said(thing: Any) -> str:
    if isinstance(thing, tuple | list):
        return " ".join(said(part) for part in thing if part not in ("", None))
    return str(thing)


def all_tables() -> set[str]:
    return set(
        column(
            """SELECT relname::text FROM pg_class WHERE relkind IN ('r', 'p', 'f')
               AND relnamespace = 'public'::regnamespace"""
        )
    )


def tenant_tables() -> set[str]:
    """Tables with an organization, and the table of organizations."""
    found = column(
        """SELECT c.relname::text FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
           WHERE a.attname = 'organization_id' AND c.relkind IN ('r', 'p', 'f')
             AND c.relnamespace = 'public'::regnamespace"""
    )
    return set(found) | {ORGANIZATIONS}


def leased_tables() -> set[str]:
    found = column(
        """SELECT c.relname::text FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
           WHERE a.attname = 'lease_token' AND c.relkind = 'r'"""
    )
    return set(found)


def owner_column(table: str) -> str:
    return "id" if table == ORGANIZATIONS else "organization_id"
