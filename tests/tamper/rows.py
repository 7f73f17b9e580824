"""The same trials on rows: changed in the database by the tables' owner with their guards off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from apps.audit.chain import _APPEND, _VALUES, Link, _columns
from apps.audit.verify import ChainResult, End, verify_chain
from tests.database import raw_connection
from tests.tamper.chains import Chain
from tests.tamper.kinds import Tampered

TABLES = ("audit_auditevent", "audit_audithead")
_INSERT = "INSERT" + _APPEND.split("INSERT", 1)[1]


class Rows:
    """One organization's chain, replaced as a whole."""

    def __init__(self, organization_id: int, owner: psycopg.Connection[Any]) -> None:
        self.organization_id, self.owner = organization_id, owner

    def judge(self, chain: Chain, tampered: Tampered) -> tuple[ChainResult, ChainResult]:
        self._write(chain.links, chain.end)
        before = verify_chain(self.organization_id, chain.trail)
        self._write(tampered.links, tampered.end)
        return before, verify_chain(self.organization_id, chain.trail)

    def _write(self, links: list[Link], end: End) -> None:
        mine = "WHERE organization_id = %s"
        with self.owner.transaction():
            self.owner.execute(f"DELETE FROM audit_auditevent {mine}", [self.organization_id])
            values = [value for link in links for value in _columns(link)]
            if links:
                self.owner.execute(_INSERT + ", ".join([_VALUES] * len(links)), values)
            self.owner.execute(
                f"UPDATE audit_audithead SET seq = %s, mac = %s {mine}",
                [end.seq, end.mac, self.organization_id],
            )


@contextmanager
def unguarded(organization_id: int) -> Iterator[Rows]:
    with raw_connection("owner") as owner:
        for table in TABLES:
            owner.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        try:
            yield Rows(organization_id, owner)
        finally:
            for table in TABLES:
                owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
                owner.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
