"""Locks on names that have no row yet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from apps.core.postgres.several import cursor_of_several

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


def lock_until_commit(*names: str) -> None:
    """Wait for other transactions that hold a name, one after another in the order given.

    Needs an open transaction.
    """
    with cursor_of_several(connection) as cursor:
        # A statement for each: one that read names from a list could lock them in any order.
        cursor.execute("; ".join([_LOCK] * len(names)), names)


@contextmanager
def held(name: str) -> Iterator[bool]:
    """Hold a name for the block, over its transactions; False where another process does.

    The lock is of this thread's connection: whoever loses that has lost the lock, and finds out
    at the next statement.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 1))", [name])
        is_mine = bool(cursor.fetchone()[0])
    try:
        yield is_mine
    finally:
        if is_mine and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 1))", [name])
