"""The structure of a file is bounded and whole before any of it is believed."""

from __future__ import annotations

import struct
import zlib

import pytest

from apps.ecg.formats import MAX_FILE_BYTES, decode
from apps.ecg.formats.canonical import Refused
from apps.ecg.formats.dicom.elements import MAX_DEPTH, MAX_ELEMENTS, MAX_ITEMS
from apps.ecg.formats.dicom.sop_classes import TWELVE_LEAD
from apps.ecg.formats.dicom.writer import DicomOptions
from tests.formats.ecgs import element, file, refusal, warned

ITEM = struct.pack("<HHI", 0xFFFE, 0xE000, 0)
OPEN_ITEM = struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)


def padded(text: str) -> bytes:
    raw = text.encode()
    return raw + b"\0" * (len(raw) % 2)


def shell(body: bytes, syntax: str = "1.2.840.10008.1.2.1") -> bytes:
    """A DICOM file around a hand-made body."""
    meta = element(2, 2, b"UI", padded(TWELVE_LEAD)) + element(2, 0x10, b"UI", padded(syntax))
    return b"\0" * 128 + b"DICM" + meta + body


def sop_class() -> bytes:
    return element(8, 0x16, b"UI", padded(TWELVE_LEAD))


def sequence(tag: tuple[int, int], content: bytes, length: int | None = None) -> bytes:
    size = len(content) if length is None else length
    return struct.pack("<HH2sHI", *tag, b"SQ", 0, size) + content


@pytest.mark.parametrize("encoding", ["explicit-le", "implicit-le", "explicit-be", "deflated"])
def test_every_transfer_syntax_gives_the_same_ecg(encoding):
    data = file(options=DicomOptions(encoding=encoding, seed="a"))
    assert decode(data).canonical_hash == decode(file()).canonical_hash
    assert decode(data).patient == decode(file()).patient
    assert decode(data).measurements == decode(file()).measurements


@pytest.mark.parametrize("encoding", ["explicit-le", "implicit-le", "explicit-be"])
def test_a_bare_data_set_is_read_by_its_structure(encoding):
    data = file(options=DicomOptions(encoding=encoding))
    start = b"\x00\x08\x00\x05" if encoding == "explicit-be" else b"\x08\x00\x05\x00"
    bare = data[data.index(start, 132) :]
    assert "no-transfer-syntax" in warned(bare)
    assert decode(bare).canonical_hash == decode(file()).canonical_hash


def test_a_missing_preamble_is_tolerated():
    assert decode(file()[132:]).canonical_hash == decode(file()).canonical_hash


def test_an_unsupported_transfer_syntax_is_refused():
    assert refusal(shell(sop_class(), "1.2.840.10008.1.2.4.50")) == "dicom-transfer-syntax"


def test_every_truncation_is_refused():
    data = file()
    for at in range(140, len(data), 997):
        assert refusal(data[:at]) in {"truncated", "no-waveform", "dicom-transfer-syntax"}, at


def test_too_many_elements_are_refused():
    content = b"".join(element(8, n, b"SH", b"") for n in range(0x1000, 0x1000 + 100)) * 1
    item = struct.pack("<HHI", 0xFFFE, 0xE000, len(content)) + content
    body = sop_class() + sequence((8, 0x1140), item * (MAX_ELEMENTS // 100 + 1))
    assert refusal(shell(body)) == "dicom-too-complex"


def test_too_many_items_are_refused_at_once():
    body = sop_class() + sequence((8, 0x1140), ITEM * 1_000_000)
    assert refusal(shell(body)) == "dicom-too-complex"
    body = sop_class() + sequence((8, 0x1140), ITEM * MAX_ITEMS)
    assert refusal(shell(body)) == "no-waveform"


def test_too_deep_sequences_are_refused():
    def nested(depth: int) -> bytes:
        return sequence((8, 0x1140), OPEN_ITEM, 0xFFFFFFFF) * depth

    assert refusal(shell(sop_class() + nested(MAX_DEPTH + 1))) == "dicom-too-complex"
    assert refusal(shell(sop_class() + nested(MAX_DEPTH))) == "truncated"
    assert refusal(shell(sop_class() + nested(100_000))) == "dicom-too-complex"


def test_a_four_gigabyte_length_is_refused():
    body = sop_class() + struct.pack("<HH2sHI", 0x5400, 0x1010, b"OW", 0, 0xFFFFFFF0)
    assert refusal(shell(body)) == "truncated"


def test_a_length_beyond_its_item_is_refused():
    inner = struct.pack("<HH2sH", 8, 0x100, b"SH", 200) + b"x" * 8
    item = struct.pack("<HHI", 0xFFFE, 0xE000, len(inner)) + inner
    body = sop_class() + sequence((8, 0x1140), item) + element(0x20, 0x10, b"SH", b"x" * 400)
    assert refusal(shell(body)) == "dicom-malformed"


@pytest.mark.parametrize(
    "body",
    [
        element(8, 0x20, b"??", b"x "),
        element(8, 0x20, b"DA", b"") * 2,
        struct.pack("<HHI", 0xFFFE, 0xE00D, 0),
        sequence((8, 0x1140), b"\0" * 16),
        struct.pack("<HH2sHI", 8, 0x1140, b"OB", 0, 0xFFFFFFFF),
    ],
    ids=["vr", "twice", "delimiter", "no item", "undefined length"],
)
def test_malformed_elements_are_refused(body):
    assert refusal(shell(sop_class() + body)) == "dicom-malformed"


def test_a_sequence_of_unknown_vr_is_read_as_implicit():
    data = file(options=DicomOptions(encoding="implicit-le"))
    at = data.index(struct.pack("<HH", 0x5400, 0x0100))
    (length,) = struct.unpack_from("<I", data, at + 4)
    explicit = file()
    before = explicit[: explicit.index(struct.pack("<HH2s", 0x5400, 0x0100, b"SQ"))]
    unknown = struct.pack("<HH2sHI", 0x5400, 0x0100, b"UN", 0, length) + data[at + 8 :]
    assert decode(before + unknown).canonical_hash == decode(explicit).canonical_hash


def deflated(body: bytes) -> bytes:
    stream = zlib.compressobj(9, wbits=-15)
    return shell(stream.compress(body) + stream.flush(), "1.2.840.10008.1.2.1.99")


def test_a_deflate_bomb_is_refused_before_it_expands():
    bomb = sop_class() + element(8, 0x20, b"DA", b"") + b"\0" * (200 << 20)
    assert refusal(deflated(bomb)) == "deflate-bomb"


def test_damaged_or_cut_deflated_content_is_refused():
    data = file(options=DicomOptions(encoding="deflated"))
    assert refusal(data[:-500]) == "truncated"
    at = data.index(b"1.2.840.10008.1.2.1.99") + 24
    assert refusal(data[: at + 200] + b"\xff" * 64 + data[at + 264 :]) in {
        "dicom-malformed",
        "dicom-not-ecg",
        "dicom-other-waveform",
        "truncated",
    }


def test_a_file_beyond_the_limit_is_refused():
    assert refusal(b"\0" * (MAX_FILE_BYTES + 1)) == "too-large"


def test_a_broken_structure_is_refused_with_the_element_it_broke_at():
    data = file()
    with pytest.raises(Refused) as cut:
        decode(data[: len(data) // 2])
    assert cut.value.field == "(5400,0100)"
    with pytest.raises(Refused) as unknown:
        decode(data + b"\x99\x77\x01\x00??\x00\x00")
    assert (unknown.value.code, unknown.value.field) == ("dicom-malformed", "(7799,0001)")
