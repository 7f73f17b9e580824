"""System checks: every field says what it holds and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, register
from django.db.models import BinaryField, Field, Model

from apps.core.fields import DATA_CLASSES, SealedField, SecretField

# Fields that Django's own abstract models bring along.
FOREIGN_FIELDS = {"id", "password", "last_login", "is_superuser"}


@register()
def fields_say_what_they_hold(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """A db_comment of the form “class: purpose.” on every field of our models."""
    return [
        Error(
            f"{model._meta.label}.{field.name} needs db_comment '<class>: <purpose>.', class one of"
            f" {', '.join(DATA_CLASSES)}",
            obj=field,
            id="core.E001",
        )
        for model, field in _our_fields()
        if not _says_it(field)
    ]


@register()
def secrets_are_sealed(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """What a field says it holds sealed, or as a secret, is found when keys are replaced."""
    return [
        Error(
            f"{model._meta.label}.{field.name} must be a {wanted.__name__}"
            " (a SecretField in a model with a public_id)",
            obj=field,
            id="core.E002",
        )
        for model, field in _our_fields()
        if (wanted := _sealed_as(field)) and not _is_sealed(model, field, wanted)
    ]


def _sealed_as(field: Field[Any, Any]) -> type[SealedField] | None:
    """By its class or by its words: “secret”, “sealed”."""
    words = (field.db_comment or "").lower()
    if isinstance(field, SecretField) or "secret" in words:
        return SecretField
    return SealedField if isinstance(field, BinaryField) and "sealed" in words else None


def _is_sealed(model: type[Model], field: Field[Any, Any], wanted: type[SealedField]) -> bool:
    return isinstance(field, wanted) and (wanted is SealedField or _is_named(model))


def _is_named(model: type[Model]) -> bool:
    return any(field.name == "public_id" for field in model._meta.fields)


def _our_fields() -> Iterator[tuple[type[Model], Field[Any, Any]]]:
    for model in apps.get_models():
        if model.__module__.startswith("apps."):
            for field in model._meta.local_fields:
                if field.name not in FOREIGN_FIELDS:
                    yield model, field


def _says_it(field: Field[Any, Any]) -> bool:
    kind, colon, purpose = (field.db_comment or "").partition(": ")
    return bool(colon) and kind in DATA_CLASSES and len(purpose) > 8 and purpose.endswith(".")
