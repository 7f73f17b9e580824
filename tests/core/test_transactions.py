"""A transaction begins with its organization pinned and ends with nothing held open."""

import pytest
from django.db import DatabaseError, connection, transaction

from apps.core.locks import lock_until_commit
from apps.core.scope import organization_scope
from apps.ecg.models import Patient
from tests.database import committed
from tests.factories import inside, make_patient

pytestmark = committed


def pinned():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.organization_id', true)")
        return cursor.fetchone()[0]


def test_the_pin_lasts_as_long_as_the_transaction(mercy):
    with organization_scope(mercy.pk):
        with transaction.atomic():
            assert pinned() == str(mercy.pk)
        assert not pinned()
    with transaction.atomic():
        assert not pinned()


def test_what_is_undone_leaves_nothing_and_the_connection_usable(mercy):
    with inside(mercy):
        make_patient(mercy, family_name="Osei")
        transaction.set_rollback(True)
    with inside(mercy):
        assert not Patient.objects.exists()


def test_rows_read_piece_by_piece_end_with_the_transaction(mercy):
    for name in ("Osei", "Lind"):
        make_patient(mercy, family_name=name)
    with inside(mercy):
        rows = Patient.objects.order_by("family_name").iterator(chunk_size=1)
        assert next(rows).family_name == "Lind"
    with pytest.raises(DatabaseError):
        next(rows)


def test_names_are_locked_until_the_end(mercy):
    names = ("lock one", "lock two")
    taken = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
    counts = []
    for work in (lambda: lock_until_commit(*names), lambda: None):
        with transaction.atomic(), connection.cursor() as cursor:
            work()
            cursor.execute(taken)
            counts.append(cursor.fetchone()[0])
    assert counts == [2, 0]
