"""One row of any tenant model, with parents of its own, from nothing but the model's fields."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import models

from apps.audit.models import AuditHead
from apps.core.fields import OrgForeignKey, SharedForeignKey, Tenant
from apps.ecg.models import ReaderMeasurement
from apps.reports.models import Retraction
from apps.tenants.models import DataKey, Organization
from tests.factories import inside, make_user

# Onboarding makes the only row an organization may have of these.
ONE_EACH = {AuditHead}
# What a further row must say beside those that every organization has.
FURTHER: dict[Any, dict[str, Any]] = {
    DataKey: {"state": "retired", "destroyed_at": None, "destroyed_by": None},
    ReaderMeasurement: {"struck_at": None, "struck_by": None},
    Retraction: {"refused_at": None, "refused_by": None},
}
# A row is in force: what ends it stays empty.
ENDS = {"revoked_at"}

_numbers = itertools.count(1)


def tenant_models() -> list[type[models.Model]]:
    """Every model whose rows belong to one organization."""
    return [model for model in apps.get_models() if issubclass(model, Tenant)]


def named(model: type[models.Model]) -> str:
    return model._meta.label


def unsaved_row(model: type[models.Model], organization: Organization, **given: Any) -> Any:
    """An instance that could be saved in the organization's scope; its parents are saved."""
    values = {"organization": organization} | FURTHER.get(model, {})
    for field in model._meta.local_fields:
        made_elsewhere = field.primary_key or field.generated
        if field.name not in values | given and not made_elsewhere:
            values[field.name] = _value(field, organization)
    return model(**(values | given))


def make_row(model: type[models.Model], organization: Organization, **given: Any) -> Any:
    if model in ONE_EACH:
        with inside(organization):
            return model.objects.get()
    row = unsaved_row(model, organization, **given)
    with inside(organization):
        row.save(force_insert=True)
    return row


def _value(field: models.Field[Any, Any], organization: Organization) -> Any:
    if field.null and field.related_model is field.model:
        return None  # the first of its kind refers to no other
    if isinstance(field, OrgForeignKey):
        return make_row(field.related_model, organization)
    if isinstance(field, SharedForeignKey):
        return make_user(None)
    if field.name in ENDS:
        return None
    if field.has_default() and not isinstance(field, models.CharField | models.IntegerField):
        return field.get_default()
    if field.choices:
        return field.choices[0][0]
    number = next(_numbers)
    for kind, value in _plain_values(number):
        if isinstance(field, kind):
            return value[: field.max_length] if isinstance(value, str) else value
    raise NotImplementedError(f"no value for {field!r}")


def _plain_values(number: int) -> list[tuple[Any, Any]]:
    return [
        (models.TextField, f"{number}"),
        (models.CharField, f"{number}"),
        (models.SmallIntegerField, number % 1000),
        (models.PositiveSmallIntegerField, number % 1000),
        (models.IntegerField, number),
        (models.FloatField, float(number)),
        (models.DecimalField, Decimal(number % 1000)),
        (models.DateTimeField, dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(hours=number)),
        (models.DateField, dt.date(2000, 1, 1) + dt.timedelta(days=number)),
        (models.BooleanField, False),
        (models.UUIDField, uuid.uuid4()),
        (models.BinaryField, b"0"),
        (models.JSONField, {}),
    ]
