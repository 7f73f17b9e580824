"""SCP-ECG records that are damaged or lie about themselves are refused, each for its reason."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from decimal import Decimal

import pytest

from apps.ecg.formats import decode
from apps.ecg.formats.canonical import Refused
from apps.ecg.formats.scp.beats import Zone
from apps.ecg.formats.scp.coding import huffman_section
from apps.ecg.formats.scp.huffman import DEFAULT, Code
from apps.ecg.formats.scp.sections import crc, read_record
from apps.ecg.formats.scp.writer import ScpOptions, assemble, write_scp
from tests.formats.ecgs import ecg, refusal, warned, waveform

BEAT = waveform(kind="median", seconds=0.8, beat_s=0.9)
ZONES = (Zone(440, 500, 560), Zone(1000, 1060, 1120))


def written(**options: object) -> bytes:
    return write_scp(ecg(median=BEAT), ScpOptions(**options))  # type: ignore[arg-type]


def rebuilt(number: int, change: Callable[[bytearray], object], **options: object) -> bytes:
    """The record with one section changed, and every checksum and pointer right again."""
    record = read_record(written(**options))
    body = bytearray(record.sections[number])
    changed = change(body)
    body = changed if isinstance(changed, bytes) else body
    return assemble(record.sections | {number: bytes(body)}, record.protocol)


def put(at: int, layout: str, *values: int) -> Callable[[bytearray], None]:
    return lambda body: struct.pack_into("<" + layout, body, at, *values)


def without(number: int, **options: object) -> bytes:
    record = read_record(written(**options))
    kept = {n: body for n, body in record.sections.items() if n != number}
    return assemble(kept, record.protocol)


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda d: d[:-1], "truncated"),
        (lambda d: d[: len(d) // 2], "truncated"),
        (lambda d: d + b"\0", "data-length"),
        (lambda d: d[:-9] + bytes([d[-9] ^ 1]) + d[-8:], "checksum"),
        (lambda d: bytes([d[0] ^ 1]) + d[1:], "checksum"),
    ],
)
def test_damage_is_found(damage, code):
    assert refusal(damage(written())) == code


def with_directory(at: int, layout: str, *values: int) -> bytes:
    """A record whose directory is changed, its own checksums right."""
    data = bytearray(written())
    struct.pack_into("<" + layout, data, 22 + at, *values)
    return checked(data)


def checked(data: bytearray) -> bytes:
    struct.pack_into("<H", data, 6, crc(bytes(data[8 : 6 + 136])))
    struct.pack_into("<H", data, 0, crc(bytes(data[2:])))
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (lambda: with_directory(6 * 10 + 6, "I", 10**6), "scp-pointers"),
        (lambda: with_directory(6 * 10 + 6, "I", 0), "scp-pointers"),
        (lambda: with_directory(6 * 10 + 6, "I", 9), "scp-pointers"),
        (lambda: with_directory(6 * 10 + 2, "I", 0xFFFFFFFF), "scp-pointers"),
        (lambda: with_directory(6 * 10 + 2, "I", 8), "scp-pointers"),
        (lambda: with_directory(6 * 10, "H", 3), "scp-pointers"),
        (lambda: with_directory(6, "I", 6), "scp-not-conformant"),
    ],
)
def test_pointers_that_lie_are_refused(data, code):
    with pytest.raises(Refused) as refused:
        decode(data())
    assert refused.value.code == code
    assert refused.value.field.startswith("Section")


def test_a_wrong_checksum_of_one_section_names_it():
    data = bytearray(written())
    at = data.index(struct.pack("<HI", 7, len(read_record(bytes(data)).sections[7]) + 16))
    at = data.index(struct.pack("<HI", 7, len(read_record(bytes(data)).sections[7]) + 16), at + 6)
    data[at + 20] ^= 1
    with pytest.raises(Refused) as refused:
        decode(checked(data))
    assert (refused.value.code, refused.value.field) == ("checksum", "Section 7")


@pytest.mark.parametrize("protocol", [12, 31])
def test_other_protocols_are_refused(protocol):
    assert refusal(written(protocol=protocol)) in ("scp-version", "unknown-format")


@pytest.mark.parametrize(
    ("number", "change", "code"),
    [
        (3, put(0, "B", 0), "too-few-leads"),
        (3, put(0, "B", 13), "section-short"),
        (3, put(10, "B", 200), "unknown-lead"),
        (3, put(10, "B", 0), "unknown-lead"),
        (3, put(10, "B", 2), "duplicate-lead"),
        (3, put(2, "I", 2), "leads-not-simultaneous"),
        (3, put(1, "B", 3 << 3), "leads-not-simultaneous"),
        (6, put(0, "H", 0), "unknown-scale"),
        (6, put(2, "H", 0), "unknown-rate"),
        (6, put(2, "H", 3900), "unknown-rate"),
        (6, put(4, "B", 3), "difference-code"),
        (6, put(5, "B", 2), "bimodal-code"),
        (6, put(6, "H", 0xFFFF), "truncated"),
        (6, put(6, "H", 4), "data-length"),
        (6, lambda body: bytes(body[:5]), "section-short"),
        (2, put(0, "H", 0), "huffman-table"),
        (2, put(0, "H", 17), "huffman-table"),
        (2, put(0, "H", 1), "section-short"),
    ],
)
def test_sections_that_lie_are_refused(number, change, code):
    assert refusal(rebuilt(number, change)) == code


def test_fewer_samples_than_announced_are_refused():
    def longer(body):
        for lead in range(12):
            struct.pack_into("<I", body, 2 + 9 * lead + 4, 5_400)

    assert refusal(rebuilt(3, longer)) in ("lead-length", "truncated")
    assert refusal(rebuilt(3, longer, huffman=False)) == "lead-length"


def test_samples_beyond_any_recording_are_refused_at_once():
    def endless(body):
        for lead in range(12):
            struct.pack_into("<I", body, 2 + 9 * lead + 4, 0xFFFFFFFF)

    assert refusal(rebuilt(3, endless)) == "lead-samples"


@pytest.mark.parametrize("number", [3, 6])
def test_a_record_without_leads_or_rhythm_is_refused(number):
    assert refusal(without(number)) == "no-rhythm"


def test_a_long_term_recording_is_refused_by_name():
    record = read_record(written(protocol=30))
    sections = {n: b for n, b in record.sections.items() if n != 6}
    data = bytearray(assemble(sections | {11: b"\0" * 20}, 30))
    at = data.index(struct.pack("<H", 11), 22)
    struct.pack_into("<H", data, at, 12)
    at = int.from_bytes(data[at + 6 : at + 10], "little") - 1
    struct.pack_into("<H", data, at + 2, 12)
    assert refusal(resealed(data, at)) == "scp-long-term"


def resealed(data: bytearray, at: int) -> bytes:
    length = int.from_bytes(data[at + 4 : at + 8], "little")
    struct.pack_into("<H", data, at, crc(bytes(data[at + 2 : at + length])))
    return checked(data)


TABLE_FAULTS = {
    "prefix of another": (*DEFAULT[:3], Code(2, 2, True, 9, 1), *DEFAULT[17:]),
    "no length": (Code(0, 1, True, 0, 0), *DEFAULT[1:]),
    "too long": (*DEFAULT[:17], Code(17, 33, True, 0, 1)),
    "longer than its prefix": (*DEFAULT[:17], Code(4, 20, True, 0, 0x1F)),
    "switch to nowhere": (*DEFAULT, Code(11, 11, False, 2, 0x7FF)),
    "value and base": (*DEFAULT[:17], Code(10, 18, True, 5, 511)),
}


@pytest.mark.parametrize("fault", TABLE_FAULTS)
def test_code_tables_that_are_ambiguous_are_refused(fault):
    section = huffman_section((TABLE_FAULTS[fault],))
    assert refusal(rebuilt(2, lambda body: section)) == "huffman-table"


def test_tables_that_only_switch_to_each_other_come_to_an_end():
    def loop(other):
        return (Code(1, 1, False, other, 0), Code(1, 1, False, other, 1))

    section = huffman_section((loop(2), loop(1)))
    assert refusal(rebuilt(2, lambda body: section)) == "truncated"


def test_a_code_of_no_table_is_refused():
    section = huffman_section((DEFAULT[:5],))
    assert refusal(rebuilt(2, lambda body: section)) == "huffman-code"


@pytest.mark.parametrize(
    ("number", "change", "code"),
    [
        (4, put(2, "H", 5000), "beat-zones"),
        (4, put(8, "I", 1), "beat-zones"),
        (4, put(16, "I", 1_100), "beat-zones"),
        (4, put(4, "H", 65_000), "beat-zones"),
        (4, put(4, "H", 4), "section-short"),
        (5, put(0, "H", 5), "reference-beat"),
        (5, put(2, "H", 4000), "lead-length"),
    ],
)
def test_a_reference_beat_that_does_not_fit_is_refused(number, change, code):
    options = {"subtract": True, "beats": ZONES, "beat_fiducial": 200}
    assert decode(written(**options))
    assert refusal(rebuilt(number, change, **options)) == code


@pytest.mark.parametrize(
    ("options", "missing", "code"),
    [
        ({"subtract": True}, 4, "beat-zones"),
        ({"subtract": True}, 5, "reference-beat"),
        ({"bimodal": 4}, 4, "beat-zones"),
        ({"bimodal": 4}, 5, "bimodal-rate"),
    ],
)
def test_compression_without_its_sections_is_refused(options, missing, code):
    data = without(missing, beats=ZONES, beat_fiducial=200, **options)
    assert refusal(data) == code


@pytest.mark.parametrize(
    ("options", "code"),
    [({"subtract": True}, "reference-beat"), ({"bimodal": 4}, "bimodal-code")],
)
def test_version_3_knows_no_lossy_compression(options, code):
    assert refusal(written(protocol=30, beats=ZONES, beat_fiducial=200, **options)) == code


def test_a_rate_that_compression_does_not_divide_is_refused():
    data = rebuilt(6, put(2, "H", 2000), bimodal=4, beats=ZONES)
    assert refusal(data) == "bimodal-rate"


def test_leads_not_said_to_be_simultaneous_are_read_with_a_warning():
    assert "simultaneous" in warned(written(flags=0))


def test_three_leads_are_not_an_ecg():
    assert refusal(write_scp(ecg(waveform(("I", "II", "V1"))))) == "too-few-leads"


def test_plain_leads_cut_at_the_limit_of_their_length_say_so():
    long = waveform(nv_per_lsb=Decimal(1000), seconds=70)
    data = write_scp(
        ecg(waveform(counts=long.counts[:32_767])), ScpOptions(huffman=False, difference=0)
    )
    record = read_record(data)
    leads = bytearray(record.sections[3])
    for lead in range(12):
        struct.pack_into("<I", leads, 2 + 9 * lead + 4, 35_000)
    found = decode(assemble(record.sections | {3: bytes(leads)}, 20))
    assert found.rhythm.samples == 32_767
    assert "cut-at-limit" in {w.code for w in found.warnings}


def test_any_damage_behind_right_checksums_is_refused_or_decoded():
    rng = random.Random("einthoven scp")
    options = {"subtract": True, "beats": ZONES, "beat_fiducial": 200, "bimodal": 4}
    record = read_record(written(**options))
    codes = []
    for _ in range(150):
        number = rng.choice([1, 2, 3, 4, 5, 6, 7, 8])
        body = bytearray(record.sections[number])
        for _ in range(rng.randrange(1, 4)):
            body[rng.randrange(min(len(body), 200))] = rng.randrange(256)
        del body[len(body) - rng.randrange(2) * rng.randrange(len(body)) :]
        try:
            decode(assemble(record.sections | {number: bytes(body)}, 20))
        except Refused as found:
            codes.append(found.code)
    assert len(codes) > 40
    assert not {"decoder-error", "decoder-memory"} & set(codes)
