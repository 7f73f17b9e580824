"""For each table: another organization's rows cannot be seen, changed, removed or referred to."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, connection

from apps.core.fields import OrgForeignKey
from config.isolation import LOOKUP_KEYS
from tests.factories import inside
from tests.isolation.rows import ONE_EACH, make_row, named, tenant_models, unsaved_row

pytestmark = pytest.mark.django_db

MODELS = tenant_models()
REFERENCES = [
    (model, field.name)
    for model in MODELS
    for field in model._meta.local_fields
    if isinstance(field, OrgForeignKey)
]


def run(sql, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.rowcount


def allowed(model, privilege):
    return run("SELECT 1 WHERE has_table_privilege(%s, %s)", model._meta.db_table, privilege)


@pytest.mark.parametrize("model", MODELS, ids=named)
def test_a_row_cannot_be_read(model, mercy, lakeside):
    row = make_row(model, mercy)
    with inside(mercy):
        assert model.objects.filter(pk=row.pk).exists()
    with inside(lakeside):
        assert not model.objects.filter(pk=row.pk).exists()
        assert not model._base_manager.filter(organization=mercy).exists()
        assert run(f"SELECT 1 FROM {model._meta.db_table} WHERE id = %s", row.pk) == 0


@pytest.mark.parametrize("model", MODELS, ids=named)
def test_a_row_cannot_be_given_to_another(model, mercy, lakeside):
    row = unsaved_row(model, mercy)
    with pytest.raises(DatabaseError, match="row-level security"), inside(lakeside):
        row.save(force_insert=True)
    if model not in ONE_EACH:
        with inside(mercy):
            row.save(force_insert=True)


@pytest.mark.parametrize("model", MODELS, ids=named)
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_a_row_cannot_be_changed_or_removed(model, change, mercy, lakeside):
    row = make_row(model, mercy)
    sql = change.format(model._meta.db_table) + " WHERE id = %s"
    if not allowed(model, change.split()[0]):
        with pytest.raises(DatabaseError, match="permission denied"), inside(mercy):
            run(sql, row.pk)
        return
    with inside(lakeside):
        assert run(sql, row.pk) == 0
    with inside(mercy):
        assert run(sql, row.pk) == 1


@pytest.mark.parametrize("model", MODELS, ids=named)
def test_a_row_cannot_be_moved_to_another(model, mercy, lakeside):
    row = make_row(model, mercy)
    if not allowed(model, "UPDATE"):
        return
    sql = f"UPDATE {model._meta.db_table} SET organization_id = %s WHERE id = %s"
    with pytest.raises(DatabaseError, match="row-level security"), inside(mercy):
        run(sql, lakeside.pk, row.pk)


@pytest.mark.parametrize(
    ("model", "reference"), REFERENCES, ids=[f"{named(m)}.{r}" for m, r in REFERENCES]
)
def test_a_reference_cannot_cross(model, reference, mercy, lakeside):
    parent_model = model._meta.get_field(reference).related_model
    foreign, own = make_row(parent_model, mercy), make_row(parent_model, lakeside)
    crossing = unsaved_row(model, lakeside, **{reference: foreign})
    with pytest.raises(IntegrityError, match="foreign key"), inside(lakeside):
        crossing.save(force_insert=True)
    with inside(lakeside):
        unsaved_row(model, lakeside, **{reference: own}).save(force_insert=True)


@pytest.mark.parametrize("model", [m for m in MODELS if m not in ONE_EACH], ids=named)
def test_a_key_taken_elsewhere_is_free_here(model, mercy, lakeside):
    """A unique key without the organization would tell of the other's row."""
    row = make_row(model, mercy)
    values = {
        field.name: getattr(row, field.name)
        for field in model._meta.local_fields
        if not (field.is_relation or field.primary_key or field.name == "public_id")
        and (model._meta.db_table, field.name) not in LOOKUP_KEYS
    }
    with inside(lakeside):
        unsaved_row(model, lakeside, **values).save(force_insert=True)
