"""Whoever or whatever has access, as a reviewer sees it."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.utils import timezone

from apps.tenants.permissions import ROLE_NAMES

UNUSED = dt.timedelta(days=90)
SOON = dt.timedelta(days=30)
NEVER_USED, LONG_UNUSED = "never used", "unused for more than 90 days"
ENDED, ENDS_SOON = "ended", "ends within 30 days"


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody or something that has access. `flags` are words for the reviewer."""

    kind: str
    public_id: uuid.UUID
    name: str
    contact: str
    role: str
    given_by: str
    given_at: dt.datetime
    ends_on: dt.date | None
    last_sign_in: dt.datetime | None
    last_use: dt.datetime | None
    flags: tuple[str, ...]
    is_active: bool = True
    # What a program's keys are for.
    may: str = ""

    @property
    def role_name(self) -> str:
        return self.may or ROLE_NAMES.get(self.role, self.role)

    @property
    def age_days(self) -> int:
        return (timezone.now() - self.given_at).days


def use_flag(used: dt.datetime | None, now: dt.datetime) -> list[str]:
    if used is None:
        return [NEVER_USED]
    return [LONG_UNUSED] if now - used > UNUSED else []


def end_flag(ends_on: dt.date | None, today: dt.date) -> list[str]:
    if ends_on is None or ends_on > today + SOON:
        return []
    return [ENDED if ends_on < today else ENDS_SOON]
