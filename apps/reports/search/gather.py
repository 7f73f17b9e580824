"""What terms of recordings are made from, and the terms there are: one statement."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from apps.ecg.model_recording import Source
from apps.reports.models import Report, ReportVersion, StatementDecision

Kept = dict[str, "Held"]


@dataclass(frozen=True, slots=True)
class Held:
    """A term without its place: who states it, and its number where it has one.

    `is_due` is False where its copy of the recording's time is another than the recording has.
    """

    term: str
    source: str = ""
    value: float | None = None
    is_due: bool = True


@dataclass(slots=True)
class Found:
    """One recording that has a report, as a search sees it.

    `prior` is the newest earlier recording of its patient, as a report prints it, `following` the
    next; `numbers` are (name, value, source) without a lead, `findings` (source, code, text),
    `levels` (lead, ST level at J in microvolts), `signed` the newest signed words, None of an
    unread ECG, `overridden` statements of machines that readers took back, `kept` its terms.
    """

    key: int
    organization_id: int
    at: dt.datetime
    is_repeat: bool
    prior: int | None
    following: int | None
    site_id: int | None
    family_name: str
    given_name: str
    born_on: dt.date | None
    sex: str
    device: tuple[str, str] | None
    identifiers: list[str]
    source: str | None
    numbers: list[tuple[str, float, Source]]
    findings: list[tuple[Source, str, str]]
    levels: list[tuple[str, float | None]]
    signed: str | None
    overridden: list[str]
    kept: Kept


def gather(keys: Sequence[int]) -> list[Found]:
    """Of these recordings those that have a report."""
    with connection.cursor() as cursor:
        cursor.execute(_FOUND, {"keys": list(keys), **_WORDS})
        return [_found(row) for row in cursor.fetchall()]


def kept_of(keys: Sequence[int]) -> dict[int, Kept]:
    """Terms by recording; one that is not indexed is missing."""
    found: dict[int, Kept] = {}
    with connection.cursor() as cursor:
        cursor.execute(_KEPT, [list(keys)])
        for key, term, source, value in cursor.fetchall():
            found.setdefault(key, {})[term] = Held(term, source, value)
    return found


def _found(row: Sequence[object]) -> Found:
    found = Found(*row)  # type: ignore[arg-type]
    # JSON has neither tuples nor a place for terms by name.
    found.kept = {held[0]: Held(*held) for held in found.kept}
    return found


_WORDS = {
    "reading": ReportVersion.Kind.READING.value,
    "retracted": Report.Status.ENTERED_IN_ERROR.value,
    "overridden": StatementDecision.Verdict.OVERRIDDEN.value,
}

# What a retracted report said counts no more; an addendum repeats what it stands beneath. A
# recording without a time is neither earlier nor later than another.
_FOUND = """
    SELECT r.id, r.organization_id, coalesce(r.acquired_at, r.received_at),
           r.duplicate_of_id IS NOT NULL,
           (SELECT o.id FROM ecg_recording o
             WHERE o.patient_id = r.patient_id AND o.acquired_at < r.acquired_at
               AND NOT o.is_canary ORDER BY o.acquired_at DESC, o.id DESC LIMIT 1),
           (SELECT o.id FROM ecg_recording o
             WHERE o.patient_id = r.patient_id AND o.acquired_at > r.acquired_at
               AND NOT o.is_canary ORDER BY o.acquired_at, o.id LIMIT 1),
           r.site_id, p.family_name, p.given_name, p.born_on, p.sex,
           (SELECT json_build_array(d.manufacturer, d.model_name)
              FROM ecg_device d WHERE d.id = r.device_id),
           ARRAY(SELECT i.value FROM ecg_patientidentifier i WHERE i.patient_id = r.patient_id),
           (SELECT i.source FROM ingestion_recordingarrival a
              JOIN ingestion_ingress i ON i.id = a.ingress_id
             WHERE a.recording_id = r.id ORDER BY a.id LIMIT 1),
           (SELECT coalesce(json_agg(json_build_array(m.name, m.value, m.source)), '[]')
              FROM ecg_measurement m WHERE m.recording_id = r.id AND m.lead = ''),
           (SELECT coalesce(json_agg(json_build_array(f.source, f.code, f.text)), '[]')
              FROM ecg_finding f WHERE f.recording_id = r.id),
           (SELECT coalesce(json_agg(json_build_array(l.key, l.value -> 'st_j_uv')), '[]')
              FROM jsonb_each((SELECT n.leads FROM ecg_analysis n WHERE n.recording_id = r.id
                                ORDER BY n.id DESC LIMIT 1)) l),
           (SELECT v.interpretation FROM reports_reportversion v
              JOIN reports_report s ON s.id = v.report_id
             WHERE s.recording_id = r.id AND v.kind = %(reading)s AND s.status <> %(retracted)s
             ORDER BY s.id DESC, v.number DESC LIMIT 1),
           ARRAY(SELECT n.text
                   FROM (SELECT DISTINCT ON (c.text) c.text, c.verdict
                           FROM reports_statementdecision c
                           JOIN reports_report s ON s.id = c.report_id
                          WHERE s.recording_id = r.id AND s.status <> %(retracted)s
                          ORDER BY c.text, c.id DESC) n
                  WHERE n.verdict = %(overridden)s),
           (SELECT coalesce(json_agg(json_build_array(t.term, t.source, t.value,
                              t.at = coalesce(r.acquired_at, r.received_at))), '[]')
              FROM reports_searchterm t WHERE t.recording_id = r.id)
      FROM ecg_recording r
      JOIN ecg_patient p ON p.id = r.patient_id
     WHERE r.id = ANY(%(keys)s) AND NOT r.is_canary
       AND EXISTS (SELECT FROM reports_report s WHERE s.recording_id = r.id)"""

_KEPT = """SELECT recording_id, term, source, value
             FROM reports_searchterm WHERE recording_id = ANY(%s)"""
