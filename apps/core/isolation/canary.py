"""The proofs hold only for the roles the product works as."""

from __future__ import annotations

from django.db import connections

from apps.core.isolation.catalog import Found, column, rows, tenant_tables
from config.isolation import ROLES


def roles_are_plain() -> Found:
    """No role passes by the policies, but the backup's, which only reads."""
    found = rows(
        """SELECT rolname::text, rolsuper, rolcreaterole, rolreplication, rolbypassrls, rolconfig
           FROM pg_roles WHERE rolname LIKE 'ecg\\_%'"""
    )
    faults = [name for name, *powers, _, _ in found if any(powers)]
    for name, *_, passes, config in found:
        reads_only = "default_transaction_read_only=on" in (config or [])
        if passes and not (name == "ecg_backup" and reads_only):
            faults.append(name)
    return Found(len(found), [f"{name} may pass by the policies" for name in sorted(faults)])


def sessions_have_their_role() -> Found:
    """Every connection of the product is the role it should be."""
    faults = []
    asked = [alias for alias in ROLES if alias in connections]
    for alias in asked:
        (who,) = rows("SELECT current_user::text, session_user::text", alias=alias)
        (powers,) = rows(
            "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user", alias=alias
        )
        if set(who) != {ROLES[alias]} or any(powers):
            faults.append(f"the connection {alias!r} works as {who[0]}")
    return Found(len(asked), faults)


def policies_bind_every_connection() -> Found:
    tables, faults = sorted(tenant_tables()), []
    asked = [alias for alias in ROLES if alias in connections]
    for alias in asked:
        open_tables = column(
            """SELECT t FROM unnest(%s::text[]) AS t
               WHERE has_any_column_privilege(t::regclass, 'SELECT')
                 AND NOT row_security_active(t)""",
            tables,
            alias=alias,
        )
        faults += [f"{table} is open to the connection {alias!r}" for table in open_tables]
    return Found(len(asked) * len(tables), faults)
