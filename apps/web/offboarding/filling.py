"""Rows of an export written into the tables, in its order, each batch whole or not at all.

Nobody else writes into an organization that is not live yet. So the rows that are there are the
first ones of the file, and a run that was killed goes on after them.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import IntegrityError, connection, transaction
from psycopg import sql

from apps.core.errors import PermanentError
from apps.core.scope import organization_scope
from apps.web.offboarding.adapt import GIVEN_HERE, Place
from apps.web.offboarding.numbers import Numbers, Unknown
from apps.web.offboarding.rows import AT_ONCE, SEALED_AT_ONCE
from apps.web.offboarding.tables import Table


class NotFilled(PermanentError):
    """A row cannot be written here; the text says of which table, and why."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a file: as it stands there, read, and what becomes of it."""

    text: bytes
    values: dict[str, Any]


def fill(table: Table, lines: Iterator[bytes], place: Place) -> Iterator[tuple[int, int]]:
    """Each row's former number and its new one, written where it was not yet. Raises NotFilled."""
    at_once = SEALED_AT_ONCE if table.sealed else AT_ONCE
    there = _there(table, place.organization_id)
    rows = (Row(line, json.loads(line)) for line in lines)
    yield from ((row.values["id"], new) for new, row in zip(there, rows, strict=False))
    while batch := list(islice(rows, at_once)):
        added = _add(table, batch, place)
        yield from ((row.values["id"], new) for new, row in zip(added, batch, strict=True))


def _there(table: Table, organization_id: int) -> array[int]:
    found = array("q")
    with organization_scope(organization_id), transaction.atomic():
        rows = table.model._base_manager.order_by("pk").values_list("pk", flat=True)
        for key in rows.iterator(chunk_size=10_000):
            found.append(key)
    return found


def _add(table: Table, batch: list[Row], place: Place) -> list[int]:
    try:
        changes = [_changed(table, row.values, place) for row in batch]
        texts = f"[{','.join(row.text.decode() for row in batch)}]"
        with (
            organization_scope(place.organization_id),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(_insert(table), [texts, json.dumps(changes)])
            return [key for (key,) in cursor.fetchall()]
    except Unknown:
        raise NotFilled(f"{table.name}: a row names one that is not in the export") from None
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or "unknown"
        raise NotFilled(f"{table.name}: {_why(name)}") from None


def _changed(table: Table, row: dict[str, Any], place: Place) -> dict[str, Any]:
    changed = place.changed(table, row)
    if table.sealed:
        plain = place.opened(table, row)
        changed |= place.hashed(table, plain) | place.sealed(plain)
    return changed


def _why(constraint: str) -> str:
    """In words; the database's own would quote the row."""
    if "public_id" in constraint:
        return "public ids of the export are taken here; give the rows others by --new-ids"
    return f"a row does not fit ({constraint})"


def _insert(table: Table) -> sql.Composed:
    """The database reads the values itself, so that no number passes through another form."""
    columns = [column for column in table.columns if column not in GIVEN_HERE]
    return sql.SQL(
        """INSERT INTO {table} ({columns})
           SELECT {values} FROM jsonb_array_elements(%s::jsonb) WITH ORDINALITY AS e(row, place)
           JOIN jsonb_array_elements(%s::jsonb) WITH ORDINALITY AS c(changed, place) USING (place),
                jsonb_populate_record(NULL::{table}, e.row || c.changed) AS r
           ORDER BY place RETURNING id"""
    ).format(
        table=sql.Identifier(table.name),
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        values=sql.SQL(", ").join(sql.Identifier("r", column) for column in columns),
    )


def numbers_of(table: Table, lines: Iterator[bytes], place: Place) -> Numbers:
    """`fill`, kept for the rows of other tables."""
    numbers = Numbers()
    for former, new in fill(table, lines, place):
        numbers.add(former, new)
    return numbers
