"""What every section of a file has."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from apps.tenants.claims import Taken
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

    @property
    def organization_id(self) -> int | None:
        return None if self.organization is None else self.organization.pk


def nothing_against(_: Target) -> Iterator[str]:
    return iter(())


def as_read(rows: Rows, _head: Fields) -> Rows:
    return rows


def at_once(_: Target) -> bool:
    return False


def of_another(taken: Taken) -> str:
    """Only platform staff read plans, so the other is named."""
    article = "an" if taken.what[0] in "aeiouAEIOU" else "a"
    return f"{article} {taken.what} of the organization {taken.holder.slug}"


def is_of(what: str, taken: Taken) -> str:
    return f"{what} is {of_another(taken)}"


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of row. `present`, `write` and `waits` are called in the organization's scope.

    `settle` completes what was read by the head of the file. `objections` are the reasons why a
    row may not become what the file says; `fixed` are fields set when a row is made and never
    changed by a file, save that a new row of which `waits` is true does not have them yet. `said`
    is the part of a file that would make these rows.
    """

    key: str
    word: str
    field: Field
    present: Callable[[], Rows]
    write: Callable[[Organization, str, Fields], Model]
    said: Callable[[Rows], Any]
    settle: Callable[[Rows, Fields], Rows] = as_read
    objections: Callable[[Target], Iterator[str]] = nothing_against
    fixed: frozenset[str] = frozenset()
    waits: Callable[[Target], bool] = at_once
