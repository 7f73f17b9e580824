"""No key reaches over the border, and none tells of a row on its other side."""

from __future__ import annotations

from typing import Any

from django.apps import apps

from apps.core.fields import Tenant
from apps.core.isolation.catalog import Found, column, compare, rows, tenant_tables
from config.isolation import LOOKUP_KEYS, ORGANIZATIONS, USERS

ForeignKey = tuple[str, tuple[str, ...], str, tuple[str, ...]]


def references_are_composite() -> Found:
    """Each reference of each model has its key with the organization, and there is no other."""
    tables = tenant_tables()
    found = {key for key in _foreign_keys() if key[0] in tables or key[2] in tables}
    wanted: set[ForeignKey] = {
        (table, ("organization_id",), ORGANIZATIONS, ("id",)) for table in tables - {ORGANIZATIONS}
    }
    for model in apps.get_models():
        if issubclass(model, Tenant):
            wanted |= {_key_of(field) for field in model._meta.local_fields if _refers(field)}
    return compare(wanted, found)


def _refers(field: Any) -> bool:
    return bool(field.is_relation) and field.name != "organization"


def _key_of(field: Any) -> ForeignKey:
    table, parent = field.model._meta.db_table, field.related_model._meta.db_table
    if parent == USERS:
        return (table, (field.column,), parent, ("id",))
    return (table, ("organization_id", field.column), parent, ("organization_id", "id"))


def _foreign_keys() -> list[ForeignKey]:
    found = rows(
        """SELECT n.conrelid::regclass::text,
             (SELECT array_agg(attname::text ORDER BY place)
              FROM unnest(n.conkey) WITH ORDINALITY AS k(num, place)
              JOIN pg_attribute a ON a.attrelid = n.conrelid AND a.attnum = k.num),
             n.confrelid::regclass::text,
             (SELECT array_agg(attname::text ORDER BY place)
              FROM unnest(n.confkey) WITH ORDINALITY AS k(num, place)
              JOIN pg_attribute a ON a.attrelid = n.confrelid AND a.attnum = k.num)
           FROM pg_constraint n WHERE n.contype = 'f'"""
    )
    return [
        (child, tuple(columns), parent, tuple(targets)) for child, columns, parent, targets in found
    ]


def keys_are_valid_and_cascade_nothing() -> Found:
    found = rows(
        """SELECT conname::text, convalidated AND (contype <> 'f'
                    OR ARRAY[confdeltype, confupdtype] <@ '{a,r}'::"char"[])
           FROM pg_constraint WHERE connamespace = 'public'::regnamespace"""
    )
    faults = [f"{name} is not valid, or changes rows" for name, right in found if not right]
    return Found(len(found), faults)


def unique_keys_begin_with_the_organization() -> Found:
    """Exempt: bigint primary keys, random UUIDs, and what is looked up before a scope exists."""
    found = rows(
        """SELECT c.relname::text, i.indexrelid::regclass::text, i.indisprimary,
                  0 = ANY(i.indkey), array_agg(a.attname::text ORDER BY k.place),
                  array_agg(a.atttypid::regtype::text)
           FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
                CROSS JOIN unnest(i.indkey) WITH ORDINALITY AS k(attnum, place)
                LEFT JOIN pg_attribute a ON a.attnum = k.attnum AND a.attrelid = i.indrelid
           WHERE i.indisunique AND c.relname = ANY(%s)
           GROUP BY i.indexrelid, c.relname, i.indisprimary, i.indkey""",
        sorted(tenant_tables()),
    )
    faults = [f"{name} tells of other rows" for table, name, *key in found if _tells(table, *key)]
    return Found(len(found), faults)


def _tells(
    table: str, primary: bool, on_expression: bool, columns: list[str], types: list[str]
) -> bool:
    if on_expression:
        return True
    if primary:
        return (columns, types) != (["id"], ["bigint"])
    if columns == ["public_id"]:
        return types != ["uuid"]
    looked_up = len(columns) == 1 and (table, columns[0]) in LOOKUP_KEYS
    return columns[0] != "organization_id" and not looked_up


def rows_can_be_referred_to_with_their_organization() -> Found:
    holders = column(
        """SELECT n.conrelid::regclass::text FROM pg_constraint n
           WHERE n.contype = 'u' AND n.conname = n.conrelid::regclass::text || '_org_id'"""
    )
    return compare(tenant_tables() - {ORGANIZATIONS}, set(holders))
