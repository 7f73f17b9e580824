"""Looking into the whole database, past every policy."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.database import raw_connection
from tests.ingestion.clamd import Clamd, program, running

TABLES = """
SELECT relname FROM pg_class
 WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname"""


@pytest.fixture
def owner_dump(db: None) -> Callable[[str], list[str]]:
    """Names of the tables where a text stands in any column of any row."""

    def tables_with(text: str) -> list[str]:
        found = []
        with raw_connection("owner") as raw, raw.transaction(force_rollback=True):
            for (table,) in raw.execute(TABLES).fetchall():
                raw.execute(f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY')
                asked = f'SELECT 1 FROM "{table}" t WHERE t::text LIKE %s LIMIT 1'
                if raw.execute(asked, [f"%{text}%"]).fetchone():
                    found.append(table)
        return found

    return tables_with


@pytest.fixture(scope="session")
def clamd() -> Iterator[Clamd]:
    """One for the whole run of this process; a missing program is an error in CI."""
    if program() is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("MISSING: clamd (clamav-daemon)")
    with running() as peer:
        yield peer


@pytest.fixture
def scanned(clamd: Clamd, settings: Any) -> Clamd:
    """Every file of the test is looked at by a real scanner."""
    settings.CLAMD = clamd.unix
    return clamd
