"""Before a request is read: how large it is, and how many came before it."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from apps.core.network import household_of
from apps.core.scope import organization_scope
from apps.tenants.access import Active
from apps.tenants.limits import spend, spend_as_address
from apps.tenants.model_limits import Door
from apps.web.guard import PARTS
from apps.web.middleware import METHODS
from apps.web.views import errors

CHUNK = 64 * 1024
UPLOAD, SIGN_IN = "/upload/files", "/sign-in"
API, API_FILES = "/api/", "/api/v1/files"
API_JSON = ("/api/v1/submissions", "/api/v1/fhir/r4/$submit-ecg")
# What a page takes; what a form library would take besides is not asked of it.
PAGES = ("GET", "HEAD", "POST")
# A form around one file: its borders and headers.
AROUND = 64 * 1024


class Limits:
    """The innermost middleware: the organization is known, and nothing of the body is read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        taken = taken_at(request.path)
        if request.method not in taken:
            return HttpResponseNotAllowed(taken)
        wait_s = count(request)
        if wait_s:
            return errors.too_many(request, wait_s)
        if "Transfer-Encoding" in request.headers:
            return errors.length_required(request)
        if length_of(request) > largest(request.path):
            read_away(request)
            return errors.too_large(request)
        return self.get_response(request)


def taken_at(path: str) -> tuple[str, ...]:
    if path.startswith(PARTS):
        return ("PUT",)
    return METHODS if path.startswith(API) else PAGES


def count(request: HttpRequest) -> int:
    """Seconds to wait, 0 for none. Strangers count at the sign-in only, parts in their view."""
    if request.path.startswith(PARTS):
        return 0
    if getattr(request, "caller", None) is not None:
        return spend(Door.API)
    active: Active | None = getattr(request, "active", None)
    is_post = request.method == "POST"
    if active is not None:
        door = Door.UPLOAD if is_post and request.path == UPLOAD else Door.WEB
        with organization_scope(active.organization_id):
            return spend(door)
    if is_post and request.path.startswith(SIGN_IN):
        return spend_as_address(Door.SIGN_IN, household_of(request))
    return 0


def largest(path: str) -> int:
    if path == UPLOAD:
        return settings.MAX_FORM_BYTES
    if path == API_FILES:
        return settings.MAX_UPLOAD_BYTES + AROUND
    if path.startswith(PARTS):
        return settings.UPLOAD_PART_BYTES
    return settings.MAX_JSON_BYTES if path in API_JSON else settings.MAX_BODY_BYTES


def length_of(request: HttpRequest) -> int:
    stated = request.META.get("CONTENT_LENGTH") or "0"
    return int(stated) if stated.isascii() and stated.isdigit() else 0


def read_away(request: HttpRequest) -> None:
    """A sender still sending hears no answer: what is a little too large is read to its end."""
    left = 2 * settings.MAX_UPLOAD_BYTES
    while left > 0 and (chunk := request.read(min(CHUNK, left))):
        left -= len(chunk)
