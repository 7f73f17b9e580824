"""The library as an organization has it: the standard statements, its own, and templates."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404

from apps.audit import actions as audit
from apps.ecg.model_recording import Source
from apps.ecg.models import Measurement
from apps.reports import templates
from apps.reports.library import as_line, as_rows, library
from apps.reports.models import OwnStatement, Report, ReportTemplate
from apps.reports.templates import BadTemplate
from apps.tenants.access import Active
from apps.tenants.models import User
from apps.tenants.queries import permit

MOST = 200


def own_statements() -> QuerySet[OwnStatement]:
    """Those that are offered."""
    return OwnStatement.objects.filter(is_retired=False)


def own_findings(interpretation: str) -> list[dict[str, str]]:
    """The organization's own statements that the text makes, line by line, each once, coded."""
    said = {as_line(row.text): row for row in own_statements()}
    lines = dict.fromkeys(as_line(line) for line in interpretation.splitlines())
    found = [said[line] for line in lines if line in said]
    return [{"acronym": row.acronym, "system": row.code_system, "code": row.code} for row in found]


def searched(active: Active, person: User) -> list[dict[str, Any]]:
    """All that is found while one types: statements, then templates by their random names."""
    permit(active, "edit_report")
    own = [
        {"acronym": row.acronym, "text": row.text, "category": row.group, "code": row.code}
        for row in own_statements()
    ]
    offered = [
        {"acronym": row.name, "text": _first_line(row.body), "template": str(row.public_id)}
        for row in templates_for(person)[:MOST]
    ]
    return [*as_rows(), *own, *offered]


def _first_line(body: str) -> str:
    line = body.strip().partition("\n")[0]
    return f"{line[:60]}…" if len(line) > 60 or "\n" in body.strip() else line


def by_acronym() -> dict[str, str]:
    own = {row.acronym.upper(): row.text for row in own_statements()}
    return own | {row.acronym.upper(): row.text for row in library()}


def templates_for(person: User) -> QuerySet[ReportTemplate]:
    """One's own and the organization's."""
    mine = Q(owner=person) | Q(owner=None)
    return ReportTemplate.objects.filter(mine, retired_at=None).select_related("changed_by")


def get_template_to_fill(active: Active, person: User, public_id: uuid.UUID) -> ReportTemplate:
    permit(active, "edit_report")
    return _template(person, public_id)


def get_template_to_change(active: Active, person: User, public_id: uuid.UUID) -> ReportTemplate:
    """One's own; the organization's for who may change those."""
    permit(active, "use_templates")
    found = _template(person, public_id)
    if found.owner_id is None and not active.may("change_templates"):
        raise Http404
    return found


def _template(person: User, public_id: uuid.UUID) -> ReportTemplate:
    found = templates_for(person).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


@transaction.atomic
def save_template(
    active: Active,
    person: User,
    *,
    name: str,
    body: str,
    is_shared: bool,
    template: ReportTemplate | None = None,
    now: dt.datetime,
) -> ReportTemplate:
    """A new one, or another text of one. Raises BadTemplate for a name or text that is none."""
    permit(active, "change_templates" if is_shared else "use_templates")
    name, body = " ".join(name.split())[:60], body.replace("\r\n", "\n").strip()
    owner = None if is_shared else person
    row = template or ReportTemplate(organization_id=active.organization_id, owner=owner)
    same = ReportTemplate.objects.filter(owner=row.owner_id, retired_at=None, name__iexact=name)
    if not name or same.exclude(pk=row.pk).exists():
        raise BadTemplate("name", "Give a name that no other of these templates has.")
    templates.check(body, by_acronym())
    row.name, row.body, row.changed_by, row.changed_at = name, body, person, now
    row.save()
    kind = "shared" if row.owner_id is None else "own"
    audit.record("reports.template.changed", row, actor=person, kind=kind)
    return row


@transaction.atomic
def retire_template(template: ReportTemplate, person: User, now: dt.datetime) -> None:
    template.retired_at = now
    template.save(update_fields=["retired_at"])
    audit.record("reports.template.retired", template, actor=person)


def filled(template: ReportTemplate, report: Report, person: User) -> str:
    """The template's text with what the platform measured of the report's recording."""
    rows = Measurement.objects.filter(
        recording=report.recording, source=Source.PLATFORM, lead=""
    ).order_by("id")
    measured = {row.name: (row.value, row.unit) for row in rows}
    audit.record("reports.template.filled", report, actor=person)
    return templates.fill(template.body, by_acronym(), measured)
