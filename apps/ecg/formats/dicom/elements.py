"""One bounded pass over the elements of a DICOM data set: no length is believed before it fits."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, NoReturn

from apps.ecg.formats.canonical import Refused

from . import tags

MAX_ELEMENTS = 20_000
MAX_ITEMS = 1_000
MAX_DEPTH = 16

ByteOrder = Literal["<", ">"]
UNDEFINED = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD

# DICOM PS3.5 7.1.2: these have two reserved bytes and a 32-bit length.
LONG_VRS = frozenset(b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())
SHORT_VRS = frozenset(b"AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split())
VRS = LONG_VRS | SHORT_VRS
# Tag, VR and 16-bit length of an explicit element; of an implicit one the tag alone is used.
_HEADS = {order: struct.Struct(order + "HH2sH").unpack_from for order in "<>"}
_LENGTHS = {order: struct.Struct(order + "I").unpack_from for order in "<>"}


class Syntax(NamedTuple):
    """How elements are written: with or without VR, and in which byte order."""

    explicit: bool = True
    order: ByteOrder = "<"
    deflated: bool = False


IMPLICIT = Syntax(explicit=False)


@dataclass(slots=True)
class Dataset:
    """The public elements of one data set or item; private ones are passed over."""

    order: ByteOrder
    values: dict[int, bytes] = field(default_factory=dict)
    sequences: dict[int, list[Dataset]] = field(default_factory=dict)
    data_vr: bytes = b""

    def items(self, tag: int) -> list[Dataset]:
        return self.sequences.get(tag, [])


def malformed(what: str, field: str = "") -> NoReturn:
    raise Refused("dicom-malformed", f"This is not a well-formed DICOM file: {what}.", field=field)


def truncated(field: str = "") -> NoReturn:
    message = "The file ends before its content does; transfer it again."
    raise Refused("truncated", message, field=field)


def too_complex(what: str, field: str = "") -> NoReturn:
    raise Refused("dicom-too-complex", f"The DICOM file has {what}.", field=field)


def shown(tag: int) -> str:
    """A tag as the standard prints it."""
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


def read_elements(data: bytes, at: int, syntax: Syntax, until: int = 0) -> tuple[Dataset, int]:
    """The data set that starts at `at`, and where it ended.

    With `until`, stops before the first element with a higher tag. Raises Refused.
    """
    return _Walk(data).dataset(at, len(data), syntax, 0, until=until)


class _Walk:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.elements = 0
        self.items = 0
        self.tag = 0  # the element last begun, whose number a refusal names

    def dataset(
        self, at: int, end: int, syntax: Syntax, depth: int, *, until: int = 0, open_: bool = False
    ) -> tuple[Dataset, int]:
        found = Dataset(syntax.order)
        head = _HEADS[syntax.order]
        while at < end:
            if end - at < 8:
                self._overrun(at + 8)
            group, element, vr, length = head(self.data, at)
            tag = group << 16 | element
            if until and tag > until:
                return found, at
            if group == 0xFFFE:
                if not (open_ and tag == ITEM_END):
                    malformed("a delimiter stands outside a sequence", shown(self.tag))
                return found, at + 8
            self.tag = tag
            self._count(found, tag)
            if syntax.explicit and vr in SHORT_VRS:
                # Most are such: no sequence, and their length is known.
                at = self._value(found, tag, vr, length, at + 8, end)
            else:
                at = self._long(found, tag, vr, at, end, syntax, depth)
        if open_:
            self._overrun(end + 8)
        return found, at

    def _count(self, found: Dataset, tag: int) -> None:
        self.elements += 1
        if self.elements > MAX_ELEMENTS:
            too_complex(f"more than {MAX_ELEMENTS} elements", shown(tag))
        if tag in found.values or tag in found.sequences:
            malformed("an element occurs twice", shown(tag))

    def _value(self, found: Dataset, tag: int, vr: bytes, length: int, at: int, end: int) -> int:
        if length > end - at:
            self._overrun(at + length)
        if _is_public(tag):
            found.values[tag] = self.data[at : at + length]
            if tag == tags.WAVEFORM_DATA:
                found.data_vr = vr
        return at + length

    def _long(
        self, found: Dataset, tag: int, vr: bytes, at: int, end: int, syntax: Syntax, depth: int
    ) -> int:
        """An element whose length has 32 bits: a value, or a sequence."""
        if not syntax.explicit:
            vr, (length,), at = b"", _LENGTHS["<"](self.data, at + 4), at + 8
        elif vr not in LONG_VRS:
            malformed("a value representation is unknown", shown(tag))
        else:
            if end - at < 12:
                self._overrun(at + 12)
            (length,), at = _LENGTHS[syntax.order](self.data, at + 8), at + 12
        if not _is_sequence(tag, vr, length):
            return self._value(found, tag, vr, length, at, end)
        inner = IMPLICIT if vr == b"UN" else syntax
        items, at = self._sequence(at, end, length, inner, depth + 1)
        if _is_public(tag):
            found.sequences[tag] = items
        return at

    def _sequence(
        self, at: int, end: int, length: int, syntax: Syntax, depth: int
    ) -> tuple[list[Dataset], int]:
        if depth > MAX_DEPTH:
            too_complex(f"sequences nested deeper than {MAX_DEPTH}", shown(self.tag))
        open_ = length == UNDEFINED
        if not open_:
            if length > end - at:
                self._overrun(at + length)
            end = at + length
        items: list[Dataset] = []
        header = struct.Struct(syntax.order + "HHI").unpack_from
        while at < end:
            if end - at < 8:
                self._overrun(at + 8)
            group, element, size = header(self.data, at)
            at += 8
            if open_ and group << 16 | element == SEQUENCE_END:
                return items, at
            if group << 16 | element != ITEM:
                malformed("a sequence holds something that is not an item", shown(self.tag))
            item, at = self._item(at, end, size, syntax, depth)
            items.append(item)
        if open_:
            self._overrun(end + 8)
        return items, at

    def _item(
        self, at: int, end: int, size: int, syntax: Syntax, depth: int
    ) -> tuple[Dataset, int]:
        self.items += 1
        if self.items > MAX_ITEMS:
            too_complex(f"more than {MAX_ITEMS} sequence items", shown(self.tag))
        if size == UNDEFINED:
            return self.dataset(at, end, syntax, depth, open_=True)
        if size > end - at:
            self._overrun(at + size)
        return self.dataset(at, at + size, syntax, depth)

    def _overrun(self, needed: int) -> NoReturn:
        if needed > len(self.data):
            truncated(shown(self.tag))
        malformed("a length reaches beyond the part that holds it", shown(self.tag))


def _is_public(tag: int) -> bool:
    return not tag & 0x10000


def _is_sequence(tag: int, vr: bytes, length: int) -> bool:
    if vr == b"SQ":
        return True
    unsaid = vr in (b"", b"UN")
    if length == UNDEFINED and not unsaid:
        malformed("a value has no length", shown(tag))
    return unsaid and (length == UNDEFINED or tag in tags.SEQUENCES)
