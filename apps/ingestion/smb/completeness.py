"""Whether a file is whole by what its own format says of its length. Cheap, and never believed
further than that: what is whole may still be refused.
"""

from __future__ import annotations

import struct

from apps.ecg.formats import contec, dicom, edf, ishne, scp
from apps.ecg.formats.canonical import Refused
from apps.ecg.formats.contec.layout import HEAD_BYTES, NOT_CONNECTED, ROW_BYTES, WORDS
from apps.ecg.formats.contec.layout import TAIL as CONTEC_TAIL
from apps.ecg.formats.dicom import tags
from apps.ecg.formats.dicom.elements import Dataset
from apps.ecg.formats.dicom.part10 import read_any
from apps.ecg.formats.dicom.sop_classes import ENCAPSULATED_PDF, KEPT
from apps.ecg.formats.dicom.values import ascii_text
from apps.ecg.formats.edf.header import read_header as read_edf
from apps.ecg.formats.ishne.header import read_header as read_ishne
from apps.ecg.formats.scp.sections import RECORD, crc
from apps.ecg.formats.warnings import Warnings

PDF = b"%PDF-"
TAIL = 1024
ZIP_TAIL = 22 + 65_535  # the end record and the longest comment
END_OF_ZIP = b"PK\x05\x06"
# The chest leads of a row, of which one at least stands whole where rows are instead of a tail.
UNCONNECTED = NOT_CONNECTED.to_bytes(2, "little") * (WORDS - 2)


def is_complete(data: bytes) -> bool:
    """True also for kinds that do not say where they end."""
    if not data.strip(b"\0"):
        return False
    if data.startswith(PDF):
        return b"%%EOF" in data[-TAIL:]
    if data.startswith(b"PK\x03\x04"):
        return _zip(data[-ZIP_TAIL:])
    for recognises, whole in CHECKS:
        if recognises(data):
            return whole(data)
    return True


def is_document(data: bytes) -> bool:
    return data.startswith(PDF)


def _dicom(data: bytes) -> bool:
    try:
        dataset = read_any(data, Warnings())
    except Refused as refused:
        return refused.code != "truncated"
    kind = ascii_text(dataset, tags.SOP_CLASS_UID)
    if kind == ENCAPSULATED_PDF:
        return tags.ENCAPSULATED_DOCUMENT in dataset.values
    if kind and kind not in KEPT:
        # An image or a report is not an unfinished ECG: the decoder says what it is.
        return True
    groups = dataset.items(tags.WAVEFORM_SEQUENCE)
    return bool(groups) and all(_has_its_samples(group) for group in groups)


def _has_its_samples(group: Dataset) -> bool:
    """PS3.3 C.10.9.1: channels × samples × bytes of a sample, and one to be even."""
    channels = _whole(group, tags.NUMBER_OF_CHANNELS)
    samples = _whole(group, tags.NUMBER_OF_SAMPLES)
    bits = _whole(group, tags.BITS_ALLOCATED)
    if not channels or not samples or not bits:
        return False
    return len(group.values.get(tags.WAVEFORM_DATA, b"")) >= channels * samples * (bits // 8)


def _whole(group: Dataset, tag: int) -> int:
    value = group.values.get(tag, b"")
    form = {2: "H", 4: "I"}.get(len(value))
    return int(struct.unpack(group.order + form, value)[0]) if form else 0


def _scp(data: bytes) -> bool:
    if len(data) < RECORD.size:
        return False
    stated, length = RECORD.unpack_from(data)
    return length <= len(data) and crc(memoryview(data)[2:length]) == stated


def _contec(data: bytes) -> bool:
    """Whole rows, and behind them a tail that is no row: it says no length."""
    rows, rest = divmod(len(data) - HEAD_BYTES - len(CONTEC_TAIL), ROW_BYTES)
    return rows > 0 and not rest and UNCONNECTED not in data[-len(CONTEC_TAIL) :]


def _edf(data: bytes) -> bool:
    """A recorder that is not done has written −1 records."""
    try:
        header = read_edf(data)
    except Refused:
        return False
    a_record = sum(signal.samples for signal in header.signals) * header.width
    return len(data) >= header.length + header.records * a_record


def _ishne(data: bytes) -> bool:
    try:
        header = read_ishne(data)
    except Refused:
        return False
    values = (len(data) - header.samples_at) / 2
    # Writers count the samples of one lead or those of all.
    return values == header.samples or values >= header.samples * len(header.leads)


def _is_xml(data: bytes) -> bool:
    return data[:64].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").startswith(b"<")


def _xml(data: bytes) -> bool:
    """Its last element is closed, and is the one that it began with."""
    text = data.replace(b"\0", b"")
    end = text[-TAIL:].rstrip()
    closed = end.rpartition(b"</")[2]
    if end.endswith(b"/>"):
        return _elements(text) == 1
    if not end.endswith(b">") or closed.count(b">") != 1:
        return False
    name = closed.rstrip(b">").strip()
    begun = text.find(b"<" + name)
    return begun >= 0 and not _elements(text[:begun])


def _elements(text: bytes) -> int:
    """Begun ones, without declarations, types and comments."""
    return sum(part[:1].isalpha() for part in text.split(b"<")[1:])


def _zip(tail: bytes) -> bool:
    """The end record with the whole comment that it announces (APPNOTE 4.3.16)."""
    rest = tail[tail.rfind(END_OF_ZIP) :] if END_OF_ZIP in tail else b""
    return len(rest) >= 22 and len(rest) >= 22 + int.from_bytes(rest[20:22], "little")


CHECKS = (
    (dicom.recognises, _dicom),
    (_is_xml, _xml),
    (scp.recognises, _scp),
    (contec.recognises, _contec),
    (edf.recognises, _edf),
    (ishne.recognises, _ishne),
)
