"""Reading the audit trail: who may, which events, a page at a time at any size of the trail."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.db.models import Model, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.http import Http404

from apps.audit.models import AuditEvent
from apps.audit.timeline import dated
from apps.ecg.models import Patient
from apps.reports.models import Report
from apps.tenants.access import Active
from apps.tenants.models import Membership, User
from apps.tenants.queries import permit
from apps.web.trail_subjects import Subject, subjects_of

VIEW = "view_audit_trail"
PAGE = 50
_Row = TypeVar("_Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the trail is shown; None leaves a filter out. Days are in the organization's zone."""

    actor: User | None = None
    patient: Patient | None = None
    report: Report | None = None
    account: User | None = None
    code: str = ""
    since: dt.date | None = None
    until: dt.date | None = None

    @property
    def subject(self) -> Report | Patient | User | None:
        """The record that is asked about; the asking is an event of it."""
        return self.report or self.patient or self.account


@dataclass(frozen=True, slots=True)
class Page:
    """Events, newest first, and the number that the next page begins below."""

    events: list[AuditEvent]
    below: int | None


def get_patient_to_audit(active: Active, public_id: uuid.UUID) -> Patient:
    return _get(active, Patient, public_id)


def get_report_to_audit(active: Active, public_id: uuid.UUID) -> Report:
    return _get(active, Report, public_id)


def get_person_to_audit(active: Active, public_id: uuid.UUID) -> User:
    """A member, past or present, or whoever acted here; others are as if they did not exist."""
    permit(active, VIEW)
    person = User.objects.filter(public_id=public_id).first()
    # Both are asked in any case: as many questions for somebody elsewhere as for nobody.
    key = person.pk if person else 0
    is_member = Membership.objects.filter(user_id=key).exists()
    has_acted = AuditEvent.objects.filter(actor_id=key).exists()
    if not (is_member or has_acted):
        raise Http404
    assert person is not None
    return person


def _get(active: Active, model: type[_Row], public_id: uuid.UUID) -> _Row:
    permit(active, VIEW)
    found = model._default_manager.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def patients_numbered(active: Active, number: str) -> list[Patient]:
    """Those with exactly this record number, of any authority."""
    permit(active, VIEW)
    return list(Patient.objects.filter(identifiers__value=number).distinct().order_by("pk"))


def people(active: Active) -> list[User]:
    permit(active, VIEW)
    return sorted((row.user for row in Membership.objects.select_related("user")), key=str)


def trail(active: Active, wanted: Wanted, zone: ZoneInfo, below: int | None) -> Page:
    """One page; neither the size of the trail nor the page's place in it changes its cost much."""
    permit(active, VIEW)
    rows = AuditEvent.objects.filter(_filters(wanted, zone, below))
    if wanted.subject is not None:
        rows = _about(rows, subjects_of(wanted.subject))
    found = list(rows.select_related("actor").order_by("-seq")[: PAGE + 1])
    more = len(found) > PAGE
    return Page(found[:PAGE], found[PAGE - 1].seq if more else None)


def _filters(wanted: Wanted, zone: ZoneInfo, below: int | None) -> Q:
    filters = dated(*moments(wanted.since, wanted.until, zone))
    if wanted.actor:
        filters &= Q(actor=wanted.actor)
    if wanted.code:
        filters &= Q(code=wanted.code)
    if below is not None:
        filters &= Q(seq__lt=below)
    return filters


def moments(
    since: dt.date | None, until: dt.date | None, zone: ZoneInfo
) -> tuple[dt.datetime | None, dt.datetime | None]:
    """From the first moment of one day to the last of another."""
    ends = [since, until + dt.timedelta(days=1) if until else None]
    begin, end = (dt.datetime.combine(day, dt.time(), zone) if day else None for day in ends)
    return begin, end


def _about(rows: QuerySet[AuditEvent], subjects: list[Subject]) -> QuerySet[AuditEvent]:
    """The newest of each record's events by its index: a filter for many would read all rows."""
    mine = rows.extra(where=["(object_type, object_id) = (s.kind, s.name)"])
    newest = mine.order_by("-seq").values("pk", "seq")[: PAGE + 1]
    inner, parameters = newest.query.sql_with_params()
    kinds, names = zip(*subjects, strict=True)
    sql = f"""SELECT e.id FROM unnest(%s::text[], %s::text[]) AS s (kind, name)
              CROSS JOIN LATERAL ({inner}) AS e (id, seq) ORDER BY e.seq DESC LIMIT {PAGE + 1}"""  # noqa: S608
    return AuditEvent.objects.filter(
        pk__in=RawSQL(sql, [list(kinds), list(names), *parameters])  # noqa: S611 - fixed text
    )
