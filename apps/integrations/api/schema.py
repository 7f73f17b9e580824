"""The OpenAPI document of the operations, and a page that shows it."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from apps.integrations.api.operation import KEY

SECURITY = {
    "type": "http",
    "scheme": "bearer",
    "description": "A key of your organization's administrator, with each request.",
}


@cache
def document() -> dict[str, Any]:
    """Made once a process: it changes with the code only."""
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    found["components"]["securitySchemes"] = {KEY: SECURITY}
    found["paths"] = {_operation(path): said for path, said in found["paths"].items()}
    return found


def _operation(path: str) -> str:
    """FHIR marks operations by $, which the library takes for the end of a pattern."""
    return path.replace("/submit-ecg", "/$submit-ecg")


@require_safe
@transaction.non_atomic_requests
def schema(request: HttpRequest) -> HttpResponse:
    return HttpResponse(_text(), content_type="application/vnd.oai.openapi+json")


@cache
def _text() -> str:
    return json.dumps(document(), indent=1, sort_keys=True, default=str)


@require_safe
@transaction.non_atomic_requests
def docs(request: HttpRequest) -> HttpResponse:
    return render(request, "integrations/api_docs.html", {"operations": operations()})


def operations() -> list[dict[str, Any]]:
    """Address by address, as the page shows them."""
    return [
        {
            "method": method.upper(),
            "path": path,
            "summary": operation["summary"],
            "description": operation.get("description", ""),
            "scope": operation["x-required-scope"],
            "parameters": [_parameter(given) for given in operation.get("parameters", [])],
            "answers": [_answer(*given) for given in operation["responses"].items()],
        }
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
    ]


def _parameter(given: dict[str, Any]) -> dict[str, str]:
    kind = given["schema"]
    one_of = " | ".join(kind.get("enum", []))
    return {
        "name": given["name"],
        "place": given["in"],
        "kind": one_of or kind.get("format", kind.get("type", "")),
        "words": given.get("description", ""),
    }


def _answer(status: str, given: dict[str, Any]) -> dict[str, Any]:
    (media, content) = next(iter(given["content"].items()))
    name = content["schema"].get("$ref", "").rpartition("/")[2]
    shape = document()["components"]["schemas"].get(name, {}) if status < "300" else {}
    return {
        "status": status,
        "media": media,
        "words": given.get("description", ""),
        "fields": [
            {"name": field, "words": _words(said)}
            for field, said in shape.get("properties", {}).items()
        ],
    }


def _words(said: dict[str, Any]) -> str:
    """The first line; enumerations list their values below it."""
    return str(said.get("description", "")).partition("\n")[0]
