"""Models say in Python what the database enforces."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import models

from apps.core.fields import OrgForeignKey, ScopedManager, SharedForeignKey, Tenant
from apps.core.isolation import catalog
from apps.core.leases import Leased
from apps.tenants.models import Organization
from config.pipeline import LEASED
from tests.isolation.rows import named, tenant_models

MODELS = tenant_models()


@pytest.mark.parametrize("model", MODELS, ids=named)
def test_every_manager_refuses_work_outside_a_scope(model):
    assert all(isinstance(manager, ScopedManager) for manager in model._meta.managers)


@pytest.mark.parametrize("model", MODELS, ids=named)
def test_references_stay_inside_the_organization(model):
    for field in model._meta.local_fields:
        if not field.is_relation or field.name == "organization":
            continue
        inside = issubclass(field.related_model, Tenant)
        assert isinstance(field, OrgForeignKey if inside else SharedForeignKey), field
        assert not field.db_constraint
        assert field.remote_field.on_delete is models.PROTECT


@pytest.mark.parametrize("model", MODELS, ids=named)
def test_there_are_no_implicit_tables_between_models(model):
    assert not model._meta.local_many_to_many


def test_a_model_with_an_organization_is_a_tenant_model():
    holders = [
        model
        for model in apps.get_models()
        if any(field.related_model is Organization for field in model._meta.local_fields)
    ]
    assert set(holders) == set(MODELS)
    assert len(MODELS) > 20


@pytest.mark.django_db
def test_the_models_are_the_guarded_tables():
    tables = {model._meta.db_table for model in MODELS} | {Organization._meta.db_table}
    assert tables == catalog.tenant_tables()


@pytest.mark.django_db
@pytest.mark.parametrize("model", MODELS, ids=named)
def test_every_reference_has_its_composite_key(model):
    found = catalog.column(
        """SELECT a.attname::text FROM pg_constraint n, unnest(n.conkey) AS k
           JOIN pg_attribute a ON a.attnum = k
           WHERE n.contype = 'f' AND n.conrelid = %s::regclass AND a.attrelid = n.conrelid""",
        model._meta.db_table,
    )
    references = {field.column for field in model._meta.local_fields if field.is_relation}
    assert references <= set(found)


def test_every_leased_model_is_drained():
    leased = {model._meta.label for model in apps.get_models() if issubclass(model, Leased)}
    assert leased == set(LEASED)
