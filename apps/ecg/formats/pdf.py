"""A PDF that came as a file: kept as a document where it is whole and does nothing by itself.

No number is read from it. What could act when it is opened (scripts, programs, files inside) is
looked for in all of it, in compressed parts as well; what cannot be looked into is refused.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from .canonical import Refused

NAME = "pdf"
SIGNATURE, END = b"%PDF-", b"%%EOF"
END_WITHIN = 1024
MAX_INFLATED = 64 << 20

ACTIVE = (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/RichMedia", b"/XFA", b"/ImportData")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_OBJECT_STREAM = re.compile(rb"/ObjStm\b")
_FLATE = rb"/(?:FlateDecode|Fl)\b"
_ONLY_FLATE = re.compile(rb"/Filter\s*(?:" + _FLATE + rb"|\[\s*" + _FLATE + rb"\s*\])")
_DICTIONARY = 2048


def document(data: bytes) -> Refused:
    """The way out of decoding: `plain-pdf` for one to keep, or why not even that."""
    if END not in data[-END_WITHIN:]:
        return Refused("pdf-incomplete", "The PDF is cut off; send it again.", field="%%EOF")
    plain = _unescaped(data)
    if re.search(rb"/Encrypt\b", plain):
        return Refused("pdf-encrypted", "The PDF is encrypted and cannot be looked into.")
    try:
        if any(_acts(part) for part in (plain, *_parts(plain, data))):
            return Refused(
                "pdf-active",
                "The PDF holds scripts, programs or files: print it to a plain PDF and send that.",
            )
    except ValueError:
        return Refused("pdf-unreadable", "A part of the PDF cannot be looked into.")
    return Refused(
        "plain-pdf", "A PDF holds no samples: it is kept as a document, no number is read from it."
    )


def _unescaped(data: bytes) -> bytes:
    """Names may spell any letter by its number: /J#61vaScript."""
    return _ESCAPED.sub(lambda match: bytes([int(match[1], 16)]), data)


def _acts(part: bytes) -> bool:
    return any(name in part for name in ACTIVE)


def _parts(plain: bytes, data: bytes) -> Iterator[bytes]:
    """Objects that lie compressed among others. Raises ValueError where one cannot be read.

    Every stream that inflates is looked at, since what says its kind may lie elsewhere.
    """
    if _OBJECT_STREAM.search(plain) and not _all_flate(plain):
        raise ValueError
    left = MAX_INFLATED
    for match in _STREAM.finditer(data):
        stop = data.find(b"endstream", match.end())
        if stop < 0:
            raise ValueError
        found = _inflated(data[match.end() : stop], left)
        left -= len(found)
        if left <= 0:
            raise ValueError
        yield _unescaped(found)


def _all_flate(plain: bytes) -> bool:
    """Whether every stream of objects is packed in the one way that is looked into."""
    for match in _OBJECT_STREAM.finditer(plain):
        start = plain.rfind(b"obj", max(0, match.start() - _DICTIONARY), match.start())
        stop = plain.find(b"stream", match.end(), match.end() + _DICTIONARY)
        words = plain[max(start, 0) : stop]
        if start < 0 or stop < 0 or (b"/Filter" in words and not _ONLY_FLATE.search(words)):
            return False
    return True


def _inflated(packed: bytes, limit: int) -> bytes:
    """Empty where it is no zlib stream: pictures are packed otherwise and hold no objects."""
    try:
        return zlib.decompressobj().decompress(packed, limit)
    except zlib.error:
        return b""
