"""A row whose key is taken is left as it stands, in one statement."""

from __future__ import annotations

import uuid

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from apps.core.insert import insert_unless_there
from apps.ingestion.models import Ingress
from tests.database import committed
from tests.factories import inside

pytestmark = committed


@pytest.fixture
def new(mercy):
    def make(key, filename="first.dcm"):
        return Ingress(
            organization_id=mercy.pk,
            source="web",
            idem_key=key,
            sha256="0" * 64,
            size=1,
            filename=filename,
        )

    return make


def test_a_new_row_is_written_and_knows_what_the_database_gave_it(mercy, new):
    with inside(mercy):
        row = new("one")
        assert insert_unless_there(row)
        kept = Ingress.objects.get(pk=row.pk)
        assert (kept.public_id, kept.available_at) == (row.public_id, row.available_at)
        row.filename = "renamed.dcm"
        row.save()
        assert Ingress.objects.count() == 1


def test_a_taken_key_leaves_the_row_that_holds_it(mercy, new):
    with inside(mercy):
        assert insert_unless_there(new("one"))
        second = new("one", "second.dcm")
        assert not insert_unless_there(second)
        assert second.pk is None
        assert Ingress.objects.get(idem_key="one").filename == "first.dcm"
        # The transaction goes on: nothing was raised inside it.
        assert insert_unless_there(new(uuid.uuid4().hex))


@pytest.mark.parametrize("taken", [False, True])
def test_it_takes_one_statement(mercy, new, taken):
    with inside(mercy):
        if taken:
            insert_unless_there(new("one"))
        with CaptureQueriesContext(connection) as captured:
            insert_unless_there(new("one"))
    assert len(captured) == 1


def test_a_row_of_another_organization_is_refused(mercy, lakeside, new):
    with inside(lakeside), pytest.raises(DatabaseError, match="row-level security"):
        insert_unless_there(new("one"))
