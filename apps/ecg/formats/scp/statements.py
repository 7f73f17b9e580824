"""Sections 8 and 11: the interpretation, as text and as coded statements (EN 1064, 5.11, 5.14)."""

from __future__ import annotations

from apps.ecg.formats.canonical import SourceStatement
from apps.ecg.formats.warnings import Warnings

from .fields import Fields
from .tags import Tags

MAX_STATEMENT = 1000
_CODED, _TEXT = 1, 2


def read_text(body: bytes, tags: Tags) -> list[SourceStatement]:
    """Section 8: one statement a line, in the device's order."""
    fields = Fields(body, "Section 8")
    return _statements([raw for _, raw in _blocks(fields)], tags)


def read_universal(body: bytes, tags: Tags, warnings: Warnings) -> list[SourceStatement]:
    """Section 11: statements by code or by text; logic that joins them is left out."""
    found: list[SourceStatement] = []
    for _, raw in _blocks(Fields(body, "Section 11")):
        kind, content = raw[:1], raw[1:]
        if kind == bytes([_TEXT]):
            found += _statements([content], tags)
        elif kind == bytes([_CODED]):
            codes = [tags.decoded(part) for part in content.split(b"\0")]
            found += [SourceStatement(code[:MAX_STATEMENT], code[:64]) for code in codes if code]
        else:
            warnings.add("statement-logic", "Logic between statements was left out.")
    return found


def _blocks(fields: Fields) -> list[tuple[int, bytes]]:
    """(sequence number, content) behind the state and time of the interpretation."""
    fields.read("BHBBBBB")
    blocks = []
    for _ in range(fields.number("B")):
        sequence, length = fields.read("BH")
        blocks.append((sequence, fields.take(length)))
    return blocks


def _statements(blocks: list[bytes], tags: Tags) -> list[SourceStatement]:
    texts = [
        tags.decoded(line) for raw in blocks for line in raw.replace(b"\r", b"\n").split(b"\n")
    ]
    return [SourceStatement(text[:MAX_STATEMENT]) for text in texts if text]
