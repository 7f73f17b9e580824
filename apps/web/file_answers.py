"""Files made for the asker: attachments that no browser opens or guesses at."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


def wanted_form(request: HttpRequest) -> str:
    """csv unless the address says otherwise. Raises Http404 for a form there is not."""
    form = request.GET.get("form", "csv")
    if form not in TYPES:
        raise Http404
    return form


def download(body: bytes, name: str) -> HttpResponse:
    """`name` is made of words of our own and ids."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return HttpResponse(body, content_type=TYPES[name.rpartition(".")[2]], headers=headers)
