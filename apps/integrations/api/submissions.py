"""Operations for EHRs: have an ECG taken in, and follow it; by plain JSON and by FHIR R4."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as fields
from rest_framework.exceptions import APIException
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from apps.audit.actions import record_alone
from apps.core.errors import RetryableError
from apps.ecg.models import Priority
from apps.ingestion.actions import OrganizationClosed
from apps.ingestion.signed import NOT_SIGNED, WORDS, Signed, held_name
from apps.integrations.api import wanted
from apps.integrations.api.base import Operations
from apps.integrations.api.files import DELIVERY_LABELS, REFUSED, stated_key
from apps.integrations.api.parsers import ShallowFhir, ShallowJson
from apps.integrations.api.problems import Problem
from apps.integrations.api.queries import get_site_to_submit_from, get_submission_to_follow
from apps.integrations.api.signatures import signature_of
from apps.integrations.models import Submission
from apps.integrations.submissions.asked import Asked
from apps.integrations.submissions.fhir import NAMES as FHIR_NAMES
from apps.integrations.submissions.fhir import read_fhir
from apps.integrations.submissions.plain import NAMES, read_plain
from apps.integrations.submissions.sender import NONCE, PURPOSE, SENDER, TIMESTAMP, check_sender
from apps.integrations.submissions.standing import STATUSES, standing_of
from apps.integrations.submissions.submit import Sender, Taken, submit
from apps.integrations.submissions.task import results_of, task_of
from apps.tenants.clients import delivery_key
from apps.tenants.model_api import Scope

REFUSED_TOO = REFUSED | {OrganizationClosed: "organization-closed"}

SENDERS = [
    OpenApiParameter(name, str, OpenApiParameter.HEADER, required=True, description=words)
    for name, words in (
        (SENDER, "The id of your API client, which the key must be of."),
        (TIMESTAMP, "When you ask, with offset; within five minutes of our clock."),
        (NONCE, "16 to 64 letters and digits that you never gave before."),
        (PURPOSE, "TREAT, ETREAT or CAREMGT."),
    )
]


class PatientStated(fields.Serializer):
    """Whom it is of, as far as you say; compared with what the file says."""

    identifier = fields.CharField(required=False)
    assigning_authority = fields.CharField(required=False)
    family_name = fields.CharField(required=False)
    given_name = fields.CharField(required=False)
    name_prefix = fields.CharField(required=False)
    born_on = fields.DateField(required=False)
    sex = fields.CharField(required=False)


class SubmissionAsked(fields.Serializer):
    """Either `data` or `url`."""

    data = fields.CharField(required=False, help_text="The file in base64.")
    url = fields.URLField(required=False, help_text="On a host of your organization's list.")
    sha256 = fields.CharField(required=False)
    size = fields.IntegerField(required=False)
    patient = PatientStated(required=False)
    accession_number = fields.CharField(required=False)


class SubmissionShown(fields.Serializer):
    """Where it stands; `file` and `recording` are addresses of what it became."""

    id = fields.UUIDField()
    status = fields.CharField(help_text=f"One of {', '.join(STATUSES)}.")
    code = fields.CharField(help_text="The outcome, or why it was refused; empty before.")
    field = fields.CharField(help_text="The field of the file at fault, where one is.")
    message = fields.CharField()
    purpose = fields.CharField()
    requested_at = fields.DateTimeField()
    file = fields.CharField(allow_null=True)
    recording = fields.CharField(allow_null=True)
    task = fields.CharField(help_text="The same as a FHIR Task.")


def shown(row: Submission) -> dict[str, Any]:
    standing, results = standing_of(row), results_of(row)
    return {
        "id": str(row.public_id),
        "status": standing.status,
        "code": standing.code,
        "field": standing.field,
        "message": standing.message,
        "purpose": row.purpose,
        "requested_at": row.requested_at.isoformat(),
        "file": results.get("file"),
        "recording": results.get("recording"),
        "task": reverse("api:task", args=[row.public_id]),
    }


class Submitting(Operations):
    """What both forms do alike. No transaction is open here: what is answered is committed."""

    scopes = {"POST": Scope.SUBMISSIONS_WRITE}

    def take(self, request: Request, *, url_field: str) -> Taken:
        """Raises Problem, once the refusal is on the organization's record."""
        try:
            return self._take(request, url_field)
        except Problem as refused:
            record_alone(
                self.caller.organization_id,
                "integrations.submission.refused",
                actor=self.caller.client,
                code=refused.code,
            )
            raise

    def _take(self, request: Request, url_field: str) -> Taken:
        http: HttpRequest = request._request
        labels = wanted.read(http.GET, wanted.FILES)
        key = stated_key(http)
        signature = signature_of(http, self.caller)
        body = http.body if signature else b""
        name = delivery_key(self.caller.client, key)
        whole = hashlib.sha256(body).hexdigest()
        signed = signature.verdict(whole) if signature else NOT_SIGNED
        purpose = check_sender(http, self.caller)
        site = None
        if "site" in labels:
            with transaction.atomic():
                site = get_site_to_submit_from(self.caller, labels["site"])
        sender = Sender(
            self.caller.client,
            purpose,
            held_name(name, whole) if signed.code else name,
            site,
            labels.get("priority", Priority.ROUTINE),
            signed,
        )
        asked = self._asked(request, body, sender.signed)
        try:
            return submit(sender, asked, url_field=url_field)
        except RetryableError:
            raise Problem("unavailable", Retry_After="60") from None
        except tuple(REFUSED_TOO) as error:
            raise Problem(REFUSED_TOO[type(error)]) from None

    def _asked(self, request: Request, body: bytes, signed: Signed) -> Asked:
        """What is held is kept as it came where it cannot be read, and fetched from nowhere."""
        if not signed.code:
            return self.read(request.data)
        try:
            asked = self.read(request.data)
        except (Problem, APIException):
            return Asked(data=body)
        if asked.url:
            raise Problem("signature-not-valid", field="Signature", detail=WORDS[signed.code])
        return asked

    def read(self, body: Any) -> Asked:
        raise NotImplementedError


class Submissions(Submitting):
    @extend_schema(
        operation_id="submitEcg",
        summary="Submit an ECG for a patient",
        description="As data, or by an address it is fetched from by and by. The answer is kept"
        " before it is given; follow it at its address.",
        request=SubmissionAsked,
        parameters=[*SENDERS, *DELIVERY_LABELS],
        responses={202: SubmissionShown},
    )
    def post(self, request: Request) -> Response:
        taken = self.take(request, url_field=NAMES["url"]).submission
        where = reverse("api:submission", args=[taken.public_id])
        with transaction.atomic():
            return Response(shown(taken), status=202, headers={"Location": where})

    def read(self, body: Any) -> Asked:
        return read_plain(body)


class OneSubmission(Operations):
    scopes = {"GET": Scope.SUBMISSIONS_READ}

    @extend_schema(
        operation_id="followSubmission",
        summary="Follow a submission",
        description="requested, in-progress, then completed, rejected (you can mend it) or failed.",
        responses=SubmissionShown,
    )
    def get(self, request: Request, submission_id: uuid.UUID) -> Response:
        return Response(shown(get_submission_to_follow(self.caller, submission_id)))


class FhirRenderer(JSONRenderer):
    media_type = "application/fhir+json"


class SubmitEcg(Submitting):
    parser_classes = (ShallowFhir, ShallowJson)
    renderer_classes = (FhirRenderer,)

    @extend_schema(
        operation_id="fhirSubmitEcg",
        summary="Submit an ECG for a patient (FHIR R4)",
        description="A DocumentReference, or Parameters with one as `document` and a Patient as"
        " `patient`. The answer is a Task.",
        request={"application/fhir+json": OpenApiTypes.OBJECT},
        parameters=[*SENDERS, *DELIVERY_LABELS],
        responses={(202, "application/fhir+json"): OpenApiTypes.OBJECT},
    )
    def post(self, request: Request) -> Response:
        taken = self.take(request, url_field=FHIR_NAMES["url"]).submission
        where = reverse("api:task", args=[taken.public_id])
        with transaction.atomic():
            return Response(task_of(taken), status=202, headers={"Location": where})

    def read(self, body: Any) -> Asked:
        return read_fhir(body)


class Task(Operations):
    scopes = {"GET": Scope.SUBMISSIONS_READ}
    renderer_classes = (FhirRenderer,)

    @extend_schema(
        operation_id="fhirTask",
        summary="Follow a submission (FHIR R4)",
        description="Task.status as of a submission; Task.output names the file and the recording.",
        responses={(200, "application/fhir+json"): OpenApiTypes.OBJECT},
    )
    def get(self, request: Request, task_id: uuid.UUID) -> Response:
        return Response(task_of(get_submission_to_follow(self.caller, task_id)))
