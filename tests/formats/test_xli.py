"""XLI: exact both ways, bounded, and never a guess about broken data."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from apps.ecg.formats.canonical import Refused
from apps.ecg.formats.philips.limb_residuals import predict, restore
from apps.ecg.formats.philips.xli import Block, blocks, decode_block
from apps.ecg.formats.philips.xli_writer import encode_block


def rows() -> list[np.ndarray]:
    random = np.random.default_rng(3)
    return [
        np.zeros(5500, np.int64),
        np.arange(-2500, 3000, dtype=np.int64),
        random.integers(-200, 200, 5500),
        np.cumsum(random.integers(-9, 10, 5500)),
        np.array([7, -7], np.int64),
        np.array([7, -7, 100], np.int64),
        np.tile([1, 1, 1, 1], 700),
    ]


@pytest.mark.parametrize("row", rows(), ids=len)
def test_what_is_compressed_returns_exactly(row):
    (block,) = blocks(encode_block(row), field="x")
    assert np.array_equal(decode_block(block, row.size, field="x"), row)


def test_leads_follow_each_other():
    data = b"".join(encode_block(row) for row in rows())
    found = [
        decode_block(b, r.size, field="x")
        for b, r in zip(blocks(data, field="x"), rows(), strict=True)
    ]
    assert all(np.array_equal(a, b) for a, b in zip(found, rows(), strict=True))


def test_a_table_that_is_full_stops_growing():
    row = rows()[2]
    (block,) = blocks(encode_block(row), field="x")
    assert len(block.coded) * 8 // 10 > 1024
    assert np.array_equal(decode_block(block, row.size, field="x"), row)


@pytest.mark.parametrize(
    "data",
    [
        b"\0" * 7,
        struct.pack("<iHh", 100, 1, 0),
        struct.pack("<iHh", -1, 1, 0) + b"x",
        struct.pack("<iHh", 1, 2, 0) + b"x",
        struct.pack("<iHh", 0, 1, 0),
    ],
)
def test_a_damaged_block_is_refused(data):
    with pytest.raises(Refused) as refused:
        list(blocks(data, field="x"))
    assert (refused.value.code, refused.value.field) == ("bad-compression", "x")


def packed(*codes: int) -> bytes:
    bits = "".join(f"{code:010b}" for code in codes)
    return int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")


@pytest.mark.parametrize(
    "codes",
    [(300,), (0, 300), (0, 0, 0, 1023), (0,) * 9, (0, 256, 257, 258, 259, 260)],
    ids=["first", "ahead", "short", "long", "growing"],
)
def test_impossible_codes_and_wrong_lengths_are_refused(codes):
    with pytest.raises(Refused) as refused:
        decode_block(Block(0, packed(*codes)), 4, field="x")
    assert refused.value.code == "bad-compression"


def test_a_bomb_stops_at_the_length_the_file_states():
    bomb = packed(0, *range(256, 1023), *[1022] * 100_000)
    with pytest.raises(Refused):
        decode_block(Block(0, bomb), 5500, field="x")


def test_samples_beyond_16_bits_are_refused():
    steep = np.full(400, 64 - 200, np.int64)
    planes = np.concatenate([steep >> 8 & 0xFF, steep & 0xFF]).tolist()
    with pytest.raises(Refused):
        decode_block(Block(0, packed(*planes, 1023)), 400, field="x")
    with pytest.raises(ValueError, match="16 bits"):
        encode_block(np.array([0, 40_000, 0]))


def test_residuals_are_restored_in_their_order():
    random = np.random.default_rng(4)
    leads = {n: random.integers(-500, 500, 100) for n in ("I", "II", "III", "aVR", "aVL", "aVF")}
    stored = dict(leads)
    predict(stored)
    one, two, three = leads["I"], leads["II"], leads["III"]
    assert np.array_equal(stored["III"], two - one - three)
    assert np.array_equal(stored["aVR"], -leads["aVR"] - (one + two) // 2)
    assert np.array_equal(stored["aVL"], (one - three) // 2 - leads["aVL"])
    assert np.array_equal(stored["aVF"], (two + three) // 2 - leads["aVF"])
    restore(stored, field="x")
    assert all(np.array_equal(stored[name], leads[name]) for name in leads)


@pytest.mark.parametrize("absent", ["I", "II", "III"])
def test_residuals_without_what_they_need_are_refused(absent):
    names = [n for n in ("I", "II", "III", "aVR", "aVL", "aVF") if n != absent]
    with pytest.raises(Refused) as refused:
        restore({name: np.zeros(4, np.int64) for name in names}, field="x")
    assert refused.value.code == "limb-leads"
