"""Inserting a row that may be there already."""

from __future__ import annotations

from django.db import models
from django.db.models.constants import OnConflict

from apps.core.scope import required_organization


def insert_unless_there(row: models.Model) -> bool:
    """True when the row was written; False when its unique key was taken. One statement.

    Raises ScopeError outside a scope, as the manager of every tenant table does.
    """
    required_organization()
    meta = type(row)._meta
    fields = [
        field
        for field in meta.local_concrete_fields
        if field is not meta.pk and not field.generated
    ]
    returned = meta.db_returning_fields
    found = type(row)._base_manager._insert(  # type: ignore[attr-defined]
        [row],
        fields=fields,
        returning_fields=returned,
        using="default",
        on_conflict=OnConflict.IGNORE,
    )
    if found[0] is None:
        return False
    for field, value in zip(returned, found[0], strict=True):
        setattr(row, field.attname, value)
    row._state.adding, row._state.db = False, "default"
    return True
