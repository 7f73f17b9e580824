"""A cursor for several statements in one call."""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql.base import Cursor


def cursor_of_several(connection: Any) -> Any:
    """As `connection.cursor()`, with parameters written into the text by the driver.

    Those apart from it belong to one statement, by the protocol of PostgreSQL.
    """
    connection.ensure_connection()
    session = connection.connection
    usual = session.cursor_factory
    session.cursor_factory = Cursor
    try:
        return connection.cursor()
    finally:
        session.cursor_factory = usual
