"""Several statements in one call, beside a session whose statements are prepared."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from apps.core.postgres.several import cursor_of_several

pytestmark = pytest.mark.django_db

TWO = "SELECT %s; SELECT %s"


def test_each_statement_has_its_own_answer():
    with cursor_of_several(connection) as cursor:
        cursor.execute(TWO, ["one", "two"])
        first = cursor.fetchone()
        cursor.nextset()
        assert (first, cursor.fetchone()) == (("one",), ("two",))


def test_the_usual_cursor_takes_one_only():
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(TWO, ["one", "two"])


def test_the_session_goes_on_as_before():
    with cursor_of_several(connection):
        pass
    test_the_usual_cursor_takes_one_only()


def test_what_is_written_into_the_text_is_quoted():
    with cursor_of_several(connection) as cursor:
        cursor.execute(TWO, ["'; DROP TABLE ecg_patient; --", r"\'"])
        first = cursor.fetchone()
        cursor.nextset()
        assert (first, cursor.fetchone()) == (("'; DROP TABLE ecg_patient; --",), (r"\'",))
