"""Rows as lines of JSON, exactly as the database holds them, in the order of their keys."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from psycopg import IsolationLevel, sql

from apps.core.scope import organization_scope
from apps.tenants import blobs
from apps.web.offboarding.tables import Table

AT_ONCE = 500
# Sealed rows are large.
SEALED_AT_ONCE = 50

Progress = Callable[[str, int], None]


@contextmanager
def snapshot(organization_id: int) -> Iterator[None]:
    """In the organization's scope, seeing one moment of all tables; call with no transaction."""
    connection.ensure_connection()
    raw = connection.connection
    assert raw is not None
    before = raw.isolation_level
    raw.isolation_level = IsolationLevel.REPEATABLE_READ
    try:
        with organization_scope(organization_id), transaction.atomic(durable=True):
            yield
    finally:
        if connection.connection is raw and not raw.closed:
            raw.isolation_level = before


def lines_of(table: Table, organization_id: int) -> Iterator[bytes]:
    """One line a row, sealed columns in the open as base64. Raises Unsealable.

    Call in the organization's scope and a transaction; holds some hundred rows at a time.
    """
    at_once = SEALED_AT_ONCE if table.sealed else AT_ONCE
    with connection.chunked_cursor() as cursor:
        cursor.execute(_statement(table))
        while found := cursor.fetchmany(at_once):
            for text, *sealed in found:
                yield _line(table, organization_id, text, sealed)


def _statement(table: Table) -> sql.Composed:
    plain = sql.SQL(", ").join(map(sql.Identifier, table.plain))
    sealed = [sql.SQL(", t.") + sql.Identifier(column) for column in table.sealed]
    return sql.SQL(
        "SELECT (SELECT to_jsonb(r) FROM (SELECT {plain}) AS r)::text{sealed}"
        " FROM {table} AS t ORDER BY id"
    ).format(plain=plain, sealed=sql.Composed(sealed), table=sql.Identifier(table.name))


def _line(table: Table, organization_id: int, text: str, sealed: list[Any]) -> bytes:
    if not sealed:
        return f"{text}\n".encode()
    row = json.loads(text)
    for column, held in zip(table.sealed, sealed, strict=True):
        row[column] = None if held is None else _opened(bytes(held), organization_id)
    return json.dumps(row, ensure_ascii=False).encode() + b"\n"


def _opened(sealed: bytes, organization_id: int) -> str:
    return base64.b64encode(blobs.unseal_bytes(sealed, organization_id)).decode()
