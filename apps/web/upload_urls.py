"""Uploads in parts."""

from django.urls import path

from apps.web.views import upload_parts, upload_sessions

urlpatterns = [
    path("upload/sessions", upload_sessions.begin, name="upload-begin"),
    path("upload/sessions/<uuid:upload_id>", upload_sessions.status, name="upload-status"),
    path("upload/sessions/<uuid:upload_id>/parts", upload_sessions.parts, name="upload-parts"),
    path(
        "upload/sessions/<uuid:upload_id>/complete",
        upload_sessions.complete,
        name="upload-complete",
    ),
    path("upload/sessions/<uuid:upload_id>/abort", upload_sessions.abort, name="upload-abort"),
    path("staging/<uuid:upload_id>/<int:number>", upload_parts.part, name="upload-part"),
]
