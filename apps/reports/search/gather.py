"""What terms of recordings are made from, and the terms there are: one call to the database."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from apps.core.together import together
from apps.ecg.models import Analysis, Finding, Measurement, PatientIdentifier, Recording
from apps.ingestion.models import RecordingArrival
from apps.reports.models import Report, ReportVersion, SearchTerm, StatementDecision
from apps.reports.search.facts import Held, Rows

Verdict = StatementDecision.Verdict
# Recording, term, source, value, time: a row of the table of terms.
TERM = ("recording", "term", "source", "value", "at")
Kept = dict[str, tuple[Held, dt.datetime]]


@dataclass(slots=True)
class Gathered:
    """Recordings with patient and device, their rows by recording, their terms as they stand."""

    recordings: list[Recording]
    rows: dict[int, Rows] = field(default_factory=lambda: defaultdict(Rows))
    kept: dict[int, Kept] = field(default_factory=lambda: defaultdict(dict))


def gather(keys: Sequence[int]) -> Gathered:
    """The terms first: what a row says that came meanwhile is among what is read after them."""
    kept = kept_of(keys)
    recordings = Recording.objects.select_related("patient", "device").filter(pk__in=keys)
    numbers = Measurement.objects.filter(recording__in=keys, lead="")
    findings = Finding.objects.filter(recording__in=keys)
    analyses = Analysis.objects.filter(recording__in=keys).order_by("id")
    leads = analyses.values_list("recording", "leads")
    arrivals = RecordingArrival.objects.filter(recording__in=keys).order_by("-id")
    sources = arrivals.values_list("recording", "ingress__source")
    patients = Recording.objects.filter(pk__in=keys).values("patient")
    identifiers = PatientIdentifier.objects.filter(patient__in=patients)
    signed, decided = _signed(keys), _decided(keys)
    together(kept, recordings, numbers, findings, leads, sources, identifiers, signed, decided)
    found = Gathered(list(recordings))
    _add_kept(found, kept)
    for number in numbers:
        found.rows[number.recording_id].numbers.append(number)
    for finding in findings:
        found.rows[finding.recording_id].findings.append(finding)
    for key, measured in leads:
        found.rows[key].leads = measured
    for key, source in sources:
        found.rows[key].source = source
    _add_identifiers(found, identifiers)
    for key, text in signed:
        found.rows[key].signed = text
    _add_overridden(found, decided)
    return found


def kept_of(keys: Sequence[int]) -> QuerySet[Any, Any]:
    return SearchTerm.objects.filter(recording__in=keys).values_list(*TERM)


def _add_kept(found: Gathered, kept: QuerySet[Any, Any]) -> None:
    for key, term, source, value, at in kept:
        found.kept[key][term] = (Held(term, source, value), at)


def _add_identifiers(found: Gathered, identifiers: QuerySet[PatientIdentifier]) -> None:
    for row in found.recordings:
        mine = (one for one in identifiers if one.patient_id == row.patient_id)
        found.rows[row.pk].identifiers = [one.value for one in mine]


def _signed(keys: Sequence[int]) -> QuerySet[Any, Any]:
    """The newest signed words last.

    What was retracted says nothing of the ECG; an addendum repeats what it stands beneath.
    """
    readings = ReportVersion.objects.filter(
        report__recording__in=keys, kind=ReportVersion.Kind.READING
    ).exclude(report__status=Report.Status.ENTERED_IN_ERROR)
    rows = readings.order_by("report", "number")
    return rows.values_list("report__recording", "interpretation")


def _decided(keys: Sequence[int]) -> QuerySet[Any, Any]:
    """What readers decided of the machine's statements, the newest last."""
    decisions = StatementDecision.objects.filter(report__recording__in=keys)
    rows = decisions.exclude(report__status=Report.Status.ENTERED_IN_ERROR).order_by("id")
    return rows.values_list("report__recording", "text", "verdict")


def _add_overridden(found: Gathered, decided: QuerySet[Any, Any]) -> None:
    newest = {(key, text): verdict for key, text, verdict in decided}
    for (key, text), verdict in newest.items():
        if verdict == Verdict.OVERRIDDEN:
            found.rows[key].overridden |= {text}
