"""What is said of each thing: the only list of what leaves by the API."""

from __future__ import annotations

import uuid
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers as fields

from apps.core.leases import Leased
from apps.ecg.model_recording import Source
from apps.ecg.models import Patient, Priority, Recording, Waveform
from apps.ingestion.content import Content
from apps.ingestion.models import Ingress, UploadSession
from apps.ingestion.upload_actions import HASH
from apps.integrations.api.order_shapes import OrderOfEcg, order_of_ecg
from apps.integrations.result_status import event_of, result_status, standing
from apps.reports.models import Report, ReportVersion, Signature

UNCONFIRMED = "unconfirmed"


class File(fields.Serializer):
    """A file on its way: `state` first, then `outcome`, then the recording it became."""

    id = fields.UUIDField(source="public_id")
    state = fields.ChoiceField(Leased.State.choices)
    outcome = fields.ChoiceField(Ingress.Outcome.choices)
    code = fields.CharField(source="error_code", help_text="Why it was refused; else empty.")
    field = fields.CharField(
        source="refusal_field", help_text="The field of the file at fault, where one is."
    )
    message = fields.CharField(source="refusal_message", help_text="What the sender can do.")
    recording = fields.UUIDField(source="recording.public_id", default=None, allow_null=True)
    members = fields.SerializerMethodField(
        help_text="Files out of an archive, by id, in its order: each is followed by itself."
    )
    sha256 = fields.CharField(
        help_text="Hash of the bytes as they arrived; empty until those sent in parts are checked."
    )
    size = fields.IntegerField()
    received_at = fields.DateTimeField()

    def get_members(self, file: Ingress) -> list[uuid.UUID]:
        if file.outcome != Ingress.Outcome.UNPACKED:
            return []
        return list(file.members.order_by("member").values_list("public_id", flat=True))


class UploadWanted(fields.Serializer):
    """A file that is to come."""

    size = fields.IntegerField(max_value=1 << 50, help_text="Its length in bytes.")
    content = fields.ChoiceField(
        Content.choices, default=Content.ECG, help_text="What it is; each has a largest size."
    )
    filename = fields.CharField(required=False, max_length=255, help_text="For display.")
    sha256 = fields.RegexField(
        HASH, required=False, help_text="Hash of the whole; needed at the end at the latest."
    )


class Upload(fields.Serializer):
    """A file on its way in parts."""

    id = fields.UUIDField(source="public_id")
    state = fields.ChoiceField(UploadSession.State.choices)
    content = fields.ChoiceField(Content.choices)
    size = fields.IntegerField()
    part_size = fields.IntegerField(help_text="Length of every part but the last.")
    part_count = fields.IntegerField()
    parts = fields.ListField(
        child=fields.IntegerField(), default=[], help_text="Numbers of the parts that are there."
    )
    expires_at = fields.DateTimeField(help_text="When it ends unless it is finished.")
    file = fields.UUIDField(
        source="ingress.public_id",
        default=None,
        allow_null=True,
        help_text="The file it became; follow it under files.",
    )


class UnfinishedUpload(fields.Serializer):
    """A file whose parts are still taken; which are there is told by its own address."""

    id = fields.UUIDField(source="public_id")
    content = fields.ChoiceField(Content.choices)
    size = fields.IntegerField()
    begun_at = fields.DateTimeField(source="created_at")
    expires_at = fields.DateTimeField(help_text="When it ends unless it is finished.")


class Unfinished(fields.Serializer):
    uploads = UnfinishedUpload(many=True)


class PartWanted(fields.Serializer):
    number = fields.IntegerField(help_text="From 1.")
    sha256 = fields.RegexField(HASH)


class PartsWanted(fields.Serializer):
    parts = fields.ListField(child=PartWanted(), min_length=1, max_length=100)


class PartAddress(fields.Serializer):
    number = fields.IntegerField()
    method = fields.CharField()
    url = fields.CharField()
    headers = fields.DictField(child=fields.CharField(), help_text="To be sent as they are.")
    expires_at = fields.DateTimeField()


class PartAddresses(fields.Serializer):
    parts = PartAddress(many=True)


class UploadHash(fields.Serializer):
    sha256 = fields.RegexField(HASH, required=False, help_text="Of the whole, unless announced.")


class ReportSummary(fields.Serializer):
    id = fields.UUIDField(source="public_id")
    status = fields.ChoiceField(Report.Status.choices)


def report_of(recording: Recording) -> Report | None:
    """From what was read with the recording: the newest, where one was retracted."""
    return max(recording.reports.all(), key=lambda row: row.pk, default=None)


class RecordingSummary(fields.Serializer):
    """A row of the list: what is needed to choose, without a name."""

    id = fields.UUIDField(source="public_id")
    acquired_at = fields.DateTimeField(allow_null=True)
    received_at = fields.DateTimeField()
    priority = fields.ChoiceField(Priority.choices)
    patient = fields.UUIDField(source="patient.public_id")
    site = fields.UUIDField(source="site.public_id", default=None, allow_null=True)
    report = fields.SerializerMethodField()
    is_synthetic = fields.BooleanField()

    @extend_schema_field(ReportSummary(allow_null=True))
    def get_report(self, recording: Recording) -> Any:
        found = report_of(recording)
        return ReportSummary(found).data if found else None


class RecordingPage(fields.Serializer):
    recordings = RecordingSummary(many=True)
    next = fields.UUIDField(
        allow_null=True, help_text="The cursor of the page after; null at the end."
    )


class Identifier(fields.Serializer):
    value = fields.CharField()
    assigning_authority = fields.CharField()


class Person(fields.Serializer):
    id = fields.UUIDField(source="public_id")
    family_name = fields.CharField()
    given_name = fields.CharField()
    born_on = fields.DateField(allow_null=True)
    sex = fields.ChoiceField(Patient.Sex.choices, help_text="Empty is not known.")
    identifiers = Identifier(many=True)


class Place(fields.Serializer):
    id = fields.UUIDField(source="public_id")
    name = fields.CharField()


class Measured(fields.Serializer):
    """One number. The same name comes once from each source and method; none replaces another."""

    name = fields.CharField(help_text="With its unit: qrs_ms, qrs_axis_deg.")
    value = fields.FloatField()
    unit = fields.CharField(help_text="UCUM.")
    source = fields.ChoiceField(Source.choices)
    method = fields.CharField(help_text="Formula, or algorithm and version.")
    lead = fields.CharField(help_text="Empty for all leads together.")


class Statement(fields.Serializer):
    """A machine's statement. What a clinician confirmed is in the report's signed versions."""

    status = fields.SerializerMethodField(help_text="Always “unconfirmed”.")
    code = fields.CharField()
    text = fields.CharField()
    source = fields.ChoiceField(Source.choices)
    method = fields.CharField()

    def get_status(self, _finding: Any) -> str:
        return UNCONFIRMED


class Warned(fields.Serializer):
    code = fields.CharField()
    message = fields.CharField()


class RecordingDetail(RecordingSummary):
    acquired_local = fields.CharField(help_text="As the file says it, ISO 8601.")
    acquired_zone = fields.CharField(help_text="Zone used to turn local into UTC.")
    accession_number = fields.CharField()
    order = fields.SerializerMethodField(help_text="That it answers; null where unsolicited.")
    format = fields.CharField()
    decoder = fields.CharField(help_text="Decoder and version that read the file.")
    patient = Person()
    site = Place(allow_null=True)
    sampling_rate_hz = fields.FloatField()
    samples = fields.IntegerField(help_text="Samples of each lead.")
    leads = fields.ListField(source="lead_names", child=fields.CharField())
    waveforms = fields.SerializerMethodField(help_text="Kinds that can be read.")
    electrode_system = fields.CharField()
    filters = fields.DictField(child=fields.FloatField(allow_null=True))
    canonical_hash = fields.CharField(help_text="Hash of the exact signal.")
    original_sha256 = fields.CharField(help_text="Hash of the file it came from.")
    warnings = Warned(many=True)
    measurements = Measured(many=True)
    findings = Statement(many=True)

    @extend_schema_field(OrderOfEcg(allow_null=True))
    def get_order(self, recording: Recording) -> Any:
        return order_of_ecg(recording)

    @extend_schema_field(fields.ListField(child=fields.ChoiceField(Waveform.Kind.choices)))
    def get_waveforms(self, recording: Recording) -> list[str]:
        return list(recording.waveforms.order_by("kind").values_list("kind", flat=True))


class SignatureShown(fields.Serializer):
    printed_name = fields.CharField()
    signed_at = fields.DateTimeField()
    meaning = fields.ChoiceField(Signature.Meaning.choices)
    content_sha256 = fields.CharField(help_text="Hash of the content that was signed.")


class Version(fields.Serializer):
    """Signed once, never changed; a later one supersedes it."""

    id = fields.UUIDField(source="public_id")
    number = fields.IntegerField()
    kind = fields.ChoiceField(ReportVersion.Kind.choices)
    fhir_status = fields.SerializerMethodField(help_text="DiagnosticReport.status, FHIR R4.")
    interpretation = fields.CharField(help_text="As signed.")
    addendum = fields.CharField(help_text="What an addendum adds beneath it.")
    amendment_reason = fields.CharField(help_text="Why it replaces the one before.")
    signatures = SignatureShown(many=True)
    pdf_sha256 = fields.CharField()
    pdf = fields.SerializerMethodField(help_text="Address of the PDF.")

    def get_fhir_status(self, version: ReportVersion) -> str:
        return result_status(event_of(version)).fhir

    def get_pdf(self, version: ReportVersion) -> str:
        names = [version.report.public_id, version.public_id]
        return reverse("api:report-pdf", args=names)


class ReportDetail(ReportSummary):
    recording = fields.UUIDField(source="recording.public_id")
    fhir_status = fields.SerializerMethodField(help_text="DiagnosticReport.status, FHIR R4.")
    versions = Version(many=True, help_text="Oldest first; empty before the first signature.")

    def get_fhir_status(self, report: Report) -> str:
        return result_status(standing(report, newest_of(report))).fhir


def newest_of(report: Report) -> ReportVersion | None:
    """From what was read with the report."""
    return max(report.versions.all(), key=lambda row: row.number, default=None)


class Refusal(fields.Serializer):
    """RFC 9457. `code` is stable; `field` names what is at fault and never its content."""

    type = fields.CharField()
    title = fields.CharField()
    status = fields.IntegerField()
    code = fields.CharField()
    field = fields.CharField(required=False)
    detail = fields.CharField(required=False)
