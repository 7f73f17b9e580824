"""Reading reports: the worklist, one report, its signed versions."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    Exists,
    F,
    Func,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import JSONObject
from django.db.models.lookups import GreaterThan, LessThan
from django.http import Http404

from apps.ecg.model_recording import Source
from apps.ecg.models import Finding, Measurement, Patient, PatientIdentifier, Priority, Recording
from apps.ingestion.models import IdentityCase, OrderLink
from apps.reports.criticals import open_results
from apps.reports.models import CriticalResult, Report, ReportVersion, Signature
from apps.reports.presence import HOLDS
from apps.tenants.access import Active
from apps.tenants.models import Site, User
from apps.tenants.queries import permit

PAGE = 50
# Counts stop here: nobody reads a larger number, and counting all of a large table is slow.
BOUND = 50

# Whose statement a row shows where several speak.
SPEAKERS = (Source.DEVICE, Source.MODEL, Source.PLATFORM)
# How many a row has room for.
STATEMENTS = 4
LISTED_NUMBERS = ("heart_rate_bpm", "qrs_ms", "qtc_fridericia_ms", "qtc_bazett_ms", "qtc_ms")

# All that a row shows, and no more: a recording holds much that only its own page needs.
NAMED = ("full_name", "email")
LISTED = (
    "public_id",
    "organization_id",
    "status",
    "priority_rank",
    "waiting_since",
    "submitted_at",
    "reading_beat_at",
    "recording__public_id",
    "recording__acquired_at",
    "recording__received_at",
    "recording__is_synthetic",
    "recording__site__name",
    "recording__patient__family_name",
    "recording__patient__given_name",
    "recording__patient__name_prefix",
    "recording__patient__born_on",
    "recording__patient__sex",
)


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the worklist is shown; empty or None leaves it out."""

    signed: bool = False
    amending: bool = False
    handed_over: bool = False
    priority: Priority | None = None
    site: Site | None = None
    mine: User | None = None
    waiting_before: dt.datetime | None = None
    asked_by: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in order and the name of the row the next page begins after."""

    reports: list[Report]
    after: uuid.UUID | None


def worklist(
    active: Active,
    filters: Filters,
    after: uuid.UUID | None = None,
    hidden: frozenset[str] = frozenset(),
) -> Page:
    """One page in one query. A row that comes or goes meanwhile moves no other to or from it.

    Statements of `hidden` sources are not read at all.
    """
    permit(active, "view_recordings")
    rows = filtered(filters)
    rows = _newest_first(rows, after) if filters.signed else in_priority_order(rows, after)
    # The page is chosen before anything is joined to it: the planner takes the policies of the
    # joined tables for filters and would rather join every row and sort.
    chosen = Report.objects.filter(id__in=rows.values("id")[: PAGE + 1])
    page = _with_numbers(chosen, hidden, signed=filters.signed)
    found = list(page.order_by(*rows.query.order_by))
    more = len(found) > PAGE
    return Page(found[:PAGE], found[PAGE - 1].public_id if more else None)


def filtered(filters: Filters) -> QuerySet[Report]:
    """Those a list of that choice shows, in no order."""
    statuses = [Report.Status.DRAFT, Report.Status.AMENDING]
    if filters.signed:
        statuses = [*Report.FINAL, Report.Status.ENTERED_IN_ERROR]
    elif filters.amending:
        statuses = [Report.Status.AMENDING]
    rows = Report.objects.filter(status__in=statuses)
    if not filters.signed:  # a person has said that it repeats another one
        rows = rows.exclude(recording__in=Recording.objects.filter(duplicate_of__isnull=False))
    if filters.priority:
        # What is critical is at least as urgent as STAT.
        exact = "" if filters.priority.rank else "__lte"
        rows = rows.filter(**{f"priority_rank{exact}": filters.priority.rank})
    if filters.site:
        rows = rows.filter(recording__site=filters.site)
    if filters.handed_over:
        rows = rows.filter(submitted_at__isnull=False)
    if filters.mine:
        taken = Q(assigned_to=filters.mine)
        rows = rows.filter(taken | Q(assigned_to=None, draft_saved_by=filters.mine))
    if filters.waiting_before:
        rows = rows.filter(waiting_since__lt=filters.waiting_before)
    if filters.asked_by:
        rows = rows.filter(recording__in=_asked_by(filters.asked_by))
    if filters.text:
        rows = rows.filter(recording__patient__in=_patients(filters.text))
    return rows


def _asked_by(requester: str) -> QuerySet[OrderLink, Any]:
    links = OrderLink.objects.filter(ended_at=None, order__requester=requester)
    return links.values("recording")


def _patients(text: str) -> QuerySet[Patient]:
    """Of a number exactly as it stands, or of a family name's beginning and a given name's."""
    words = text.replace(",", " ").split()
    numbered = PatientIdentifier.objects.filter(value__in=(text, "".join(words)))
    named = Q(family_name__istartswith=words[0])
    for word in words[1:]:
        named &= Q(given_name__istartswith=word) | Q(family_name__icontains=word)
    return Patient.objects.filter(Q(pk__in=numbered.values("patient")) | named)


def in_priority_order(rows: QuerySet[Report], after: uuid.UUID | None) -> QuerySet[Report]:
    """Critical, STAT, urgent, then those that wait longest; `after` that one."""
    if after:
        place = [_of(after, name) for name in ("priority_rank", "waiting_since", "id")]
        here = _row(F("priority_rank"), F("waiting_since"), F("id"))
        rows = rows.filter(GreaterThan(here, _row(*place)))
    return rows.order_by("priority_rank", "waiting_since", "id")


def _newest_first(rows: QuerySet[Report], after: uuid.UUID | None) -> QuerySet[Report]:
    if after:
        rows = rows.filter(id__lt=_of(after, "id"))
    return rows.order_by("-id")


def _of(report: uuid.UUID, field: str) -> Subquery:
    return Subquery(Report.objects.filter(public_id=report).values(field))


def _row(*parts: F | Subquery | Value) -> Func:
    return Func(*parts, function="ROW", output_field=TextField())


def _with_numbers(
    rows: QuerySet[Report], hidden: frozenset[str], *, signed: bool = False
) -> QuerySet[Report]:
    """What a row shows beside the report, as subqueries of the fifty rows only.

    With `signed`, also what the newest version says.
    """
    recording = OuterRef("recording")
    numbers = Measurement.objects.filter(recording=recording, lead="", name__in=LISTED_NUMBERS)
    statements = Finding.objects.filter(recording=recording)
    if hidden:
        statements = statements.exclude(source__in=hidden)
    by_source = Case(*(When(source=name, then=place) for place, name in enumerate(SPEAKERS)))
    identifiers = PatientIdentifier.objects.filter(patient=OuterRef("recording__patient"))
    people = ("draft_saved_by", "assigned_to", "reading_by")
    related = rows.select_related("recording__patient", "recording__site", *people)
    return related.only(*LISTED, *(f"{one}__{name}" for one in people for name in NAMED)).annotate(
        numbers=ArraySubquery(
            numbers.values(part=JSONObject(name="name", value="value", source="source"))
        ),
        is_critical=Exists(open_results().order_by().filter(report=OuterRef("pk"))),
        order=Subquery(
            OrderLink.objects.filter(recording=recording, ended_at=None).values(
                part=JSONObject(
                    number="order__placer_number",
                    requester="order__requester",
                    name="order__public_id",
                )
            )[:1]
        ),
        statements=ArraySubquery(
            statements.order_by(by_source, "ordinal").values(
                part=JSONObject(text="text", source="source")
            )[:STATEMENTS]
        ),
        signed_text=_newest_text() if signed else Value(""),
        in_question=Exists(_asked_about(recording=recording))
        | Exists(_asked_about(other=recording)),
        identifiers=ArraySubquery(
            identifiers.order_by("id").values(
                part=JSONObject(value="value", authority="assigning_authority")
            )
        ),
    )


def _newest_text() -> Subquery:
    versions = ReportVersion.objects.filter(report=OuterRef("pk")).order_by("-number")
    return Subquery(versions.values("interpretation")[:1])


def _asked_about(**which: OuterRef) -> QuerySet[IdentityCase]:
    """Open questions of identity; an ECG may be either of two."""
    return IdentityCase.objects.exclude(state=IdentityCase.State.CLOSED).filter(**which)


def new_since(active: Active, filters: Filters, newest: uuid.UUID | None) -> int:
    """How many reports of this view came after the newest one that was there; bounded."""
    permit(active, "view_recordings")
    rows = filtered(filters)
    if newest:
        rows = rows.filter(id__gt=_of(newest, "id"))
    return len(rows.order_by().values_list("id", flat=True)[: BOUND + 1])


def get_listed_report(
    active: Active, public_id: uuid.UUID, hidden: frozenset[str] = frozenset()
) -> Report:
    """One as the worklist shows it, whether or not it is on it; for who may read it."""
    permit(active, "edit_report")
    found = _with_numbers(Report.objects.filter(public_id=public_id), hidden).first()
    if found is None:
        raise Http404
    return found


def listed_reports(
    active: Active, recordings: list[int], hidden: frozenset[str] = frozenset()
) -> list[Report]:
    """Of these recordings, in their order, as the worklist shows them."""
    permit(active, "view_recordings")
    rows = _with_numbers(Report.objects.filter(recording__in=recordings), hidden, signed=True)
    return sorted(rows, key=lambda report: recordings.index(report.recording_id))


def namesakes(active: Active, report: Report, now: dt.datetime) -> list[Patient]:
    """Other patients of the same family name whose ECG came in the last day and is unread."""
    permit(active, "view_recordings")
    recent = Report.objects.filter(
        status__in=Report.OPEN, waiting_since__gte=now - dt.timedelta(days=1)
    )
    patient = report.recording.patient
    rows = Patient.objects.filter(family_name__iexact=patient.family_name).exclude(pk=patient.pk)
    return list(rows.filter(pk__in=recent.values("recording__patient"))[:PAGE])


def next_to_read(active: Active, report: Report, reader: User, now: dt.datetime) -> Report | None:
    """The first of the worklist that nobody else took or reads: what matters most comes first."""
    permit(active, "view_recordings")
    rows = filtered(Filters()).exclude(pk=report.pk)
    rows = rows.filter(Q(assigned_to=None) | Q(assigned_to=reader))
    idle = Q(reading_by=None) | Q(reading_by=reader) | Q(reading_beat_at__lt=now - HOLDS)
    rows = rows.filter(idle)
    return in_priority_order(rows, None).first()


def beside_on_list(active: Active, report: Report, *, forward: bool) -> Report | None:
    """The report of the next patient in the order of the worklist, or of the one before."""
    permit(active, "view_recordings")
    place = _row(Value(report.priority_rank), Value(report.waiting_since), Value(report.pk))
    here = _row(F("priority_rank"), F("waiting_since"), F("id"))
    rows = filtered(Filters()).exclude(recording__patient=report.recording.patient_id)
    rows = rows.filter(GreaterThan(here, place) if forward else LessThan(here, place))
    order = [name if forward else f"-{name}" for name in ("priority_rank", "waiting_since", "id")]
    return rows.select_related("recording").order_by(*order).first()


def reports_of(active: Active, recording: Recording) -> QuerySet[Report]:
    """The recording's report, or none yet."""
    permit(active, "view_recordings")
    people = ("draft_saved_by", "submitted_by", "assigned_to", "reading_by")
    related = Report.objects.select_related(*people)
    # The newest: one that was retracted stays behind it.
    return related.filter(recording=recording).order_by("-id")[:1]


def report_of(active: Active, recording: Recording) -> Report | None:
    return next(iter(reports_of(active, recording)), None)


def get_report_to_view(active: Active, public_id: uuid.UUID) -> Report:
    return _get(active, "view_recordings", public_id)


def get_report_to_edit(active: Active, public_id: uuid.UUID) -> Report:
    return _get(active, "edit_report", public_id)


def get_report_to_hand_on(active: Active, public_id: uuid.UUID) -> Report:
    return _get(active, "hand_on_report", public_id)


def get_report_to_submit(active: Active, public_id: uuid.UUID) -> Report:
    return _get(active, "submit_report", public_id)


def get_report_to_sign(active: Active, public_id: uuid.UUID) -> Report:
    return _get(active, "sign_report", public_id)


def get_report_to_unlock(active: Active, public_id: uuid.UUID) -> Report:
    return _get(active, "unlock_report", public_id)


def get_report_to_retract(active: Active, public_id: uuid.UUID) -> Report:
    return _get(active, "ask_retraction", public_id)


def _get(active: Active, action: str, public_id: uuid.UUID) -> Report:
    permit(active, action)
    of_recording = ("recording__patient", "recording__site", "recording__organization")
    rows = Report.objects.select_related(*of_recording, "draft_saved_by", "assigned_to")
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def versions_of(active: Active, report: Report) -> list[ReportVersion]:
    """Signed versions with their signature, newest first."""
    permit(active, "view_recordings")
    signatures = Prefetch("signatures", Signature.objects.order_by("id"))
    rows = ReportVersion.objects.filter(report=report).defer("content")
    return list(rows.prefetch_related(signatures).order_by("-number"))


def versions_on(active: Active, recording: Recording) -> QuerySet[ReportVersion]:
    """Of the recording's newest report, without the signatures."""
    permit(active, "view_recordings")
    rows = ReportVersion.objects.filter(report=newest_of(recording)).defer("content")
    return rows.order_by("-number")


def signatures_on(active: Active, recording: Recording) -> QuerySet[Signature]:
    permit(active, "view_recordings")
    return Signature.objects.filter(version__report=newest_of(recording)).order_by("id")


def criticals_on(active: Active, recording: Recording) -> QuerySet[CriticalResult]:
    """Critical results of its report, as they were raised."""
    permit(active, "view_recordings")
    return CriticalResult.objects.filter(report=newest_of(recording)).order_by("raised_at")


def newest_of(recording: Recording) -> Subquery:
    """The report that stands: one that was retracted stays behind it."""
    return Subquery(Report.objects.filter(recording=recording).order_by("-id").values("pk")[:1])


def get_version_to_read(active: Active, public_id: uuid.UUID) -> ReportVersion:
    permit(active, "view_recordings")
    rows = ReportVersion.objects.select_related("report__recording")
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def statuses_of(active: Active, recordings: list[Recording]) -> dict[int, Report]:
    """The report of each recording, the newest where one was retracted."""
    permit(active, "view_recordings")
    rows = Report.objects.filter(recording__in=recordings).order_by("id")
    return {report.recording_id: report for report in rows}
