"""Uploads in parts: every role at every address."""

from __future__ import annotations

from tests.isolation.routes import NO_GET, Route, everyone, inside

FILE = {"upload_id": "00000000-0000-4000-8000-000000000001", "size": "9", "content": "ecg"}
ONLY_PUT = everyone(405)

UPLOADS: list[Route] = [
    Route("upload-begin", "GET", NO_GET),
    Route("upload-begin", "POST", inside("upload_files", 201), "site", "body:site", data=FILE),
    Route("upload-status", "GET", inside("upload_files"), "upload"),
    Route("upload-status", "POST", NO_GET, "upload"),
    Route("upload-parts", "GET", NO_GET, "upload"),
    Route("upload-parts", "POST", inside("upload_files"), "upload"),
    Route("upload-complete", "GET", NO_GET, "upload"),
    # Without the hash of the whole nothing is finished.
    Route("upload-complete", "POST", inside("upload_files", 400), "upload"),
    Route("upload-abort", "GET", NO_GET, "upload"),
    # Without a script it goes back to its page.
    Route("upload-abort", "POST", inside("upload_files", 302), "upload"),
]
