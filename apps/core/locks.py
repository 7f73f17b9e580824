"""Locks on names that have no row yet."""

from django.db import connection


def lock_until_commit(name: str) -> None:
    """Wait for other transactions that hold the same name. Needs an open transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
