"""Programs in the access review: what each key is for, and whether it still should be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import Max, Q, QuerySet

from apps.tenants.access_holders import Holder, end_flag, use_flag
from apps.tenants.model_api import Scope
from apps.tenants.models import ApiClient, ApiKey

PROGRAM = "program"


def programs(now: dt.datetime) -> list[Holder]:
    """Every API client of the scope's organization that was not shut out."""
    rows = ApiClient.objects.select_related("created_by").filter(revoked_at=None)
    used = dict(_of_each().annotate(on=Max("last_used_on")).values_list("client", "on"))
    keys = _of_each().filter(Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None)
    living = set(keys.values_list("client", flat=True))
    return [
        _holder(row, _moment(used.get(row.pk)), row.pk in living, now)
        for row in rows.order_by("name", "id")
    ]


def _of_each() -> QuerySet[ApiKey, Any]:
    return ApiKey.objects.order_by().values("client")


def _moment(day: dt.date | None) -> dt.datetime | None:
    """The end of a day: a key's use is kept by the day."""
    return dt.datetime.combine(day, dt.time.max, dt.UTC) if day else None


def _holder(row: ApiClient, used: dt.datetime | None, has_key: bool, now: dt.datetime) -> Holder:
    return Holder(
        kind=PROGRAM,
        public_id=row.public_id,
        name=row.name,
        contact="",
        role=PROGRAM,
        given_by=str(row.created_by) if row.created_by else "the platform",
        given_at=row.created_at,
        ends_on=row.expires_at.date() if row.expires_at else None,
        last_sign_in=None,
        last_use=used,
        flags=tuple(_flags(row, used, has_key, now)),
        may=", ".join(sorted(row.scope_names)),
    )


def _flags(
    row: ApiClient, used: dt.datetime | None, has_key: bool, now: dt.datetime
) -> Iterator[str]:
    yield from use_flag(used, now)
    if row.scope_names >= set(Scope.values):
        yield "may do everything"
    if row.expires_at is None:
        yield "has no end"
    yield from end_flag(row.expires_at.date() if row.expires_at else None, now.date())
    if not has_key:
        yield "has no key in force"
    if row.created_by and not row.created_by.is_active:
        yield "made by a closed account"
