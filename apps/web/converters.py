"""What may stand in an address besides random ids."""

from __future__ import annotations


class Sha256:
    """A hash of bytes in lower-case hexadecimal; it names no person."""

    regex = "[0-9a-f]{64}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
