"""JSON bodies of uploads: every field known, each one right, the first that is not is named."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.serializers import Serializer

from apps.ingestion.content import Content
from apps.integrations.api.problems import Problem

# What a field must be, in words of ours: a library's would repeat what was sent.
WORDS = {
    "content": f"One of {', '.join(Content.values)}.",
    "filename": "Give a text of up to 255 characters.",
    "parts": "Give 1 to 100 parts, each with its number and sha256.",
    "sha256": "Give a SHA-256 as 64 hexadecimal digits, in lower case.",
    "size": "Give the file's length in bytes, a whole number.",
}


def read(shape: type[Serializer], request: Request) -> dict[str, Any]:
    """Raises Problem, and UnsupportedMediaType for a body that is no JSON."""
    given = request.data
    if not isinstance(given, dict):
        raise Problem("invalid-request", detail="The body must be a JSON object.")
    body = shape(data=given)
    if set(given) - set(body.fields):
        words = f"A field is not known here. Known are {', '.join(sorted(body.fields))}."
        raise Problem("invalid-request", detail=words)
    if not body.is_valid():
        field = min(body.errors)
        raise Problem("invalid-request", field=field, detail=WORDS[field])
    return dict(body.validated_data)
