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
from apps.reports.actions import begin_amendment, save_draft, sign_report, viewed_digest
from apps.reports.models import Report, ReportVersion
from apps.tenants.models import User
from tests.factories import PASSWORD

TEXT = "Sinus rhythm.\nNormal intervals."


@contextmanager
def _inside_of(recording: Recording) -> Iterator[None]:
    with organization_scope(recording.organization_id), transaction.atomic():
        yield


def report_of(recording: Recording) -> Report:
    with _inside_of(recording):
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
    with _inside_of(recording):
        report = write(Report.objects.get(recording=recording), reader, text, now)
        return sign(report, reader, now=now or timezone.now())


def amend_recording(
    recording: Recording, reader: User, text: str, reason: str = "Axis misread"
) -> ReportVersion:
    """The next version of its report."""
    with _inside_of(recording):
        report = Report.objects.get(recording=recording)
        report = begin_amendment(report, reader=reader, reason=reason, now=timezone.now())
        return sign(write(report, reader, text), reader)
