"""What every section of a file has."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db.models import Model

from apps.tenants.models import Organization
from apps.web.onboarding.fields import Field, Fields, Rows


@dataclass(frozen=True, slots=True)
class Target:
    """What a row is compared with: `organization` and `before` are None for what is not there."""

    organization: Organization | None
    name: str
    before: Fields | None
    after: Fields
    today: dt.date


def nothing_against(_: Target) -> Iterator[str]:
    return iter(())


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of row. `present` and `write` are called in the organization's scope.

    `objections` are the reasons why a row may not become what the file says; `fixed` are fields
    set when a row is made and never changed by a file.
    """

    key: str
    word: str
    field: Field
    present: Callable[[], Rows]
    write: Callable[[Organization, str, Fields], Model]
    objections: Callable[[Target], Iterator[str]] = nothing_against
    fixed: frozenset[str] = frozenset()
