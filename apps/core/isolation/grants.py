"""Each role has exactly the powers its work needs."""

from __future__ import annotations

from collections.abc import Iterator

from apps.core.isolation.catalog import Found, column, compare, leased_tables, rows, tenant_tables
from apps.core.rls import DISPATCH_READS, DISPATCH_WRITES
from config.isolation import (
    CONFIGURATION_TABLES,
    LOOKUP_TABLES,
    READ_ONLY_TABLES,
    SHARED_POWERS,
    SHARED_TABLES,
    USERS,
    WRITTEN_AGAIN,
    application_powers,
)

Grant = tuple[str, str, str]
OURS = "IN ('public'::regnamespace, 'app'::regnamespace)"

# Who may act as whom; the owner hands functions over to two roles and inherits nothing.
MEMBERS = {
    ("ecg_owner", "ecg_lookup"),
    ("ecg_owner", "ecg_dispatch"),
    ("ecg_backup", "pg_read_all_data"),
}


def table_grants_are_the_allowed_ones() -> Found:
    found = rows(
        f"""SELECT coalesce(nullif(a.grantee, 0)::regrole::text, 'everyone'), c.relname::text,
                   a.privilege_type FROM pg_class c, aclexplode(c.relacl) AS a
            WHERE c.relnamespace {OURS} AND a.grantee <> c.relowner"""
    )
    return compare(set(_wanted()), set(found))


def _wanted() -> Iterator[Grant]:
    for table in tenant_tables():
        yield from _each("ecg_app", table, application_powers(table))
    for table in SHARED_TABLES:
        powers = "SELECT" if table in READ_ONLY_TABLES else SHARED_POWERS
        yield from _each("ecg_app", table, powers)
    for table in tenant_tables() | SHARED_TABLES:
        yield ("ecg_backup", table, "SELECT")
    for table in LOOKUP_TABLES:
        yield ("ecg_lookup", table, "SELECT")
    yield ("ecg_platform", USERS, "SELECT")
    for table, powers in CONFIGURATION_TABLES.items():
        yield from _each("ecg_platform", table, powers)


def _each(role: str, table: str, powers: str) -> Iterator[Grant]:
    for power in powers.split(", "):
        yield (role, table, power)


def column_grants_are_the_allowed_ones() -> Found:
    """The dispatch role has the columns of a claim, the application those to be sealed again."""
    found = rows(
        """SELECT coalesce(nullif(x.grantee, 0)::regrole::text, 'everyone'), c.relname::text,
                  a.attname::text, x.privilege_type
           FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid, aclexplode(a.attacl) AS x
           WHERE c.relnamespace = 'public'::regnamespace"""
    )
    parts = [(name, "SELECT") for name in DISPATCH_READS.split(", ")]
    parts += [(name, "UPDATE") for name in DISPATCH_WRITES.split(", ")]
    wanted = {("ecg_dispatch", table, *part) for table in leased_tables() for part in parts}
    wanted |= {("ecg_app", *place, "UPDATE") for place in WRITTEN_AGAIN}
    return compare(wanted, set(found))


def nothing_is_for_everyone() -> Found:
    """Only the owner makes objects in a schema, and no later object is granted by default."""
    found = rows(
        f"""SELECT nspname::text, coalesce(nullif(grantee, 0)::regrole::text, 'everyone'),
                   privilege_type
            FROM pg_namespace n, aclexplode(nspacl)
            WHERE oid {OURS} AND grantee <> nspowner
            UNION ALL SELECT 'default', defaclobjtype::text, 'granted' FROM pg_default_acl"""
    )
    roles = ("ecg_app", "ecg_dispatch", "ecg_lookup", "ecg_platform", "ecg_backup")
    wanted = {(schema, role, "USAGE") for schema in ("public", "app") for role in roles}
    # A function's owner needs it at the moment it is handed the function.
    wanted |= {("app", "ecg_lookup", "CREATE"), ("app", "ecg_dispatch", "CREATE")}
    # Of its own accord that right shows nothing; a server's new databases come with it.
    return compare(wanted, set(found) - {("public", "everyone", "USAGE")})


def no_role_becomes_another() -> Found:
    found = rows(
        """SELECT member::regrole::text, roleid::regrole::text FROM pg_auth_members
           WHERE member IN (SELECT oid FROM pg_roles WHERE rolname LIKE 'ecg\\_%')"""
    )
    faults = compare(MEMBERS, set(found)).faults
    if column("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'ecg_lookup'") != [False]:
        faults.append("ecg_lookup may sign in")
    return Found(len(found) + 1, faults)
