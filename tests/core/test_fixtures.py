"""The fixtures everyone leans on."""

from __future__ import annotations

import pytest
from django.db import connection

from apps.audit.models import AuditHead
from apps.core.scope import ScopeError
from apps.ecg.models import Patient, Recording
from tests.database import committed
from tests.factories import inside, make_organization, make_patient


def test_people_stand_in_their_organization(reader, technician, admin_user, stranger, mercy):
    from apps.tenants.lookups import memberships_of

    roles = [memberships_of(user.pk)[0].role for user in (reader, technician, admin_user)]
    assert roles == ["reader", "technician", "administrator"]
    assert memberships_of(stranger.pk)[0].organization_id != mercy.pk


def test_a_recording_has_its_waveform_and_report(recording, mercy):
    from apps.ecg import waveforms

    with inside(mercy):
        assert waveforms.load(recording).samples == recording.samples
        assert recording.reports.get().status == "draft"


def test_queries_outside_a_scope_are_refused(mercy):
    with pytest.raises(ScopeError):
        Patient.objects.count()


@committed
@pytest.mark.parametrize("run", [1, 2, 3])
def test_committed_rows_are_gone_in_the_next_test(mercy, lakeside, run):
    for organization in (mercy, lakeside, make_organization("northside")):
        with inside(organization):
            assert Recording.objects.count() == Patient.objects.count() == 0
            assert AuditHead.objects.get().organization_id == organization.pk
        make_patient(organization)


@committed
def test_the_application_role_is_the_one_that_tests(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("ecg_app",)
