"""How the admin lists rows: bounded counts, times with their zone, every field explained."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db import models
from django.utils import timezone
from django.utils.html import format_html

BOUND = 1000

if TYPE_CHECKING:
    Pages = Paginator[Any]
else:
    Pages = Paginator

Column = Callable[[models.Model], str]


class BoundedPaginator(Pages):
    """Counts no further than anyone turns pages: counting all of a large table is slow."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return len(rows.order_by().values_list("pk", flat=True)[: BOUND + 1])


def purposes(model: type[models.Model]) -> dict[str, str]:
    """Field name → the sentence its column's comment gives."""
    fields = [field for field in model._meta.local_fields if field.db_comment]
    return {field.name: str(field.db_comment).partition(": ")[2] for field in fields}


def moment(at: dt.datetime | None) -> str:
    """Day, time and zone in the zone of the page: 21-Nov-2026 14:02:24 GMT."""
    return f"{timezone.localtime(at):%d-%b-%Y %H:%M:%S %Z}" if at else "–"


@cache
def time_column(field: models.Field[Any, Any]) -> Column:
    """Shows a moment under the field's own name."""

    def column(row: models.Model) -> str:
        at = getattr(row, field.attname)
        if at is None:
            return "–"
        # Broken between day and time only.
        shape = '<time datetime="{}"><span>{}</span> <span>{} {}</span></time>'
        return format_html(shape, at.isoformat(), *moment(at).split())

    column.__name__ = field.name
    return admin.display(description=field.verbose_name)(column)


def matching(names: Iterable[str], term: str, model: type[models.Model]) -> models.Q:
    """Rows in which a field equals the term, or begins with it where the name ends in `*`."""
    found = models.Q(pk__in=[])
    for name in names:
        path = name.removesuffix("*")
        if isinstance(_field(model, path), models.UUIDField):
            found |= models.Q(**{path: _uuid(term)}) if _uuid(term) else models.Q(pk__in=[])
        else:
            found |= models.Q(**{f"{path}__istartswith" if name.endswith("*") else path: term})
    return found


def _field(model: type[models.Model], path: str) -> Any:
    for part in path.split("__"):
        field = model._meta.get_field(part)
        model = getattr(field, "related_model", None) or model
    return field


def _uuid(term: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(term)
    except ValueError:
        return None
