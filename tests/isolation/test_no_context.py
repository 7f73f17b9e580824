"""Without an organization there is nothing to see and nothing to do."""

from __future__ import annotations

import uuid

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.utils.module_loading import import_string

from apps.audit import actions as audit
from apps.core.leases import Lease
from apps.core.scope import ScopeError
from apps.ecg.models import Patient, StageRun
from apps.tenants.models import Organization
from config.pipeline import LEASED, SLOW, STAGES
from tests.factories import inside, make_recording, make_stage_run
from tests.isolation.rows import ONE_EACH, make_row, named, tenant_models, unsaved_row

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", tenant_models(), ids=named)
def test_rows_cannot_be_read(model, mercy):
    make_row(model, mercy)
    with pytest.raises(ScopeError):
        model.objects.count()
    assert model._base_manager.count() == 0
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {model._meta.db_table}")
        assert cursor.fetchone() == (0,)
    with inside(mercy):
        assert model.objects.count() >= 1


@pytest.mark.parametrize("model", tenant_models(), ids=named)
def test_rows_cannot_be_added(model, mercy):
    row = unsaved_row(model, mercy)
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        row.save(force_insert=True)
    if model not in ONE_EACH:
        with inside(mercy):
            row.save(force_insert=True)


def test_organizations_cannot_be_listed(mercy):
    assert Organization.objects.count() == 0
    with inside(mercy):
        assert list(Organization.objects.all()) == [mercy]


@pytest.mark.parametrize("label", LEASED)
def test_jobs_refuse_to_run(label, mercy):
    row = make_row(apps.get_model(label), mercy)
    lease = Lease(type(row), row.pk, mercy.pk, uuid.uuid4(), 1)
    with pytest.raises(ScopeError):
        import_string(LEASED[label])(lease)


@pytest.mark.parametrize("stage", STAGES)
def test_stages_refuse_to_run(stage, mercy):
    run = make_stage_run(make_recording(mercy), stage, subject=f"run:{uuid.uuid4()}")
    lease = Lease(StageRun, run.pk, mercy.pk, uuid.uuid4(), 1)
    given = (run, lease) if stage in SLOW else (run,)
    with pytest.raises((ScopeError, LookupError)):
        import_string(STAGES[stage])(*given)


def test_events_cannot_be_recorded():
    with pytest.raises(ScopeError):
        audit.record("ecg.recording.viewed")


def test_an_empty_setting_is_no_organization(mercy):
    make_row(Patient, mercy)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.organization_id', '', true)")
        cursor.execute("SELECT app.current_org(), (SELECT count(*) FROM ecg_patient)")
        assert cursor.fetchone() == (None, 0)
