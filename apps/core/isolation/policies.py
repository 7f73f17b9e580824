"""Every table is guarded, by exactly the policies that `core.rls.secure` makes."""

from __future__ import annotations

from apps.core.isolation.catalog import (
    Found,
    all_tables,
    column,
    compare,
    leased_tables,
    owner_column,
    rows,
    tenant_tables,
)
from config.isolation import CONFIGURATION_TABLES, LOOKUP_TABLES, SHARED_TABLES

GUARD = "({0} = ( SELECT app.current_org() AS current_org))"
SCOPE_READER = "SELECT nullif(pg_catalog.current_setting('app.organization_id', true), '')::bigint"

Policy = tuple[str, str, str, str, str, str, str]


def tables_are_guarded_or_shared() -> Found:
    guarded = tenant_tables()
    faults = [f"{table} is both shared and guarded" for table in sorted(guarded & SHARED_TABLES)]
    found = compare(guarded | SHARED_TABLES, all_tables())
    return Found(found.looked_at, faults + found.faults)


def row_security_is_forced() -> Found:
    secured = column(
        "SELECT relname::text FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"
    )
    return compare(tenant_tables(), set(secured))


def policies_are_the_allowed_ones() -> Found:
    """Name, kind, roles, command and both conditions of each policy of each table."""
    found = rows(
        """SELECT tablename::text, policyname::text, permissive, array_to_string(roles, ','), cmd,
                  coalesce(qual, ''), coalesce(with_check, '') FROM pg_policies"""
    )
    wanted = {policy for table in tenant_tables() for policy in _policies_of(table)}
    return compare(wanted, set(found))


def _policies_of(table: str) -> list[Policy]:
    leased = table in leased_tables()
    platform, lookup = table in CONFIGURATION_TABLES, table in LOOKUP_TABLES
    guarded = "ecg_app" if leased or platform or lookup else "public"
    condition = GUARD.format(owner_column(table))
    found: list[Policy] = [
        (table, "org_guard", "RESTRICTIVE", guarded, "ALL", condition, condition),
        (table, "app_rw", "PERMISSIVE", "ecg_app", "ALL", "true", "true"),
        (table, "backup_read", "PERMISSIVE", "ecg_backup", "SELECT", "true", ""),
    ]
    if platform:
        found.append((table, "platform_rw", "PERMISSIVE", "ecg_platform", "ALL", "true", "true"))
    if lookup:
        found.append((table, "lookup", "PERMISSIVE", "ecg_lookup", "SELECT", "true", ""))
    if leased:
        found.append((table, "dispatch", "PERMISSIVE", "ecg_dispatch", "ALL", "true", "true"))
    return found


def the_scope_is_read_as_it_is_set() -> Found:
    """An empty or missing setting is no organization, and the plan keeps no answer."""
    found = rows(
        """SELECT btrim(prosrc), provolatile::text, prosecdef FROM pg_proc
           WHERE oid = to_regprocedure('app.current_org()')"""
    )
    right = found == [(SCOPE_READER, "s", False)]
    return Found(1, [] if right else ["app.current_org() is not as it was made"])
