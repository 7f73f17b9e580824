"""The database under the fault: restarted, copied as a backup is, and put back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connections
from psycopg import sql

from deploy.embedded.postgres import Cluster
from tests.database import TestDatabase, point_at, raw_connection

_ENDED = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE datname = current_database() AND usename = current_user
   AND pid <> pg_backend_pid() AND state = 'idle in transaction'"""


@dataclass
class Shared:
    """One that others use too: it is not restarted, the sessions in a transaction end."""

    database: TestDatabase

    def restart(self) -> None:
        for alias in connections:
            with raw_connection(alias) as session:
                session.execute(_ENDED)

    @contextmanager
    def backup(self) -> Iterator[str]:
        """A copy of the database as it is now; deleted at the end."""
        self.database.let_go()
        name = f"{self.database.name}_backup"
        with raw_connection("owner", dbname="postgres") as maintenance:
            make = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            maintenance.execute(
                make.format(sql.Identifier(name), sql.Identifier(self.database.name))
            )
            point_at(self.database.name)
            try:
                yield name
            finally:
                point_at(self.database.name)
                maintenance.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


@dataclass
class Own(Shared):
    """One that is ours alone."""

    cluster: Cluster

    def restart(self) -> None:
        connections.close_all()
        self.cluster.stop()
        self.cluster.start()
        self.database.let_go()
        point_at(self.database.name)
