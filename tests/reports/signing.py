"""Signing and amending a recording's report, as a reader does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.core.scope import organization_scope
from apps.ecg.models import Recording
from apps.reports import addenda, retractions
from apps.reports.actions import begin_amendment, save_draft, sign_report, viewed_digest
from apps.reports.locking import unlock_report
from apps.reports.models import Report, ReportVersion, Retraction
from apps.reports.proving import Proof
from apps.tenants.models import User
from tests.factories import PASSWORD

TEXT = "Sinus rhythm.\nNormal intervals."


@contextmanager
def inside_of(row: Any) -> Iterator[None]:
    with organization_scope(row.organization_id), transaction.atomic():
        yield


def report_of(recording: Recording) -> Report:
    with inside_of(recording):
        return Report.objects.get(recording=recording)


def write(report: Report, reader: User, text: str, now: dt.datetime | None = None) -> Report:
    return save_draft(
        report,
        text=text,
        revision=report.draft_revision,
        editor=reader,
        now=now or timezone.now(),
    )


def sign(report: Report, reader: User, **given: Any) -> ReportVersion:
    """Signs the stored revision; in the scope."""
    stored = Report.objects.get(pk=report.pk)
    fields = {
        "revision": stored.draft_revision,
        "viewed": viewed_digest(stored),
        "password": PASSWORD,
        "now": timezone.now(),
    }
    return sign_report(report, reader=reader, **(fields | given))


def sign_recording(
    recording: Recording, reader: User, text: str = TEXT, now: dt.datetime | None = None
) -> ReportVersion:
    """Version 1 of its report."""
    with inside_of(recording):
        report = write(Report.objects.get(recording=recording), reader, text, now)
        return sign(report, reader, now=now or timezone.now())


def amend_recording(
    recording: Recording, reader: User, text: str, reason: str = "Axis misread"
) -> ReportVersion:
    """The next version of its report."""
    with inside_of(recording):
        report, now = Report.objects.get(recording=recording), timezone.now()
        if report.status == Report.Status.LOCKED:
            report = unlock_report(report, by=reader, reason=reason, now=now)
        report = begin_amendment(report, reader=reader, reason=reason, now=now)
        return sign(write(report, reader, text), reader)


def add_to(recording: Recording, reader: User, text: str = "Compared with 2019.") -> ReportVersion:
    """An addendum to its report, written and signed."""
    with inside_of(recording):
        report, now = newest_report(recording), timezone.now()
        kept = addenda.write_addendum(report, author=reader, text=text, now=now)
        proof = Proof(addenda.viewed_addendum(kept), password=PASSWORD)
        return addenda.sign_addendum(kept, author=reader, proof=proof, now=now)


def ask_to_retract(recording: Recording, asker: User, reason: str = "Labels swapped") -> Retraction:
    with inside_of(recording):
        report = newest_report(recording)
        return retractions.ask_retraction(report, by=asker, reason=reason, now=timezone.now())


def approve(asked: Retraction, approver: User, password: str = PASSWORD) -> ReportVersion:
    with organization_scope(asked.organization_id), transaction.atomic():
        asked = Retraction.objects.select_related("report").get(pk=asked.pk)
        proof = Proof(retractions.viewed_retraction(asked), password=password)
        return retractions.approve_retraction(asked, by=approver, proof=proof, now=timezone.now())


def newest_report(recording: Recording) -> Report:
    return Report.objects.filter(recording=recording).order_by("-id")[0]
