"""Statements prepared on the server belong to a session, and a session serves organizations in
turn: whatever plan it keeps, each sees its own rows."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from apps.core.scope import organization_scope
from apps.ecg.models import Patient
from tests.database import committed
from tests.factories import make_patient

ENOUGH_TO_BE_PREPARED = 8


@committed
@pytest.mark.parametrize("plans", ["force_generic_plan", "force_custom_plan", "auto"])
def test_one_prepared_statement_shows_each_organization_its_own_rows(mercy, lakeside, plans):
    theirs = {one.pk: make_patient(one).pk for one in (mercy, lakeside)}
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('plan_cache_mode', %s, false)", [plans])
    try:
        for _ in range(ENOUGH_TO_BE_PREPARED):
            for organization_id, own in theirs.items():
                with organization_scope(organization_id), transaction.atomic():
                    found = Patient.objects.filter(pk__in=sorted(theirs.values()))
                    assert [one.pk for one in found] == [own]
        assert times_planned_for("ecg_patient") > 0
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET plan_cache_mode")


def times_planned_for(table: str) -> int:
    """How often the connection has executed a statement on the table that it holds prepared."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(generic_plans + custom_plans), 0) FROM pg_prepared_statements"
            " WHERE statement LIKE '%%FROM \"' || %s || '\"%%'",
            [table],
        )
        return int(cursor.fetchone()[0])
