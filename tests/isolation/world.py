"""The same things in two organizations, by the kind of id that routes take."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import admin
from django.utils import timezone

from apps.audit.models import Alarm
from apps.billing.models import Price
from apps.ecg.models import ReaderMeasurement, Recording
from apps.ingestion.models import (
    IdentityCase,
    Order,
    OrderCase,
    OrderMessage,
    RecordingArrival,
    UploadSession,
)
from apps.integrations.models import Submission
from apps.reports.models import (
    CriticalResult,
    KeptDraft,
    OnCallList,
    OnCallShift,
    Report,
    ReportTemplate,
    ReportVersion,
    Retraction,
    SavedView,
)
from apps.tenants import blobs
from apps.tenants.models import IdentityProvider, Organization, PlatformRole, Site, User
from tests.factories import (
    inside,
    make_document,
    make_entry,
    make_ingress,
    make_offboarding,
    make_recording,
    make_staff,
    make_user,
)
from tests.isolation.rows import make_row

Ids = dict[str, Any]
STATED = dict.fromkeys(
    (
        *("family_name", "given_name", "name_prefix", "identifier", "assigning_authority"),
        *("born_on", "sex", "acquired_at", "acquired_local", "acquired_zone"),
    ),
    "",
)


def things_of(organization: Organization) -> Ids:
    """One of each kind, by the id that stands in addresses."""
    recording, other = make_recording(organization), make_recording(organization)
    signed = report_of(other, status="signed", version_count=1)
    report_of(make_recording(organization))  # waits to be read next
    pdf = blobs.put(organization.pk, "pdf", [b"%PDF-1.7 a signed report"])
    named = {"pdf_sha256": pdf.sha256, "form_sha256": pdf.sha256}
    refused = blobs.put(organization.pk, "hl7", [b"MSH of an order that was refused"]).sha256
    version = make_row(ReportVersion, organization, report=signed, number=1, **named)
    return {
        "organization": organization.public_id,
        "recording": recording.public_id,
        "report": report_of(recording).public_id,
        "signed": signed.public_id,
        "version": version.public_id,
        "patient": recording.patient.public_id,
        "arrival": make_ingress(organization).public_id,
        "mismatch": make_ingress(
            organization, state="quarantined", error_code="sender-names-other-order"
        ).public_id,
        "hash": make_ingress(organization).sha256,
        "submission": make_row(
            Submission, organization, ingress=make_ingress(organization)
        ).public_id,
        "document": make_document(organization).public_id,
        "upload": make_upload(organization, "web").public_id,
        "sending": make_upload(organization, "api").public_id,
        "person": make_user(organization, "technician").public_id,
        "alarm": make_row(Alarm, organization, code="queue.waiting", resolved_at=None).public_id,
        "case": make_case(recording).public_id,
        "order": make_row(Order, organization, status="ordered", placer_number="P-1").public_id,
        "order-case": make_row(OrderCase, organization, recording=other, closed_at=None).public_id,
        "order-message": make_row(
            OrderMessage, organization, order=None, effect="refused", sha256=refused
        ).public_id,
        "kept": make_row(ReaderMeasurement, organization, recording=recording).public_id,
        "critical": make_row(
            CriticalResult, organization, report=signed, acknowledged_at=None
        ).public_id,
        "view": make_row(
            SavedView, organization, search="AF", is_shared=True, removed_at=None
        ).public_id,
        "duty": make_row(OnCallList, organization).public_id,
        "shift": make_row(
            OnCallShift, organization, struck_at=None, time_zone="Europe/London"
        ).public_id,
        "template": make_row(ReportTemplate, organization, owner=None, retired_at=None).public_id,
        "addendum": make_row(
            KeptDraft, organization, report=signed, purpose="addendum", revision=1
        ).public_id,
        "retraction": make_row(
            Retraction, organization, report=signed, approved_at=None, approved_by=None
        ).public_id,
        "site": make_row(Site, organization).public_id,
        "entry": make_entry(organization).public_id,
        "offboarding": make_offboarding(organization).public_id,
        "provider": make_row(
            IdentityProvider, organization, kind="saml", is_active=False
        ).public_id,
    }


def make_upload(organization: Organization, source: str) -> UploadSession:
    """Begun and not finished, none of its parts there; its parts come through the application."""
    given = {"location": None, "storage_upload": "", "ingress": None, "content_hash": ""}
    ends = {"expires_at": timezone.now() + dt.timedelta(hours=1)}
    return make_row(
        UploadSession, organization, source=source, size=9, part_size=9, **given, **ends
    )


def make_case(recording: Recording) -> IdentityCase:
    """A question about a recording, whose one copy is here."""
    given = {"recording": recording, "ingress": make_ingress(recording.organization)}
    copy = make_row(RecordingArrival, recording.organization, identity=STATED, **given)
    return make_row(
        IdentityCase, recording.organization, recording=recording, other=None, chosen=copy
    )


def report_of(recording: Recording, **changes: Any) -> Report:
    with inside(recording.organization):
        report = Report.objects.get(recording=recording)
        for name, value in changes.items():
            setattr(report, name, value)
        report.save()
    return report


def admin_row(label: str, organization: Organization, member: User) -> Any:
    """The key of a row of any model in the admin."""
    model = next(model for model in admin.site._registry if model._meta.label_lower == label)
    if model is Organization:
        return organization.pk
    if model is User:
        return member.pk
    if model is PlatformRole:
        return PlatformRole.objects.get(user=make_staff("support")).pk
    # A price in force is fixed; one to come may still be changed.
    given = {"effective_from": dt.date(2999, 1, 1)} if model is Price else {}
    return make_row(model, organization, **given).pk
