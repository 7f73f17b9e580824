"""The outer shell of a DICOM file: preamble, file meta, transfer syntax, deflation."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from apps.ecg.formats.canonical import Refused
from apps.ecg.formats.warnings import Warnings

from . import tags
from .elements import VRS, Dataset, Syntax, read_elements, truncated
from .sop_classes import require_ecg

MAX_INFLATED_BYTES = 64 << 20
MAX_RATIO = 20
CHUNK = 1 << 20

SYNTAXES = {
    "1.2.840.10008.1.2": Syntax(explicit=False),
    "1.2.840.10008.1.2.1": Syntax(),
    "1.2.840.10008.1.2.2": Syntax(order=">"),
    "1.2.840.10008.1.2.1.99": Syntax(deflated=True),
}


@dataclass(frozen=True, slots=True)
class _Shell:
    body_at: int
    sop_class: str
    transfer_syntax: str


def recognises(data: bytes) -> bool:
    """True for a DICOM file, also one without preamble or file meta."""
    return data[128:132] == b"DICM" or _bare_syntax(data) is not None or _bare_meta(data)


def read_file(data: bytes, warnings: Warnings) -> Dataset:
    """The elements of an ECG object. Raises Refused, for other objects by their name."""
    shell = _shell(data)
    if shell.sop_class:
        require_ecg(shell.sop_class)
    syntax = _syntax(data, shell, warnings)
    body, at = _body(data, shell, syntax)
    head, _ = read_elements(body, at, syntax, until=tags.SOP_CLASS_UID)
    sop_class = _uid(head, tags.SOP_CLASS_UID) or shell.sop_class
    require_ecg(sop_class)
    if shell.sop_class and shell.sop_class != sop_class:
        warnings.add("sop-class-differs", "File meta and data set name different SOP classes.")
    return read_elements(body, at, syntax)[0]


def read_any(data: bytes, warnings: Warnings) -> Dataset:
    """The elements of an object of any kind. Raises Refused."""
    shell = _shell(data)
    syntax = _syntax(data, shell, warnings)
    return read_elements(*_body(data, shell, syntax), syntax)[0]


def _body(data: bytes, shell: _Shell, syntax: Syntax) -> tuple[bytes, int]:
    return (_inflate(data[shell.body_at :]), 0) if syntax.deflated else (data, shell.body_at)


def _shell(data: bytes) -> _Shell:
    start = 132 if data[128:132] == b"DICM" else 0
    if not start and not _bare_meta(data):
        return _Shell(0, "", "")
    meta, at = read_elements(data, start, Syntax(), until=tags.LAST_META_TAG)
    sop_class = _uid(meta, tags.MEDIA_STORAGE_SOP_CLASS_UID)
    return _Shell(at, sop_class, _uid(meta, tags.TRANSFER_SYNTAX_UID))


def _syntax(data: bytes, shell: _Shell, warnings: Warnings) -> Syntax:
    if shell.transfer_syntax:
        if known := SYNTAXES.get(shell.transfer_syntax):
            return known
        raise Refused(
            "dicom-transfer-syntax",
            "The transfer syntax is not one that carries waveforms "
            "(implicit, explicit or deflated little endian, explicit big endian).",
            field="TransferSyntaxUID",
        )
    found = _bare_syntax(data[shell.body_at : shell.body_at + 8])
    if found is None:
        raise Refused(
            "dicom-transfer-syntax", "The file names no transfer syntax.", field="TransferSyntaxUID"
        )
    warnings.add("no-transfer-syntax", "The file names no transfer syntax; read by its structure.")
    return found


def _bare_meta(data: bytes) -> bool:
    return data[:2] == b"\x02\x00" and data[4:6] in VRS


def _bare_syntax(data: bytes) -> Syntax | None:
    """The syntax of a data set that starts with an element of group 0008."""
    if data[:2] == b"\x00\x08" and data[4:6] in VRS:
        return Syntax(order=">")
    if data[:2] != b"\x08\x00" or data[3:4] != b"\x00":
        return None
    if data[4:6] in VRS:
        return Syntax()
    # Implicit VR: the first value of group 0008 is short.
    return Syntax(explicit=False) if data[6:8] == b"\x00\x00" else None


def _uid(dataset: Dataset, tag: int) -> str:
    return dataset.values.get(tag, b"").decode("ascii", "replace").strip("\0 ")


def _inflate(data: bytes) -> bytes:
    """Raw deflate (DICOM PS3.5 A.5), stopped at the size or ratio of a decompression bomb."""
    limit = min(MAX_INFLATED_BYTES, MAX_RATIO * len(data))
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    out, rest = bytearray(), data
    try:
        while rest and not stream.eof:
            out += stream.decompress(rest, CHUNK)
            rest = stream.unconsumed_tail
            if len(out) > limit:
                raise Refused("deflate-bomb", "The deflated content expands beyond any ECG.")
    except zlib.error:
        raise Refused("dicom-malformed", "The deflated content is damaged.") from None
    if not stream.eof:
        truncated()
    return bytes(out)
