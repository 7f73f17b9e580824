"""Headers that name something of another organization, or nothing at all."""

from __future__ import annotations

import uuid

NOWHERE = uuid.UUID("00000000-0000-4000-8000-000000000000")

# Every header the product or its frame reads that a sender may put a name in.
TRIED = {
    "HTTP_HX_CURRENT_URL": "http://testserver/recordings/{}",
    "HTTP_REFERER": "http://testserver/recordings/{}",
    "HTTP_IF_MATCH": '"{}"',
    "HTTP_IF_NONE_MATCH": '"{}"',
    "HTTP_IDEMPOTENCY_KEY": "{}",
    "HTTP_X_FORWARDED_HOST": "{}.example",
    "HTTP_AUTHORIZATION": "Bearer {}",
    "HTTP_USER_AGENT": "{}",
    "HTTP_X_SENDER": "{}",
    "HTTP_X_NONCE": "{}",
}


def names_in_headers(things: list[object], turn: int) -> dict[str, str]:
    """Each header names one of the things, another one in the next turn."""
    return {
        header: form.format(things[(turn + place) % len(things)])
        for place, (header, form) in enumerate(TRIED.items())
    }


def without_names(lines: list[str], things: list[object]) -> list[str]:
    """An answer's lines as they are whatever was named."""
    for thing in things:
        lines = [line.replace(str(thing), "NAMED") for line in lines]
    return lines
