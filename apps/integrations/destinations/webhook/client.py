"""A signed message to an address of the organization's choice.

The receiver checks `Einthoven-Signature`: `v1=` and the hexadecimal HMAC-SHA256, by the shared
secret, over the timestamp, a full stop and the body. It refuses a timestamp more than five minutes
off and an event it has seen: a message is sent again, with the same event, until it is taken.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

from apps.core import egress
from apps.core.errors import RetryableError

# The receiver is asked for these again; other answers above 299 are its last word.
LATER = {408, 425, 429}


def validate_address(address: str) -> None:
    """Raises ValidationError for what is no https address of a host."""
    try:
        parts = urlsplit(address)
        usable = bool(parts.hostname) and parts.scheme in egress.PORTS and "@" not in parts.netloc
        usable = usable and (parts.scheme == "https" or egress.is_internal(parts))
    except ValueError:
        usable = False
    if not usable:
        raise ValidationError("Enter an address that begins with https:// and names a host.")


def signature(secret: bytes, timestamp: str, body: bytes) -> str:
    signed = timestamp.encode() + b"." + body
    return "v1=" + hmac.new(secret, signed, hashlib.sha256).hexdigest()


def post(address: str, secret: bytes, event: str, message: dict[str, Any]) -> None:
    """Raises egress.Refused, Rejected, RetryableError."""
    body = json.dumps(message, sort_keys=True).encode()
    timestamp = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "Einthoven-Event": event,
        "Einthoven-Timestamp": timestamp,
        "Einthoven-Signature": signature(secret, timestamp, body),
    }
    allowed = [urlsplit(address).netloc]
    answer = egress.request("POST", address, allow=allowed, headers=headers, body=body, limit=65536)
    if answer.status in LATER or answer.status >= 500:
        raise RetryableError(f"webhook-{answer.status}")
    if answer.status >= 300:
        raise Rejected(answer.status)


class Rejected(Exception):
    """The receiver will not take it, however often it is sent."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.code = f"webhook-{status}"
