"""The people whom an organization's rows name: who they are, nothing that signs them in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.db import connection
from psycopg import sql

from apps.web.offboarding.tables import person_columns

COLUMNS = ("id", "public_id", "email", "full_name", "is_active", "date_joined")
LEFT_OUT = ("password", "last_login", "is_superuser", "is_staff")


def lines() -> Iterator[bytes]:
    """One line a person, in the order of their numbers; in scope and transaction."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(_statement())
        while found := cursor.fetchmany(500):
            for (row,) in found:
                yield f"{row}\n".encode()


def _statement() -> sql.Composed:
    named = sql.SQL(" UNION ").join(
        sql.SQL("SELECT {} FROM {}").format(sql.Identifier(column), sql.Identifier(table))
        for table, column in person_columns()
    )
    return sql.SQL(
        "SELECT to_jsonb(r)::text FROM (SELECT {} FROM tenants_user WHERE id IN ({})) AS r"
        " ORDER BY id"
    ).format(sql.SQL(", ").join(map(sql.Identifier, COLUMNS)), named)


def read_line(line: bytes) -> dict[str, Any]:
    person: dict[str, Any] = json.loads(line)
    return person
