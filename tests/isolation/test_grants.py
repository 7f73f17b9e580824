"""Each database role can do its own work and no more."""

from __future__ import annotations

import psycopg
import pytest

from apps.core.rls import DISPATCH_READS, DISPATCH_WRITES
from tests.database import raw_connection
from tests.isolation import catalog
from tests.isolation.catalog import column, rows

pytestmark = pytest.mark.django_db

# What onboarding writes; a table of patients or recordings is never among them.
CONFIGURATION_TABLES = {
    "inference_algorithm",
    "inference_algorithmversion",
    "integrations_destination",
    "billing_price",
    "tenants_membership",
    "tenants_organization",
    "tenants_site",
}


def granted(role: str) -> set[tuple[str, str]]:
    """(table, privilege) for every privilege on a whole table or on any of its columns."""
    return set(
        rows(
            """SELECT c.relname::text, p FROM pg_class c,
                 unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) AS p
               WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
                 AND has_any_column_privilege(%s, c.oid, p)
               UNION
               SELECT c.relname::text, p FROM pg_class c,
                 unnest(ARRAY['DELETE', 'TRUNCATE', 'TRIGGER']) AS p
               WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
                 AND has_table_privilege(%s, c.oid, p)""",
            role,
            role,
        )
    )


def test_the_application_only_reads_and_writes_rows():
    powers = {privilege for _, privilege in granted("ecg_app")}
    assert powers == {"SELECT", "INSERT", "UPDATE", "DELETE"}


def test_the_application_changes_no_shared_table_it_should_only_read():
    changed = {table for table, power in granted("ecg_app") if power != "SELECT"}
    assert not changed & catalog.READ_ONLY_TABLES


def test_the_application_adds_no_organization_and_changes_nothing_written_once():
    powers = granted("ecg_app")
    assert (catalog.ORGANIZATION, "INSERT") not in powers
    for table in catalog.APPEND_ONLY_TABLES:
        assert {power for name, power in powers if name == table} == {"SELECT", "INSERT"}


def test_nothing_is_granted_to_everyone():
    found = rows(
        """SELECT relname FROM pg_class, aclexplode(relacl) AS a
           WHERE a.grantee = 0 AND relnamespace IN ('public'::regnamespace, 'app'::regnamespace)"""
    )
    assert found == []
    assert column("SELECT has_schema_privilege('public', 'public', 'CREATE')") == [False]
    assert column("SELECT has_schema_privilege('public', 'app', 'USAGE')") == [False]


def test_only_the_owner_makes_tables():
    roles = ["ecg_app", "ecg_dispatch", "ecg_lookup", "ecg_platform", "ecg_backup"]
    makers = column(
        "SELECT r FROM unnest(%s::text[]) AS r WHERE has_schema_privilege(r, 'public', 'CREATE')",
        roles,
    )
    assert makers == []


def claim_columns() -> list[tuple[str, str, bool]]:
    readable = set(DISPATCH_READS.split(", "))
    found = rows(
        """SELECT c.relname::text, a.attname::text FROM pg_attribute a
           JOIN pg_class c ON c.oid = a.attrelid
           WHERE c.relname = ANY(%s) AND a.attnum > 0 AND NOT a.attisdropped""",
        sorted(catalog.leased_tables()),
    )
    return [(table, name, name in readable) for table, name in found]


def test_the_dispatch_role_reads_claim_columns_and_no_other():
    refused = []
    with raw_connection("dispatch") as raw:
        for table, name, readable in claim_columns():
            try:
                raw.execute(f'SELECT "{name}" FROM {table} LIMIT 0')
                assert readable, f"{table}.{name} can be read"
            except psycopg.errors.InsufficientPrivilege:
                assert not readable, f"{table}.{name} cannot be read"
                refused.append(name)
    assert {"filename", "sha256", "recording_id"} <= set(refused)


def test_the_dispatch_role_changes_only_what_a_claim_changes():
    writable = set(DISPATCH_WRITES.split(", "))
    with raw_connection("dispatch") as raw:
        for table, name, _ in claim_columns():
            if name in writable:
                raw.execute(f'UPDATE {table} SET "{name}" = NULL WHERE false')
                continue
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                raw.execute(f'UPDATE {table} SET "{name}" = NULL WHERE false')


def test_the_dispatch_role_adds_and_deletes_nothing_and_sees_no_other_table():
    powers = granted("ecg_dispatch")
    assert {table for table, _ in powers} == catalog.leased_tables()
    assert {power for _, power in powers} == {"SELECT", "UPDATE"}


def test_the_platform_role_reaches_configuration_only():
    tables = {table for table, _ in granted("ecg_platform")}
    assert tables - {"tenants_user"} == CONFIGURATION_TABLES
    assert {p for t, p in granted("ecg_platform") if t == "tenants_user"} == {"SELECT"}


def test_the_platform_role_is_refused_at_clinical_tables():
    clinical = catalog.tenant_tables() - CONFIGURATION_TABLES
    assert {"ecg_patient", "ecg_recording", "reports_report", "audit_auditevent"} <= clinical
    with raw_connection("platform") as raw:
        for table in sorted(clinical):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                raw.execute(f"SELECT 1 FROM {table} LIMIT 0")


def test_the_lookup_role_reads_the_lookup_tables_and_cannot_sign_in():
    assert granted("ecg_lookup") == {(table, "SELECT") for table in catalog.LOOKUP_TABLES}
    assert column("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'ecg_lookup'") == [False]


def test_the_application_cannot_become_another_role():
    found = rows(
        """SELECT r::text FROM unnest(ARRAY['ecg_owner', 'ecg_dispatch', 'ecg_lookup',
             'ecg_platform', 'ecg_backup']) AS r WHERE pg_has_role('ecg_app', r, 'MEMBER')"""
    )
    assert found == []


def test_the_backup_role_only_reads():
    assert {power for _, power in granted("ecg_backup")} == {"SELECT"}
