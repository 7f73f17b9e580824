"""Binary values inside text, and text of which nothing says how it is encoded."""

from __future__ import annotations

import base64
import binascii

from .canonical import Refused


def from_base64(text: str, *, field: str) -> bytes:
    """The bytes; line breaks and blanks are allowed. Raises Refused for anything else."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Refused(
            "bad-base64", "The samples are not base64 or are cut short.", field=field
        ) from None


def plain_text(raw: bytes) -> str:
    """ASCII as it is; what is beyond it as UTF-8 where it is that, else as Latin-1."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")
