"""What is written once cannot be changed by any role, its owner included."""

from __future__ import annotations

import psycopg
import pytest

from config.isolation import WRITTEN_ONCE_TABLES
from tests.database import committed, raw_connection
from tests.isolation.rows import make_row, named, tenant_models

WRITTEN_ONCE = [m for m in tenant_models() if m._meta.db_table in WRITTEN_ONCE_TABLES]


def test_the_tables_are_models():
    assert len(WRITTEN_ONCE) == len(WRITTEN_ONCE_TABLES)


CHANGES = ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"]


@committed
@pytest.mark.parametrize("model", WRITTEN_ONCE, ids=named)
@pytest.mark.parametrize("change", CHANGES)
def test_the_owner_changes_nothing(model, change, mercy):
    make_row(model, mercy)
    table = model._meta.db_table
    with raw_connection("owner") as raw, raw.transaction(force_rollback=True):
        raw.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        with pytest.raises(psycopg.errors.RestrictViolation):
            raw.execute(change.format(table))


@committed
@pytest.mark.parametrize("model", WRITTEN_ONCE, ids=named)
@pytest.mark.parametrize("change", CHANGES)
def test_the_application_changes_nothing(model, change, mercy):
    make_row(model, mercy)
    with raw_connection("default") as raw, pytest.raises(psycopg.errors.InsufficientPrivilege):
        raw.execute(change.format(model._meta.db_table))
