"""How scopes nest, and what they leave behind: nothing."""

from __future__ import annotations

import contextvars
import threading

import pytest
from django.db import DatabaseError, close_old_connections, connection, transaction

from apps.core.scope import ScopeError, current_organization, organization_scope
from apps.ecg.models import Patient
from tests.database import committed, raw_connection
from tests.factories import make_patient

ANY = 10**9


def pinned():
    with connection.cursor() as cursor:
        cursor.execute("SELECT app.current_org()")
        return cursor.fetchone()[0]


def test_the_same_scope_again_does_nothing():
    with organization_scope(ANY), organization_scope(ANY):
        assert current_organization() == ANY
    assert current_organization() is None


def test_a_second_organization_inside_a_scope_is_refused():
    with organization_scope(ANY):
        with pytest.raises(ScopeError), organization_scope(ANY + 1):
            pass
        assert current_organization() == ANY


def test_an_error_closes_the_scope():
    with pytest.raises(ZeroDivisionError), organization_scope(ANY):
        raise ZeroDivisionError
    assert current_organization() is None


def test_a_new_thread_starts_without_a_scope():
    found = []
    with organization_scope(ANY):
        thread = threading.Thread(target=lambda: found.append(current_organization()))
        thread.start()
        thread.join()
        copied = contextvars.copy_context().run(current_organization)
    assert (found, copied) == ([None], ANY)


@committed
def test_a_scope_opened_inside_a_transaction_holds_at_once_and_ends_with_the_scope(mercy):
    make_patient(mercy)
    with transaction.atomic():
        assert pinned() is None
        with organization_scope(mercy.pk):
            assert pinned() == mercy.pk
            assert Patient.objects.count() == 1
        assert pinned() is None


@committed
def test_two_scopes_in_turn_inside_one_transaction_see_their_own(mercy, lakeside):
    make_patient(mercy, family_name="Mercyman")
    make_patient(lakeside, family_name="Lakesider")
    found = []
    with transaction.atomic():
        for organization in (mercy, lakeside, mercy):
            with organization_scope(organization.pk):
                found.append(Patient.objects.get().family_name)
    assert found == ["Mercyman", "Lakesider", "Mercyman"]


@committed
def test_without_a_transaction_even_a_scope_sees_no_row(mercy):
    make_patient(mercy)
    with organization_scope(mercy.pk):
        assert Patient.objects.count() == 0


@committed
def test_a_kept_connection_carries_nothing_over(mercy):
    make_patient(mercy)
    with organization_scope(mercy.pk), transaction.atomic():
        server = connection.connection.info.backend_pid
    close_old_connections()
    assert pinned() is None
    assert connection.connection.info.backend_pid == server
    with transaction.atomic():
        assert pinned() is None


@committed
def test_a_scope_ends_cleanly_in_a_broken_transaction(mercy):
    with pytest.raises(DatabaseError), transaction.atomic(), organization_scope(mercy.pk):
        connection.cursor().execute("SELECT 1 / 0")
    assert (current_organization(), pinned()) == (None, None)


def test_a_scope_ends_cleanly_in_a_transaction_that_must_be_rolled_back(mercy):
    with transaction.atomic():
        with organization_scope(mercy.pk):
            # As an error inside an inner atomic leaves it: the server has seen nothing.
            transaction.set_rollback(True)
        assert current_organization() is None
    with transaction.atomic(), organization_scope(mercy.pk):
        assert Patient.objects.count() == 0


@committed
def test_a_savepoint_rolled_back_keeps_the_scope(mercy):
    make_patient(mercy)
    with organization_scope(mercy.pk), transaction.atomic():
        with pytest.raises(DatabaseError), transaction.atomic():
            connection.cursor().execute("SELECT 1 / 0")
        assert Patient.objects.count() == 1


@committed
def test_a_savepoint_rolled_back_over_the_end_of_a_scope_leaves_none(mercy):
    """Rolling back restores the setting of the moment the savepoint was made."""
    make_patient(mercy)
    with transaction.atomic():
        undone = transaction.savepoint()
        with organization_scope(mercy.pk):
            assert pinned() == mercy.pk
        transaction.savepoint_rollback(undone)
        assert pinned() is None


@committed
def test_a_connection_killed_by_the_server_is_replaced(mercy):
    make_patient(mercy)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    with raw_connection("default") as raw:
        raw.execute("SELECT pg_terminate_backend(%s)", [pid])
    with pytest.raises(DatabaseError), organization_scope(mercy.pk), transaction.atomic():
        Patient.objects.count()
    with organization_scope(mercy.pk), transaction.atomic():
        assert Patient.objects.count() == 1
