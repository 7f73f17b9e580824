from django.urls import include, path

from apps.web.views import (
    arrivals,
    documents,
    door,
    patients,
    reading,
    start,
    study,
    upload,
    worklist,
)
from apps.web.views.health import healthz

urlpatterns = [
    path("", worklist.home, name="home"),
    path("healthz", healthz, name="healthz"),
    path("sign-in", door.SignIn.as_view(), name="sign-in"),
    path("sign-out", door.sign_out, name="sign-out"),
    path("", include("apps.web.entry_urls")),
    path("organizations", door.organizations, name="organizations"),
    path("start", start.start, name="start"),
    path("worklist", worklist.worklist, name="worklist"),
    path("worklist/counts", worklist.worklist_counts, name="worklist-counts"),
    path("recordings/<uuid:recording_id>", study.recording, name="recording"),
    path("recordings/<uuid:recording_id>/waveform", study.waveform, name="waveform"),
    path("recordings/<uuid:recording_id>/trace.svg", study.trace, name="trace"),
    path("reports/<uuid:report_id>/draft", reading.draft, name="report-draft"),
    path("reports/<uuid:report_id>/submit", reading.submit, name="report-submit"),
    path("reports/<uuid:report_id>/sign", reading.sign, name="report-sign"),
    path("reports/<uuid:report_id>/amend", reading.amend, name="report-amend"),
    path("reports/<uuid:report_id>/deliveries", reading.deliveries, name="report-deliveries"),
    path("reports/<uuid:report_id>/preview.pdf", documents.preview, name="report-preview"),
    path("report-versions/<uuid:version_id>/report.pdf", documents.report, name="report-pdf"),
    path("upload", upload.upload, name="upload"),
    path("upload/files", upload.files, name="upload-files"),
    path("arrivals", arrivals.arrivals, name="arrivals"),
    path("arrivals/strips", arrivals.strips, name="arrivals-strips"),
    path("arrivals/<uuid:arrival_id>", arrivals.arrival, name="arrival"),
    path("arrivals/<uuid:arrival_id>/status", arrivals.status, name="arrival-status"),
    path("patients/<uuid:patient_id>", patients.patient, name="patient"),
]
