"""Writing what recordings are found by, in the transaction of whatever changed it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import connection, transaction
from django.db.models import OuterRef, Q, Subquery

from apps.ecg.models import (
    Analysis,
    Finding,
    Measurement,
    PatientIdentifier,
    Recording,
)
from apps.ingestion.models import RecordingArrival
from apps.reports.models import Report, ReportVersion, SearchTerm, StatementDecision
from apps.reports.search.changes import changes_of
from apps.reports.search.facts import (
    CHANGE,
    GONE,
    IS,
    NEW,
    NUMBER,
    PRIOR,
    Held,
    Rows,
    facts_of,
)

Verdict = StatementDecision.Verdict


@transaction.atomic
def renew(recordings: Iterable[Recording]) -> None:
    """Terms of these and of those whose prior they are. What has no report yet has no terms."""
    keys = [recording.pk for recording in recordings]
    reported = list(_reported(keys))
    if reported:
        write_facts(reported)
        write_changes([*(row.pk for row in reported), *_following(reported)])


def _reported(keys: Sequence[int]) -> Iterable[Recording]:
    rows = Recording.objects.select_related("patient", "device").filter(pk__in=keys)
    return rows.filter(pk__in=Report.objects.filter(recording__in=keys).values("recording"))


def _following(recordings: Sequence[Recording]) -> list[int]:
    """The next recording of the same patient after each of them."""
    following = (
        Recording.objects.filter(
            patient=OuterRef("patient"), acquired_at__gt=OuterRef("acquired_at")
        )
        .order_by("acquired_at", "id")
        .values("pk")[:1]
    )
    rows = Recording.objects.filter(pk__in=[row.pk for row in recordings])
    found = rows.annotate(following=Subquery(following)).values_list("following", flat=True)
    return [key for key in found if key is not None]


def write_facts(recordings: Sequence[Recording]) -> None:
    """With patient and device; what repeats another recording is found by that one."""
    keys = [row.pk for row in recordings]
    SearchTerm.objects.filter(recording__in=keys).delete()
    held = _rows_of(recordings)
    _insert(
        (row, fact)
        for row in recordings
        if row.duplicate_of_id is None
        for fact in facts_of(row, held[row.pk])
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            "SELECT app.write_report_terms(%s, %s)",
            [(row.organization_id, row.pk) for row in recordings],
        )


def write_changes(keys: Sequence[int]) -> None:
    """What is new, gone or changed since the prior as it is now indexed."""
    pairs = dict(_with_prior(keys))
    terms = _terms_of({*pairs, *(prior for prior in pairs.values() if prior)})
    of_changes = Q(term=PRIOR)
    for prefix in (NEW, GONE, CHANGE):
        of_changes |= Q(term__gte=prefix, term__lt=f"{prefix[:-1]}/")
    SearchTerm.objects.filter(of_changes, recording__in=keys).delete()
    rows = Recording.objects.filter(pk__in=pairs)
    _insert(
        (row, change)
        for row in rows
        if row.pk in terms
        for change in changes_of(terms[row.pk], _prior_terms(terms, pairs[row.pk]))
    )


def _prior_terms(terms: dict[int, dict[str, Held]], prior: int | None) -> dict[str, Held] | None:
    return None if prior is None else terms.get(prior)


def _with_prior(keys: Sequence[int]) -> Iterable[tuple[int, int | None]]:
    """The newest earlier recording of the same patient, as a report prints it."""
    earlier = (
        Recording.objects.filter(
            patient=OuterRef("patient"), acquired_at__lt=OuterRef("acquired_at")
        )
        .order_by("-acquired_at", "-id")
        .values("pk")[:1]
    )
    rows = Recording.objects.filter(pk__in=keys).annotate(prior=Subquery(earlier))
    return rows.values_list("pk", "prior")


def _terms_of(keys: Iterable[int]) -> dict[int, dict[str, Held]]:
    """Statements and numbers by recording; one that is not indexed is missing."""
    found: dict[int, dict[str, Held]] = defaultdict(dict)
    rows = SearchTerm.objects.filter(recording__in=keys)
    for key, term, source, value in rows.values_list("recording", "term", "source", "value"):
        if term.startswith((IS, NUMBER)):
            found[key][term] = Held(term, source, value)
        else:
            found[key]
    return found


def _insert(terms: Iterable[tuple[Recording, Held]]) -> None:
    SearchTerm.objects.bulk_create(
        [
            SearchTerm(
                organization_id=row.organization_id,
                recording=row,
                term=held.term[:160],
                value=held.value,
                source=held.source,
                at=row.acquired_at or row.received_at,
            )
            for row, held in terms
        ],
        ignore_conflicts=True,
    )


def _rows_of(recordings: Sequence[Recording]) -> dict[int, Rows]:
    """The rows of many recordings, a query for each table."""
    found: dict[int, Rows] = defaultdict(Rows)
    keys = [row.pk for row in recordings]
    for number in Measurement.objects.filter(recording__in=keys, lead=""):
        found[number.recording_id].numbers.append(number)
    for finding in Finding.objects.filter(recording__in=keys):
        found[finding.recording_id].findings.append(finding)
    for analysis in Analysis.objects.filter(recording__in=keys).order_by("id"):
        found[analysis.recording_id].leads = analysis.leads
    arrivals = RecordingArrival.objects.filter(recording__in=keys).order_by("-id")
    for key, source in arrivals.values_list("recording", "ingress__source"):
        found[key].source = source
    _add_identifiers(found, recordings)
    _add_reports(found, keys)
    return found


def _add_identifiers(found: dict[int, Rows], recordings: Sequence[Recording]) -> None:
    patients = [row.patient_id for row in recordings]
    numbers: dict[int, list[str]] = defaultdict(list)
    held = PatientIdentifier.objects.filter(patient__in=patients)
    for patient, value in held.values_list("patient", "value"):
        numbers[patient].append(value)
    for row in recordings:
        found[row.pk].identifiers = numbers[row.patient_id]


def _add_reports(found: dict[int, Rows], keys: Sequence[int]) -> None:
    """The newest signed words, and the machine's statements that a reader overrode.

    What was retracted says nothing of the ECG; an addendum repeats what it stands beneath.
    """
    retracted = Report.Status.ENTERED_IN_ERROR
    readings = ReportVersion.objects.filter(
        report__recording__in=keys, kind=ReportVersion.Kind.READING
    )
    versions = readings.exclude(report__status=retracted).order_by("report", "number")
    for key, text in versions.values_list("report__recording", "interpretation"):
        found[key].signed = text
    newest: dict[tuple[int, str], str] = {}
    decisions = StatementDecision.objects.filter(report__recording__in=keys)
    decisions = decisions.exclude(report__status=retracted).order_by("id")
    for key, text, verdict in decisions.values_list("report__recording", "text", "verdict"):
        newest[key, text] = verdict
    for (key, text), verdict in newest.items():
        if verdict == Verdict.OVERRIDDEN:
            found[key].overridden |= {text}
