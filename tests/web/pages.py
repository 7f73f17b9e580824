"""Rows and helpers for tests of pages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.audit.models import AuditEvent
from apps.ecg.models import Analysis, Finding, Measurement, PatientIdentifier, Recording
from apps.inference.models import Algorithm, AlgorithmVersion, InferenceRun
from apps.reports.models import Report
from apps.tenants.models import User
from tests.factories import inside, organization_of

PLATFORM = "einthoven-measure@1.0.0"


def report_of(recording: Recording) -> Report:
    with inside(recording.organization):
        return Report.objects.get(recording=recording)


def mrn_of(recording: Recording) -> str:
    with inside(recording.organization):
        return PatientIdentifier.objects.get(patient=recording.patient).value


def account_of(client: Client) -> str:
    """The address that who is signed in signs with."""
    return User.objects.get(pk=client.session["_auth_user_id"]).email


def events(organization: Any, code: str) -> list[AuditEvent]:
    with inside(organization):
        return list(AuditEvent.objects.filter(code=code).order_by("seq"))


def measure(recording: Recording, source: str = "platform", **values: float) -> None:
    """Numbers of one source; the platform's come with its analysis."""
    method = PLATFORM if source == "platform" else ""
    with inside(recording.organization):
        for name, value in values.items():
            Measurement.objects.create(
                organization=recording.organization,
                recording=recording,
                name=name,
                value=Decimal(str(value)),
                unit="ms",
                source=source,
                method=method,
            )
        if method:
            Analysis.objects.create(
                organization=recording.organization, recording=recording, algorithm=method
            )


def state(recording: Recording, *texts: str, source: str = "device", method: str = "") -> None:
    with inside(recording.organization):
        for ordinal, text in enumerate(texts, start=1):
            Finding.objects.create(
                organization=recording.organization,
                recording=recording,
                source=source,
                method=method,
                ordinal=ordinal,
                text=text,
            )


def run_algorithm(recording: Recording, **fields: Any) -> InferenceRun:
    organization = recording.organization
    with inside(organization):
        algorithm, _ = Algorithm.objects.get_or_create(
            organization=organization,
            slug="low-ef",
            defaults={"name": "Low EF", "intended_use": "Adults, not paced."},
        )
        version, _ = AlgorithmVersion.objects.get_or_create(
            organization=organization, algorithm=algorithm, version="2.1.0"
        )
        fields = {"idempotency_key": str(recording.pk), "input_hash": "x"} | fields
        return InferenceRun.objects.create(
            organization=organization, recording=recording, algorithm_version=version, **fields
        )


def sign_now(recording: Recording, reader: Any, text: str = "Sinus rhythm.") -> Report:
    """Write and sign through the actions themselves."""
    from apps.reports import actions
    from tests.factories import PASSWORD

    with inside(recording.organization):
        report = Report.objects.get(recording=recording)
        now = timezone.now()
        report = actions.save_draft(
            report, text=text, revision=report.draft_revision, editor=reader, now=now
        )
        actions.sign_report(
            report,
            reader=reader,
            revision=report.draft_revision,
            viewed=actions.viewed_digest(report),
            password=PASSWORD,
            now=now,
        )
    return report_of(recording)


def viewed_by_reader(report: Report) -> str:
    """What the sign page would send back for the report as it stands."""
    from apps.reports.actions import viewed_digest

    with inside(organization_of("mercy")):
        return viewed_digest(Report.objects.get(pk=report.pk))


def names(captured: CaptureQueriesContext) -> str:
    """The queries of a block, for a failing test's message."""
    return "\n".join(query["sql"][:200] for query in captured.captured_queries)


NOWHERE = UUID("00000000-0000-4000-8000-000000000000")
