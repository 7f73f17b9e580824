"""What the application sees: nothing without a scope, one organization's rows within one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from psycopg import sql

from apps.core.isolation.catalog import Found, column, owner_column, rows, tenant_tables
from apps.core.scope import ScopeError, current_organization, organization_scope

# Rows of each table of each organization that the others ask for by their keys.
ASKED_FOR = 20

Keys = dict[str, list[int]]


@contextmanager
def reading(organization_id: int | None = None) -> Iterator[None]:
    """A read-only transaction, in the organization's scope where one is named."""
    if current_organization() is not None:
        raise ScopeError("the proofs open their own scopes")
    if organization_id is None:
        with transaction.atomic():
            _only_read()
            yield
    else:
        with organization_scope(organization_id), transaction.atomic():
            _only_read()
            yield


def _only_read() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")


def organizations() -> list[int]:
    return sorted(column("SELECT app.organization_ids()"))


def nothing_without_a_scope() -> Found:
    tables = _tables()
    with reading():
        shown = [table for table in tables if _one(table, "SELECT EXISTS (SELECT FROM {table})")]
    return Found(len(tables), [f"{table} shows rows without a scope" for table in shown])


def rows_seen_are_the_scopes_own() -> Found:
    """Every row that a scope shows, of every table, carries the scope's organization."""
    seen, faults = 0, []
    for organization_id in organizations():
        with reading(organization_id):
            for table in _tables():
                counted, foreign = _count(table, organization_id)
                seen += counted
                if foreign:
                    faults.append(f"{table} shows {foreign} foreign rows to {organization_id}")
    return Found(seen, faults)


def keys_of_others_find_nothing() -> Found:
    """Every pair of organizations: rows of one, asked for by key in the scope of the other."""
    tables, asked, faults = _tables(), 0, []
    keys = {who: _keys(who, tables) for who in organizations()}
    for asker in keys:
        with reading(asker):
            for table in tables:
                others = [key for who in keys if who != asker for key in keys[who][table]]
                asked += len(others)
                if others and _one(table, FIND, others):
                    faults.append(f"{table} gives {asker} rows of others by their keys")
    return Found(asked, faults)


def _tables() -> list[str]:
    """Those the application may read; that each is guarded is another proof."""
    readable = "SELECT t FROM unnest(%s::text[]) AS t WHERE has_table_privilege(t, 'SELECT')"
    return sorted(column(readable, list(tenant_tables())))


FIND = "SELECT EXISTS (SELECT FROM {table} WHERE id = ANY(%s))"
NEWEST = "SELECT id FROM {table} WHERE {owner} = %s ORDER BY id DESC LIMIT %s"
COUNT = "SELECT count(*), count(*) FILTER (WHERE {owner} IS DISTINCT FROM %s) FROM {table}"


def _keys(organization_id: int, tables: list[str]) -> Keys:
    with reading(organization_id):
        return {
            table: column(_about(table, NEWEST), organization_id, ASKED_FOR) for table in tables
        }


def _count(table: str, organization_id: int) -> tuple[int, int]:
    ((counted, foreign),) = rows(_about(table, COUNT), organization_id)
    return counted, foreign


def _one(table: str, statement: str, *parameters: object) -> object:
    return column(_about(table, statement), *parameters)[0]


def _about(table: str, statement: str) -> str:
    names = {"table": sql.Identifier(table), "owner": sql.Identifier(owner_column(table))}
    return sql.SQL(statement).format(**names).as_string(connection.connection)
