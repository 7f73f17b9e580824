"""Recordings: the list, one with all that was measured, its samples."""

from __future__ import annotations

import gzip
import uuid

from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.audit import actions as audit
from apps.core.negotiation import takes
from apps.ecg import waveforms
from apps.ecg.models import Recording, Waveform
from apps.integrations.api import serializers, wanted
from apps.integrations.api.base import Operations
from apps.integrations.api.queries import MOST, get_recording_to_read, recordings
from apps.reports.models import Report
from apps.tenants.model_api import Scope

QUERY = OpenApiParameter.QUERY
FILTERS = [
    OpenApiParameter("limit", int, description=f"1 to {MOST}; 50 if left out."),
    OpenApiParameter("cursor", OpenApiTypes.UUID, description="`next` of the page before."),
    *(
        OpenApiParameter(name, OpenApiTypes.DATETIME, description="With its offset from UTC.")
        for name in ("received_from", "received_before", "acquired_from", "acquired_before")
    ),
    OpenApiParameter("patient", OpenApiTypes.UUID),
    OpenApiParameter("site", OpenApiTypes.UUID),
    OpenApiParameter("report_status", enum=list(Report.Status.values)),
]


class Recordings(Operations):
    scopes = {"GET": Scope.RECORDINGS_READ}

    @extend_schema(
        operation_id="listRecordings",
        summary="List recordings, newest arrival first",
        parameters=FILTERS,
        responses=serializers.RecordingPage,
    )
    def get(self, request: Request) -> Response:
        page = recordings(self.caller, wanted.recordings_wanted(request._request.GET))
        audit.record("ecg.recordings.listed", actor=self.caller.client, count=len(page.recordings))
        return Response(serializers.RecordingPage(page).data)


class OneRecording(Operations):
    scopes = {"GET": Scope.RECORDINGS_READ}

    @extend_schema(
        operation_id="readRecording",
        summary="Read a recording with its measurements and findings",
        responses=serializers.RecordingDetail,
    )
    def get(self, request: Request, recording_id: uuid.UUID) -> Response:
        found = get_recording_to_read(self.caller, recording_id)
        audit.record("ecg.recording.viewed", found, actor=self.caller.client)
        return Response(serializers.RecordingDetail(found).data)


class Samples(Operations):
    scopes = {"GET": Scope.RECORDINGS_READ}

    @extend_schema(
        operation_id="readWaveform",
        summary="Read the exact samples, as stored (EWF1)",
        parameters=[
            OpenApiParameter(
                "kind", enum=list(Waveform.Kind.values), description="rhythm if left out."
            )
        ],
        responses={(200, "application/vnd.einthoven.ewf1"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, recording_id: uuid.UUID) -> HttpResponse:
        found = get_recording_to_read(self.caller, recording_id)
        asked = wanted.read(request._request.GET, wanted.WAVEFORM)
        encoding = encoding_for(request.headers.get("Accept-Encoding", ""))
        try:
            body = packed(found, asked.get("kind", Waveform.Kind.RHYTHM), encoding)
        except Waveform.DoesNotExist:
            raise Http404 from None
        audit.record("ecg.waveform.viewed", found, actor=self.caller.client)
        headers = {"Vary": "Accept-Encoding"} | ({"Content-Encoding": encoding} if encoding else {})
        return HttpResponse(body, content_type="application/vnd.einthoven.ewf1", headers=headers)


def encoding_for(accepted: str) -> str:
    """The tightest the asker names; none is no compression."""
    return next((name for name in ("zstd", "gzip") if takes(accepted, name)), "")


def packed(recording: Recording, kind: str, encoding: str) -> bytes:
    if encoding == "zstd":
        return waveforms.load_compressed(recording, kind)
    body = waveforms.load_packed(recording, kind)
    return gzip.compress(body, compresslevel=6, mtime=0) if encoding else body
