"""Addresses of the API. Each one under v1 is guarded by its door."""

from typing import Any

from django.db import transaction
from django.urls import path

from apps.integrations.api.files import File, Files
from apps.integrations.api.orders import CancelOrder, OneOrder, Orders
from apps.integrations.api.recordings import OneRecording, Recordings, Samples
from apps.integrations.api.reports import OneReport, ReportPdf
from apps.integrations.api.schema import docs, schema
from apps.integrations.api.submissions import OneSubmission, Submissions, SubmitEcg, Task
from apps.integrations.api.uploads import (
    Upload,
    UploadAbort,
    UploadComplete,
    UploadParts,
    Uploads,
)

app_name = "api"


def _whole(view: Any) -> Any:
    """An operation that commits by itself, before it answers."""
    return transaction.non_atomic_requests(view.as_view())


urlpatterns = [
    path("schema", schema, name="schema"),
    path("docs", docs, name="docs"),
    path("v1/files", _whole(Files), name="files"),
    path("v1/files/<uuid:file_id>", File.as_view(), name="file"),
    path("v1/uploads", transaction.non_atomic_requests(Uploads.as_view()), name="uploads"),
    path(
        "v1/uploads/<uuid:upload_id>",
        transaction.non_atomic_requests(Upload.as_view()),
        name="upload",
    ),
    path(
        "v1/uploads/<uuid:upload_id>/parts",
        transaction.non_atomic_requests(UploadParts.as_view()),
        name="upload-parts",
    ),
    path(
        "v1/uploads/<uuid:upload_id>/complete",
        transaction.non_atomic_requests(UploadComplete.as_view()),
        name="upload-complete",
    ),
    path(
        "v1/uploads/<uuid:upload_id>/abort",
        transaction.non_atomic_requests(UploadAbort.as_view()),
        name="upload-abort",
    ),
    path("v1/orders", _whole(Orders), name="orders"),
    path("v1/orders/<uuid:order_id>", OneOrder.as_view(), name="order"),
    path("v1/orders/<uuid:order_id>/cancel", _whole(CancelOrder), name="order-cancel"),
    path("v1/recordings", Recordings.as_view(), name="recordings"),
    path("v1/recordings/<uuid:recording_id>", OneRecording.as_view(), name="recording"),
    path("v1/recordings/<uuid:recording_id>/waveform", Samples.as_view(), name="waveform"),
    path("v1/reports/<uuid:report_id>", OneReport.as_view(), name="report"),
    path(
        "v1/reports/<uuid:report_id>/versions/<uuid:version_id>/report.pdf",
        ReportPdf.as_view(),
        name="report-pdf",
    ),
    path("v1/submissions", _whole(Submissions), name="submissions"),
    path("v1/submissions/<uuid:submission_id>", OneSubmission.as_view(), name="submission"),
    path("v1/fhir/r4/$submit-ecg", _whole(SubmitEcg), name="submit-ecg"),
    path("v1/fhir/r4/Task/<uuid:task_id>", Task.as_view(), name="task"),
]
