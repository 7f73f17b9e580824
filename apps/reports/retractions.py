"""Retracting a report that is of another patient: asked by one person, approved by a second.

Terminal: the report stays readable and is marked everywhere. The recording then waits in the queue
of identity; whoever decides there whose it is opens a fresh, unread report for it.
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404

from apps.audit import actions as audit
from apps.audit.chain import text_mac
from apps.ecg.models import Patient, Priority, Recording
from apps.ecg.stages import advance
from apps.ingestion.cases import Kind as CaseKind
from apps.ingestion.cases import open_case, subject_of
from apps.reports.actions import NotSignable, Stale, locked
from apps.reports.criticals import open_results
from apps.reports.freezing import (
    Signed,
    Version,
    addenda_in,
    freeze,
    frozen_in,
    interpreted_in,
    newest_version,
    settle,
)
from apps.reports.lifecycle import allows
from apps.reports.models import Report, ReportVersion, Retraction, Signature
from apps.reports.orders import take_off_order
from apps.reports.presence import keep_draft
from apps.reports.proving import Proof
from apps.reports.queries import newest_of
from apps.reports.search.index import renew
from apps.reports.snapshot import digest
from apps.tenants.access import Active
from apps.tenants.models import User
from apps.tenants.queries import permit

LONGEST_REASON = 400
# How a critical result ended that was of another patient.
RETRACTED, TOLD_NOBODY = "retracted", "Nobody: the report was retracted, wrong patient"

Kind, Meaning = ReportVersion.Kind, Signature.Meaning


class NotRetractable(NotSignable):
    """Only what is signed is retracted, for a reason, once, and never by one person alone."""


@transaction.atomic
def ask_retraction(report: Report, *, by: User, reason: str, now: dt.datetime) -> Retraction:
    """The report stays as it is until a second person approves. Raises NotRetractable."""
    report = locked(report)
    reason = " ".join(reason.split())[:LONGEST_REASON]
    if not allows(report, "ask_retraction") or not reason or open_retraction(report):
        raise NotRetractable
    asked = Retraction.objects.create(
        organization_id=report.organization_id,
        report=report,
        patient=report.recording.patient,
        reason=reason,
        asked_by=by,
        asked_at=now,
    )
    audit.record("reports.retraction.asked", report, actor=by, reason_mac=text_mac(reason))
    return asked


@transaction.atomic
def refuse_retraction(retraction: Retraction, *, by: User, now: dt.datetime) -> Retraction:
    """Refused by a second person, or taken back by who asked. Raises NotRetractable."""
    retraction = _open(retraction)
    retraction.refused_by, retraction.refused_at = by, now
    retraction.save(update_fields=["refused_by", "refused_at"])
    audit.record("reports.retraction.refused", retraction.report, actor=by)
    return retraction


def viewed_retraction(retraction: Retraction) -> str:
    """Names what the second person's signature would cover: the version that stands, and why."""
    version = newest_version(retraction.report)
    return digest([version.content_sha256, retraction.reason, str(retraction.public_id)])


@transaction.atomic
def approve_retraction(
    retraction: Retraction, *, by: User, proof: Proof, now: dt.datetime
) -> ReportVersion:
    """Mark the report as entered in error, for ever, and tell who received it.

    Raises NotRetractable for the person who asked, Stale where another version came meanwhile,
    NotSignable, WrongPassword, AnswerRefused.
    """
    report = locked(retraction.report)
    retraction = _open(retraction)
    if retraction.asked_by_id == by.pk:
        raise NotRetractable
    if not allows(report, "retract"):
        raise NotSignable
    newest = newest_version(report)
    if proof.viewed != viewed_retraction(retraction):
        raise Stale(report)
    method = proof.method(report, by, now)
    retraction.approved_by, retraction.approved_at = by, now
    retraction.save(update_fields=["approved_by", "approved_at"])
    signed = Signed(by, now, method, Meaning.RETRACTION)
    version = freeze(report, _retracted(newest, retraction), signed)
    _drop_draft(report, newest, now)
    settle(report, version, signed, "reports.report.retracted")
    _close_criticals(report, by, now)
    advance(report.recording, done="append", subject=f"version:{version.public_id}")
    renew([report.recording])
    take_off_order(report.recording, by=by)
    _ask_whose(report)
    return version


def _retracted(newest: ReportVersion, retraction: Retraction) -> Version:
    """All that was signed once more, marked: what was sent to the wrong record is named by it."""
    before = frozen_in(newest)
    return Version(
        Kind.RETRACTION,
        before["snapshot"],
        newest.interpretation,
        reason=retraction.reason,
        interpreted=interpreted_in(before),
        addenda=addenda_in(before),
        retracted={
            "reason": retraction.reason,
            "asked_by": retraction.asked_by.full_name,
            "asked_at": retraction.asked_at.isoformat(),
            "approved_by": retraction.approved_by.full_name,
            "approved_at": retraction.approved_at.isoformat(),  # type: ignore[union-attr]
        },
    )


def _open(retraction: Retraction) -> Retraction:
    rows = Retraction.objects.select_for_update(no_key=True, of=("self",))
    found = rows.select_related("report", "asked_by").get(pk=retraction.pk)
    if not found.is_open:
        raise NotRetractable
    return found


def _drop_draft(report: Report, newest: ReportVersion, now: dt.datetime) -> None:
    """An amendment that was under way ends; its text is kept beside the report."""
    if report.status != Report.Status.AMENDING:
        return
    if report.draft_saved_by is not None and report.draft_text != newest.interpretation:
        keep_draft(report, report.draft_text, report.draft_revision, report.draft_saved_by, now)
    report.draft_text = newest.interpretation
    report.draft_revision += 1


def _close_criticals(report: Report, by: User, now: dt.datetime) -> None:
    """Nobody is to be told of them any more; the clock stops with the reason."""
    for result in open_results().select_for_update(no_key=True).filter(report=report):
        result.acknowledged_at, result.acknowledged_by = now, by
        result.told_whom, result.told_how = TOLD_NOBODY, RETRACTED
        result.save(update_fields=["acknowledged_at", "acknowledged_by", "told_whom", "told_how"])
        audit.record("reports.critical.withdrawn", result, actor=by, kind=RETRACTED)
    rank = Priority(report.recording.priority).rank
    Report.objects.filter(pk=report.pk).update(priority_rank=rank)


def _ask_whose(report: Report) -> None:
    """The recording waits in the queue of identity, where it may wait already."""
    recording = report.recording
    open_case(CaseKind.IDENTITY_CONFLICT, recording, subject=subject_of(recording))


def open_retraction(report: Report) -> Retraction | None:
    rows = Retraction.objects.select_related("asked_by")
    return rows.filter(report=report, approved_at=None, refused_at=None).first()


def retractions_on(active: Active, recording: Recording) -> QuerySet[Retraction]:
    """Of the newest report, the one that stands or waits; none that was refused."""
    permit(active, "view_recordings")
    rows = Retraction.objects.select_related("asked_by", "approved_by")
    return rows.filter(report=newest_of(recording), refused_at=None).order_by("id")[:1]


def retracted_of(active: Active, patient: Patient) -> list[Retraction]:
    """Reports that were said to be of a patient and are not, whose ECG is no longer theirs."""
    permit(active, "view_recordings")
    rows = Retraction.objects.filter(patient=patient).exclude(approved_at=None)
    rows = rows.exclude(report__recording__patient=patient)
    return list(rows.select_related("approved_by", "report").order_by("-approved_at")[:50])


def get_retraction_to_decide(active: Active, public_id: uuid.UUID) -> Retraction:
    """Raises PermissionDenied, Http404."""
    permit(active, "approve_retraction")
    related = [f"report__recording__{name}" for name in ("patient", "site", "organization")]
    found = (
        Retraction.objects.select_related("asked_by", *related).filter(public_id=public_id).first()
    )
    if found is None:
        raise Http404
    return found


def waiting_retractions(active: Active) -> list[Retraction]:
    """Those that wait for a second person, oldest first."""
    permit(active, "approve_retraction")
    rows = Retraction.objects.filter(approved_at=None, refused_at=None)
    return list(rows.select_related("asked_by", "report__recording").order_by("id")[:50])
