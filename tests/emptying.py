"""Emptying a test's database: a few DELETEs where the cluster is the run's own, else TRUNCATE."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

KEPT = ("django_migrations", "django_content_type", "auth_permission")
# Beyond this, dead rows cost a test more to step over than the server to sweep out.
SWEPT_FROM = 512 * 1024


class Deleting:
    """What lies in the tables, as the superuser: no trigger fires and no foreign key is followed.

    TRUNCATE would reach nearly every table through the foreign keys, at a millisecond each, where
    a test fills ten. Like it, this leaves tables that were never counted: a plan is the same in
    whatever order tests come, so nothing else may count them either.
    """

    def __init__(self, superuser: psycopg.Connection[Any]) -> None:
        self.connection = superuser
        self.connection.execute("SET session_replication_role = replica")
        self.connection.execute("ALTER SYSTEM SET autovacuum = off")
        self.connection.execute("SELECT pg_reload_conf()")
        self.tables: list[str] = []
        self.filled = sql.SQL("")

    def empty(self) -> bool:
        """False, and nothing done, while another session's rows are on their way."""
        if self.connection.execute(_WRITING).fetchone():
            return False
        self._look_for_tables()
        found = [row[0] for row in self.connection.execute(self.filled, prepare=True)]
        if found:
            delete = [sql.SQL("DELETE FROM {}").format(sql.Identifier(name)) for name in found]
            self.connection.execute(sql.SQL("; ").join(delete))
        for (name,) in self.connection.execute(_SPREAD, [SWEPT_FROM], prepare=True).fetchall():
            self.connection.execute(sql.SQL("VACUUM {}").format(sql.Identifier(name)))
        self.connection.execute(_UNCOUNT, prepare=True)
        return True

    def let_server_count(self) -> None:
        """It counts and sweeps its tables again by itself, as every server that runs for long."""
        self.connection.execute("ALTER SYSTEM RESET autovacuum")
        self.connection.execute("SELECT pg_reload_conf()")

    def _look_for_tables(self) -> None:
        """Tests make tables of their own, and drop them."""
        tables = [row[0] for row in self.connection.execute(_TABLES, [list(KEPT)], prepare=True)]
        if tables != self.tables:
            each = sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})")
            parts = [each.format(sql.Literal(name), sql.Identifier(name)) for name in tables]
            self.tables, self.filled = tables, sql.SQL(" UNION ALL ").join(parts)


def truncate(owner: psycopg.Connection[Any]) -> None:
    """As the owner, waiting for whoever writes; tables that refuse it are told not to."""
    with owner.transaction():
        filled = _identifiers(owner.execute(_FILLED, [list(KEPT)]))
        guarded = _identifiers(owner.execute(_GUARDED))
        for table in guarded:
            owner.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(table))
        owner.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.SQL(", ").join(filled)))
        for table in guarded:
            owner.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(table))


def _identifiers(rows: psycopg.Cursor[Any]) -> list[sql.Identifier]:
    return [sql.Identifier(row[0]) for row in rows]


_WRITING = """
SELECT FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_xid IS NOT NULL"""
_TABLES = """
SELECT relname FROM pg_class
 WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace
   AND relname <> ALL (%s)
 ORDER BY relname"""
_SPREAD = """
SELECT relname FROM pg_class
 WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > %s"""
_UNCOUNT = """
UPDATE pg_class SET reltuples = -1, relpages = 0, relallvisible = 0
 WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND reltuples <> -1"""
_FILLED = """
SELECT relname FROM pg_class
 WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
   AND relname <> ALL (%s) AND pg_relation_size(oid) > 0"""
_GUARDED = """
SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
 WHERE NOT t.tgisinternal AND t.tgname = 'append_only_whole'"""
