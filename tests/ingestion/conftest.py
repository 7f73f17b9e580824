"""Looking into the whole database, past every policy."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.database import raw_connection

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
