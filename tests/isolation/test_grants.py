"""Each database role, asked to do more than its work, is refused.

That each has exactly its grants is proven from the catalog; here the roles try.
"""

from __future__ import annotations

import psycopg
import pytest

from apps.core.isolation import catalog
from apps.core.isolation.catalog import rows
from apps.core.rls import DISPATCH_READS, DISPATCH_WRITES
from config.isolation import CONFIGURATION_TABLES
from tests.database import raw_connection

pytestmark = pytest.mark.django_db


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


def test_the_platform_role_is_refused_at_clinical_tables():
    clinical = catalog.tenant_tables() - set(CONFIGURATION_TABLES)
    assert {"ecg_patient", "ecg_recording", "reports_report", "audit_auditevent"} <= clinical
    with raw_connection("platform") as raw:
        for table in sorted(clinical):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                raw.execute(f"SELECT 1 FROM {table} LIMIT 0")


@pytest.mark.parametrize("alias", ["default", "dispatch", "platform"])
@pytest.mark.parametrize("role", ["ecg_owner", "ecg_lookup", "ecg_backup"])
def test_no_role_becomes_another(alias, role):
    with raw_connection(alias) as raw, pytest.raises(psycopg.errors.InsufficientPrivilege):
        raw.execute(f"SET ROLE {role}")
