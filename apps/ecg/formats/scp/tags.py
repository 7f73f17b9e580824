"""Section 1: tagged fields (EN 1064, 5.4)."""

from __future__ import annotations

import datetime as dt
import struct

from apps.ecg.formats.canonical import Refused
from apps.ecg.formats.warnings import Warnings

from .fields import Fields

FIELD = "Section 1"
(LAST_NAME, FIRST_NAME, PATIENT_ID, SECOND_NAME, AGE, BORN, SEX, DEVICE) = (0, 1, 2, 3, 4, 5, 8, 14)
(INSTITUTION, DEPARTMENT, DATE, TIME) = (16, 18, 25, 26)
(HIGH_PASS, LOW_PASS, FILTERS, ELECTRODES, ZONE, END) = (27, 28, 29, 33, 34, 255)
# The language support code of tag 14; 0 is Latin 1.
_CHARSETS = {
    0x00: "latin-1",
    0x01: "latin-1",
    0x03: "iso8859-2",
    0x0B: "iso8859-4",
    0x13: "iso8859-5",
    0x1B: "iso8859-6",
    0x23: "iso8859-7",
    0x2B: "iso8859-8",
    0x33: "iso8859-11",
    0x3B: "iso8859-15",
}
LANGUAGE_AT = 16
MAX_TEXT = 2000


class Tags:
    """The fields of a section 1, each as its bytes; of one that is repeated the first counts."""

    def __init__(self, body: bytes, warnings: Warnings) -> None:
        self.warnings = warnings
        self.values = _read(body)
        device = self.values.get(DEVICE, b"")
        language = device[LANGUAGE_AT] if len(device) > LANGUAGE_AT else 0
        self.charset = _CHARSETS.get(language, "")

    def text(self, tag: int) -> str:
        """Trimmed text up to its NUL; empty where absent."""
        return self.decoded(self.values.get(tag, b""))

    def decoded(self, raw: bytes) -> str:
        """Bytes that fit no character set never stop the study; a text that is none does."""
        raw = raw.split(b"\0")[0]
        if len(raw) > MAX_TEXT:
            raise Refused("text-too-long", "A text is longer than any value.", field=FIELD)
        if raw.isascii():
            return raw.decode("ascii").strip()
        if not self.charset:
            self.warnings.add("charset-unknown", "The file names a character set not known here.")
        try:
            return raw.decode(self.charset or "utf-8").strip()
        except UnicodeDecodeError:
            self.warnings.add("charset-broken", "Some text does not fit its character set.")
            return raw.decode("latin-1").strip()

    def numbers(self, tag: int, layout: str) -> tuple[int, ...] | None:
        """None where absent; a field too short for its layout is left out with a warning."""
        raw = self.values.get(tag, b"")
        if len(raw) >= struct.calcsize("<" + layout):
            return struct.unpack_from("<" + layout, raw)
        if raw:
            self.warnings.add("tag-short", f"Tag {tag} of section 1 is too short to be read.")
        return None

    def date(self, tag: int) -> dt.date | None:
        """None where absent, all zero or no date; the last with a warning."""
        parts = self.numbers(tag, "HBB")
        if parts is None or not any(parts):
            return None
        try:
            return dt.date(*parts)
        except ValueError:
            self.warnings.add("bad-date", f"Tag {tag} of section 1 is not a date.")
            return None

    def time(self, tag: int) -> dt.time | None:
        parts = self.numbers(tag, "BBB")
        if parts is None:
            return None
        try:
            return dt.time(parts[0], parts[1], parts[2])
        except ValueError:
            self.warnings.add("bad-date", f"Tag {tag} of section 1 is not a time of day.")
            return None


def _read(body: bytes) -> dict[int, bytes]:
    fields, values = Fields(body, FIELD), dict[int, bytes]()
    while fields.left() >= 3:
        tag, length = fields.read("BH")
        if tag == END:
            return values
        values.setdefault(tag, fields.take(length))
    if any(body[fields.at :]):
        raise Refused("section-short", "Section 1 ends within a field.", field=FIELD)
    return values
