"""What a request may be at most: its method, and how long it is."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from apps.web.middleware import METHODS
from apps.web.views.errors import too_large

Handler = Callable[[HttpRequest], HttpResponse]

FORM_AROUND_FILES = 1024 * 1024


def most_bytes() -> int:
    """Of one request: a form full of files and its other fields."""
    return 2 * int(settings.MAX_UPLOAD_BYTES) + FORM_AROUND_FILES


class RequestBounds:
    """Refuses before anything is read."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        if _stated_length(request) > most_bytes():
            return too_large(request)
        return self.get_response(request)


def _stated_length(request: HttpRequest) -> int:
    """0 where none is stated: such a body is not read at all."""
    stated = str(request.META.get("CONTENT_LENGTH") or "")
    return int(stated) if stated.isascii() and stated.isdigit() else 0
