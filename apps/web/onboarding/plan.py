"""What would be done: the difference between a file and an organization, row by row."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from django.db import transaction
from django.utils import timezone

from apps.core.scope import organization_scope
from apps.tenants.actions import organization_for_platform
from apps.tenants.models import Organization
from apps.tenants.organization_types import may_submit
from apps.web.onboarding.fields import Fields, Rows
from apps.web.onboarding.problems import Problem, Refused
from apps.web.onboarding.section import Section, Target
from apps.web.onboarding.sections import SECTIONS
from apps.web.onboarding.sections.data_key import DATA_KEY
from apps.web.onboarding.sections.members import MEMBERS, to_invite
from apps.web.onboarding.sections.organization import ORGANIZATION
from apps.web.onboarding.wanted import Wanted

Action = Literal["create", "change", "keep", "drift", "invite", "send"]
EVERY = (ORGANIZATION, DATA_KEY, *SECTIONS)


@dataclass(frozen=True, slots=True)
class Line:
    """One row and what becomes of it; `fields` are (name, from, to)."""

    action: Action
    word: str
    name: str
    fields: tuple[tuple[str, Any, Any], ...] = ()

    @property
    def changes(self) -> bool:
        return self.action in ("create", "change")


LIVE_FIELD = (("is_live", False, True),)


def plan(wanted: Wanted) -> list[Line]:
    """Changes nothing. Raises Refused with every reason why the file may not be followed."""
    organization = organization_for_platform(wanted.slug)
    if organization is None:
        lines = _compared(wanted, None)
    else:
        with organization_scope(organization.pk), transaction.atomic():
            lines = _compared(wanted, organization)
    live = _live(wanted.slug, is_live=organization is not None and organization.is_live)
    return [*lines, live, *_canary(wanted, organization), *_invitations(wanted)]


def _type(wanted: Wanted, organization: Organization | None) -> str:
    """An organization that is there keeps its type."""
    return str(wanted.head["type"] if organization is None else organization.type)


def _compared(wanted: Wanted, organization: Organization | None) -> list[Line]:
    lines: list[Line] = []
    problems = wanted.of_no_use(_type(wanted, organization))
    for section in EVERY:
        try:
            lines += compare(section, wanted, organization)
        except Refused as refused:
            problems += refused.problems
    if problems:
        raise Refused(*problems)
    return lines


def compare(section: Section, wanted: Wanted, organization: Organization | None) -> list[Line]:
    """The lines of one section, in its scope where the organization is there."""
    present: Rows = section.present() if organization is not None else {}
    rows = wanted.of(section)
    targets = [
        Target(organization, name, present.get(name), fields, _today(wanted))
        for name, fields in rows.items()
    ]
    problems = [
        problem
        for target in targets
        for objection in section.objections(target)
        for problem in refused_row(wanted, section, target.name, objection).problems
    ]
    if problems:
        raise Refused(*problems)
    lines = [line for target in targets for line in _of_row(section, target)]
    return lines + [
        Line("drift", section.word, name)
        for name, fields in present.items()
        if name not in rows and fields.get("active", True)
    ]


def refused_row(wanted: Wanted, section: Section, name: str, message: str) -> Refused:
    """With the row's place in the file."""
    if section is DATA_KEY:
        return Refused(Problem(0, section.word, message))
    path = f"{section.key}[{name}]" if section.key else name
    return Refused(Problem(wanted.line_of(section.key, name), path, message))


def _of_row(section: Section, target: Target) -> Iterator[Line]:
    differing = _differing(target.before or {}, target.after)
    settled = tuple(field for field in differing if field[0] in section.fixed)
    open_ = tuple(field for field in differing if field[0] not in section.fixed)
    if target.before is not None:
        yield Line("change" if open_ else "keep", section.word, target.name, open_)
    elif section.waits(target):
        yield Line("create", section.word, target.name, open_)
    else:
        yield Line("create", section.word, target.name, differing)
        return
    if settled:
        yield Line("drift", section.word, target.name, settled)


def _differing(before: Fields, after: Fields) -> tuple[tuple[str, Any, Any], ...]:
    return tuple(
        (name, before.get(name), value)
        for name, value in after.items()
        if before.get(name) != value
    )


def _live(slug: str, *, is_live: bool) -> Line:
    return Line("keep" if is_live else "change", "live", slug, () if is_live else LIVE_FIELD)


def _canary(wanted: Wanted, organization: Organization | None) -> Iterable[Line]:
    """Sent each time, as it also proves that nothing broke."""
    return [Line("send", "canary", wanted.slug)] if may_submit(_type(wanted, organization)) else []


def _invitations(wanted: Wanted) -> Iterable[Line]:
    return [Line("invite", MEMBERS.word, address) for address in to_invite(wanted.of(MEMBERS))]


def _today(wanted: Wanted) -> dt.date:
    return timezone.now().astimezone(zoneinfo.ZoneInfo(wanted.head["time_zone"])).date()
