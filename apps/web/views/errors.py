"""Pages for what went wrong: what happened, what to do, a reference; never the content."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from apps.integrations.api.problems import is_api, of_status
from apps.web.guard import wants_json

# For scripts, which show a sentence and no page.
SENTENCES = {
    400: "The request could not be understood.",
    403: "Your role cannot do this.",
    404: "Nothing here.",
    405: "This address takes something else. Nothing was changed.",
    410: "The key of this organization's data was destroyed. It cannot be opened again.",
    411: "The length of what is sent must be stated.",
    413: "What was sent is larger than this page takes. Nothing was kept.",
    429: "Your organization sent very many requests at once. Wait a moment, then go on.",
    500: "Something failed on our side.",
    503: "Not available just now. Try again in a minute.",
}
# Drawn without the request's context: what failed may be what the frame needs, and a request that
# is one too many must cost little.
PLAIN = {411, 413, 429, 500, 503}


def _page(request: HttpRequest, status: int) -> HttpResponse:
    if is_api(request):
        return of_status(status)
    context = {"status": status, "reference": reference_of(request)}
    if wants_json(request):
        words = f"{SENTENCES[status]} Reference {context['reference']}."
        return JsonResponse({"message": words}, status=status)
    if status in PLAIN:
        body = render_to_string(f"errors/{status}.html", context)
        return HttpResponse(body, status=status)
    return render(request, f"errors/{status}.html", context, status=status)


def reference_of(request: HttpRequest) -> str:
    """The beginning of the trace id that every log line of the request carries."""
    return str(getattr(request, "trace_id", ""))[:8].upper()


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    return _page(request, 500)


def wrong_method(request: HttpRequest, allowed: str) -> HttpResponse:
    """An address that takes forms, opened by hand or after signing in again."""
    response = _page(request, 405)
    response.headers["Allow"] = allowed
    return response


def key_gone(request: HttpRequest) -> HttpResponse:
    """Stored data whose key was destroyed."""
    return _page(request, 410)


def unavailable(request: HttpRequest) -> HttpResponse:
    """Nothing was done; the same again may succeed."""
    response = _page(request, 503)
    response.headers["Retry-After"] = "30"
    return response


def length_required(request: HttpRequest) -> HttpResponse:
    return _page(request, 411)


def too_large(request: HttpRequest) -> HttpResponse:
    return _page(request, 413)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """As the sign-in's own limits answer."""
    return too_many(request, 60)


def too_many(request: HttpRequest, wait_s: int) -> HttpResponse:
    response = _page(request, 429)
    response.headers["Retry-After"] = str(wait_s)
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form sent from a page that outlived its session."""
    context = {"status": 403, "reference": reference_of(request)}
    if wants_json(request):
        return JsonResponse({"message": "The page is too old. Reload it."}, status=403)
    return HttpResponse(render_to_string("errors/csrf.html", context), status=403)
