"""Bodies, capped before a library reads them."""

from __future__ import annotations

import json
import re
from typing import Any

from rest_framework.parsers import BaseParser

from apps.integrations.api.problems import Problem

DEEPEST = 32

# A text is skipped as a whole, so that brackets in it count for nothing.
_PARTS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[{]|[\]}]', re.DOTALL)


def depth_of(body: bytes) -> int:
    """How deep objects and arrays lie in each other, counted without building any."""
    deepest = here = 0
    for found in _PARTS.finditer(body):
        match found.group()[:1]:
            case b"[" | b"{":
                here += 1
                deepest = max(deepest, here)
            case b"]" | b"}":
                here -= 1
    return deepest


class ShallowJson(BaseParser):
    """JSON in UTF-8 of a depth a person could write."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        body = stream.read()
        if depth_of(body) > DEEPEST:
            raise Problem("invalid-request", detail=f"JSON is nested deeper than {DEEPEST}.")
        try:
            return json.loads(body)
        except ValueError:
            raise Problem("invalid-request", detail="The body is not JSON in UTF-8.") from None


class Er7(BaseParser):
    """An HL7 v2 message in its own encoding, read by whoever knows its character set."""

    media_type = "application/hl7-v2"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> bytes:
        return bytes(stream.read())


class OldEr7(Er7):
    """The same by the name that engines of before the registered one use."""

    media_type = "x-application/hl7-v2+er7"


class ShallowFhir(ShallowJson):
    media_type = "application/fhir+json"
