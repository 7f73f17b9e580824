"""Values of elements: exact numbers, codes, and text that survives a wrong character set."""

from __future__ import annotations

import struct
import warnings as python_warnings
from decimal import Decimal
from typing import NamedTuple

from pydicom.charset import convert_encodings, decode_bytes, python_encoding

from apps.ecg.formats.canonical import Refused
from apps.ecg.formats.numbers import parse_decimal
from apps.ecg.formats.warnings import Warnings

from . import tags
from .elements import Dataset

_PADDING = "\0 \r\n\t"
_IR_58 = "\x1b$)A"
_DELIMITERS = {0x0D, 0x0A, 0x09, 0x0C}


class Code(NamedTuple):
    """A coded concept: scheme and value identify it, the meaning is only a label."""

    scheme: str
    value: str
    meaning: str

    def key(self) -> tuple[str, str]:
        return self.scheme, self.value

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"

    def shown(self) -> str:
        """As a sentence may quote it."""
        text = str(self)
        return text if text.isascii() and text.isprintable() and len(text) <= 24 else "(unreadable)"


class Reader:
    """Reads text by the character set of one file, keeping a record of what was wrong."""

    def __init__(self, dataset: Dataset, warnings: Warnings) -> None:
        self.warnings = warnings
        declared = ascii_text(dataset, tags.SPECIFIC_CHARACTER_SET).upper().split("\\")
        self._declared = False
        self._encodings = self._known(declared) if any(declared) else ["ascii"]

    def _known(self, declared: list[str]) -> list[str]:
        names = [name.strip() for name in declared]
        if all(name in python_encoding for name in names):
            self._declared = True
            with python_warnings.catch_warnings():
                python_warnings.simplefilter("ignore")
                return list(convert_encodings(names))
        self.warnings.add("charset-unknown", "The file names a character set that is not known.")
        return ["ascii"]

    def text(self, dataset: Dataset, tag: int) -> str:
        """Trimmed text; empty where absent. Undecodable bytes never stop the study."""
        raw = dataset.values.get(tag, b"")
        if raw.isascii() and b"\x1b" not in raw:
            return raw.decode("ascii").strip(_PADDING)
        return self._decode(raw).strip(_PADDING)

    def first(self, dataset: Dataset, tag: int) -> str:
        return self.text(dataset, tag).split("\\")[0].strip(_PADDING)

    def code(self, dataset: Dataset, tag: int) -> Code | None:
        """The first code of a sequence; None where there is none."""
        items = dataset.items(tag)
        if not items:
            return None
        item = items[0]
        value = self.text(item, tags.CODE_VALUE) or self.text(item, tags.LONG_CODE_VALUE)
        scheme = self.text(item, tags.CODING_SCHEME)
        # A published code table prints "2: 33792".
        value = value.replace(" ", "")
        return Code(scheme, value, self.text(item, tags.CODE_MEANING)) if value else None

    def meaning(self, dataset: Dataset, tag: int) -> str:
        """The label of the first code of a sequence, whether it has a value or not."""
        items = dataset.items(tag)
        return self.text(items[0], tags.CODE_MEANING) if items else ""

    def _decode(self, raw: bytes) -> str:
        try:
            return _strict(raw, self._encodings if self._declared else ["utf-8"])
        except (UnicodeError, LookupError):
            pass
        if self._declared:
            self.warnings.add("charset-broken", "Some text does not fit its character set.")
            return raw.decode(_single(self._encodings), "replace")
        self.warnings.add("charset-missing", "Text beyond ASCII without a character set.")
        return raw.decode("latin-1")


def _strict(raw: bytes, encodings: list[str]) -> str:
    if len(encodings) == 1 and b"\x1b" not in raw:
        return raw.decode(encodings[0])
    with python_warnings.catch_warnings():
        python_warnings.simplefilter("error")
        try:
            # The library leaves the announcement of ISO-IR 58 in the text.
            return decode_bytes(raw, encodings, _DELIMITERS).replace(_IR_58, "")
        except UserWarning:
            raise UnicodeError from None


def _single(encodings: list[str]) -> str:
    return encodings[0] if encodings[0] != "ascii" else "latin-1"


def ascii_text(dataset: Dataset, tag: int) -> str:
    """Trimmed text of a value that is ASCII by its VR; empty where absent."""
    return dataset.values.get(tag, b"").decode("latin-1").strip(_PADDING)


def decimal(dataset: Dataset, tag: int, keyword: str) -> Decimal | None:
    """The exact value of a DS; None where absent or empty. Raises Refused for anything else."""
    text = ascii_text(dataset, tag)
    if not text:
        return None
    value = parse_decimal(text)
    if value is None:
        raise Refused("bad-number", f"{keyword} is not a decimal number.", field=keyword)
    return value


def unsigned(dataset: Dataset, tag: int, keyword: str) -> int:
    """A required US or UL. Raises Refused."""
    values = unsigned_list(dataset, tag, width=len(dataset.values.get(tag, b"")))
    if len(values) != 1:
        raise Refused("missing-value", f"{keyword} is missing.", field=keyword)
    return values[0]


def unsigned_list(dataset: Dataset, tag: int, *, width: int) -> tuple[int, ...]:
    """All values of a US (width 2) or UL (width 4); empty where absent or malformed."""
    raw = dataset.values.get(tag, b"")
    if width not in (2, 4) or len(raw) % width:
        return ()
    kind = "H" if width == 2 else "I"
    return struct.unpack(f"{dataset.order}{len(raw) // width}{kind}", raw)
