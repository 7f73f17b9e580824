"""From bytes to text by the byte order mark and the declared encoding, never by a guess."""

from __future__ import annotations

import codecs
import re

from apps.ecg.formats.canonical import Refused

_DECLARED = re.compile(r"<\?xml\s[^>]*?\bencoding\s*=\s*[\"']([A-Za-z][\w.:-]{0,40})[\"']")
_HEAD_BYTES = 512
_WIDE = {"utf-16", "utf-16-le", "utf-16-be"}
_KNOWN = _WIDE | {"utf-8", "iso8859-1", "ascii", "cp1252"}


def to_text(data: bytes) -> str:
    """The whole document. Raises Refused (xml-encoding) for an unknown or untrue encoding."""
    encoding, mark = encoding_of(data)
    try:
        return data[mark:].decode(encoding)
    except UnicodeDecodeError:
        raise _refused("The file does not fit its encoding.") from None


def encoding_of(data: bytes) -> tuple[str, int]:
    """The codec and the length of the byte order mark. Raises Refused."""
    found, mark = _by_first_bytes(data)
    match = _DECLARED.match(data[mark : mark + _HEAD_BYTES].decode(found or "latin-1", "replace"))
    declared = _codec(match[1]) if match else ""
    if not declared:
        return found or "utf-8", mark
    if not found and declared not in _WIDE:
        return declared, mark
    if found and (declared == found or (declared == "utf-16" and found in _WIDE)):
        return found, mark
    raise _refused("The declared encoding is not the one the file is in.")


def _by_first_bytes(data: bytes) -> tuple[str, int]:
    """XML 1.0 appendix F; empty for a file of single bytes without a mark."""
    for mark, codec in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data.startswith(mark):
            return codec, len(mark)
    return {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}.get(data[:2], ""), 0


def _codec(name: str) -> str:
    try:
        codec = codecs.lookup(name).name
    except LookupError:
        codec = ""
    if codec not in _KNOWN:
        raise _refused("The file names an encoding that is not read.")
    return codec


def _refused(message: str) -> Refused:
    return Refused("xml-encoding", message, field="encoding")
