"""Names for content that is not decoded, so that its sender learns what it was."""

from __future__ import annotations

from .canonical import Refused
from .xml.encodings import encoding_of

_SIGNATURES = (
    (b"\x89PNG", "image", "an image; a picture of an ECG holds no samples"),
    (b"\xff\xd8\xff", "image", "an image; a picture of an ECG holds no samples"),
    (b"GIF8", "image", "an image; a picture of an ECG holds no samples"),
    (b"II*\x00", "image", "an image; a picture of an ECG holds no samples"),
    (b"MM\x00*", "image", "an image; a picture of an ECG holds no samples"),
    (b"PK\x03\x04", "archive", "an archive without a WFDB header; send its files one by one"),
    (b"\x1f\x8b", "archive", "a compressed file; send its content"),
    (b"MSH|", "hl7-message", "an HL7 message"),
)


def unsupported(data: bytes) -> Refused:
    """The refusal with the name of the format where it is one that is known."""
    if not data:
        return Refused("empty", "The file is empty.")
    for signature, code, what in _SIGNATURES:
        if data.startswith(signature):
            return Refused(f"unsupported-{code}", f"This is {what}.")
    if _looks_like_xml(data):
        return _unsupported_xml(data)
    return Refused("unknown-format", "This is not an ECG file of a known format.")


def _unsupported_xml(data: bytes) -> Refused:
    try:
        encoding_of(data)
    except Refused as refused:
        return refused
    return Refused("unsupported-xml", "This is XML of a kind that is not read.")


def _looks_like_xml(data: bytes) -> bool:
    head = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    return head.startswith((b"<", b"\xff\xfe<", b"\xfe\xff\0<"))
