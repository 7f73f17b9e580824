"""Every address the resolver knows, with ids that exist nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver

NO_TOKEN = 418

PLACES = {
    "uuid": "00000000-0000-4000-8000-000000000000",
    "sha256": "0" * 64,
    "int": "999999999",
    "slug": "nothing",
    "str": "nothing",
    "path": "999999999",
}


def addresses() -> Iterator[tuple[str, str]]:
    """Name and path of each route, those that libraries bring along too."""
    yield from _walk(get_resolver().url_patterns, "", "/")


def _walk(patterns: list[object], namespace: str, prefix: str) -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        part = prefix + _filled(str(getattr(pattern, "pattern", "")))
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, inner, part)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name or pattern.pattern}", part


def _filled(route: str) -> str:
    plain = re.sub(r"\(\?P<\w+>[^)]*\)", "nothing", route).strip("^$")
    return re.sub(r"<(?:(\w+):)?\w+>", lambda found: PLACES[found[1] or "str"], plain)


def without_token(_request: HttpRequest, reason: str = "") -> HttpResponse:
    """What answers a form without its token, in tests that must know it was that."""
    return HttpResponse(status=NO_TOKEN)
