"""EWF1 is exact both ways, and laid out to the byte as documented."""

from __future__ import annotations

import struct
import uuid
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from apps.ecg.formats.canonical import Lead, Waveform
from apps.ecg.formats.gaps import fill_gaps
from apps.ecg.formats.packing import pack, unpack
from tests.formats.ecgs import median, waveform

ID = uuid.UUID("00112233-4455-6677-8899-aabbccddeeff")
numbers = st.decimals(-(10**9), 10**9, places=6, allow_nan=False)


@st.composite
def waveforms(draw):
    shape = draw(hnp.array_shapes(min_dims=2, max_dims=2, max_side=24))
    dtype = draw(st.sampled_from([np.int16, np.int32]))
    counts = draw(hnp.arrays(dtype, shape)).astype(np.int32)
    missing = draw(st.none() | hnp.arrays(np.bool_, shape))
    if missing is not None and not missing.any():
        missing = None
    leads = tuple(
        Lead(f"L{i}", abs(draw(numbers)) + 1, draw(numbers), draw(st.booleans()), i == 2)
        for i in range(shape[1])
    )
    rate = Decimal(draw(st.integers(1, 10**9))) / 1000
    return Waveform(
        draw(st.sampled_from(["rhythm", "median"])),
        leads,
        fill_gaps(counts, missing),
        rate,
        missing,
    )


@settings(deadline=None)
@given(waveforms(), st.uuids())
def test_unpacking_gives_back_what_was_packed(wave, recording_id):
    found, found_id = unpack(pack(wave, recording_id))
    assert found_id == recording_id
    assert (found.kind, found.leads, found.sampling_rate_hz) == (
        wave.kind,
        wave.leads,
        wave.sampling_rate_hz,
    )
    assert np.array_equal(found.counts, wave.counts)
    assert (found.missing is None) == (wave.missing is None)
    assert wave.missing is None or np.array_equal(found.missing, wave.missing)


def test_the_header_is_laid_out_as_documented():
    data = pack(waveform(nv_per_lsb=Decimal(4880)), ID)
    assert data[:6] == b"EWF1\x01\x00"
    assert data[6:22] == ID.bytes
    assert struct.unpack_from("<BBHHIQ", data, 22) == (0, 2, 12, 0, 5000, 500_000)
    assert struct.unpack_from("<8sqbqbB", data, 40) == (b"I\0\0\0\0\0\0\0", 488, 1, 0, 0, 0)
    assert len(data) == 40 + 12 * 27 + 12 * 2 * 5000


def test_planes_hold_deltas_least_significant_byte_first():
    wave = Waveform(
        "rhythm",
        (Lead("I", Decimal(1)),),
        np.array([[1], [257], [256], [-2]], np.int32),
        Decimal(500),
    )
    deltas = np.array([1, 256, -1, -258], "<i2").tobytes()
    assert pack(wave, ID)[67:] == deltas[::2] + deltas[1::2]


def test_gaps_are_runs_per_lead_and_repeat_the_count_before():
    missing = np.zeros((5, 2), dtype=bool)
    missing[2:4, 1] = missing[0, 0] = True
    wave = Waveform(
        "rhythm",
        (Lead("I", Decimal(1)), Lead("II", Decimal(1))),
        np.arange(10, dtype=np.int32).reshape(5, 2) + 50,
        Decimal(500),
        missing,
    )
    data = pack(wave, ID)
    assert list(struct.iter_unpack("<HII", data[94:114])) == [(0, 0, 1), (1, 2, 2)]
    found, _ = unpack(data)
    assert found.counts[:, 1].tolist() == [51, 53, 53, 53, 59]
    assert np.array_equal(found.nanovolts(), wave.nanovolts())


def test_wide_counts_use_four_bytes():
    wave = waveform()
    wide = replace(wave, counts=wave.counts * 1000)
    assert pack(wide, ID)[23] == 4
    assert np.array_equal(unpack(pack(wide, ID))[0].counts, wide.counts)


def test_a_median_says_so():
    assert unpack(pack(median(), ID))[0].kind == "median"


@pytest.mark.parametrize(
    "wave",
    [
        replace(waveform(), sampling_rate_hz=Decimal("333.33333")),
        replace(waveform(("I",)), leads=(Lead("ABCDEFGHI", Decimal(1)),)),
        replace(waveform(("I",)), leads=(Lead("I", Decimal("1.1234567890123456789")),)),
    ],
    ids=["rate", "name", "scale"],
)
def test_what_has_no_room_is_an_error(wave):
    with pytest.raises(ValueError):
        pack(wave, ID)


def test_every_cut_and_every_changed_header_byte_is_an_error_or_a_waveform():
    data = pack(waveform(seconds=1), ID)
    for cut in (0, 3, 39, 60, 400, len(data) - 1):
        with pytest.raises(ValueError):
            unpack(data[:cut])
    for at in (0, 4, 22, 23, 24, 26, 28):
        damaged = bytearray(data)
        damaged[at] ^= 0x55
        with pytest.raises(ValueError):
            unpack(bytes(damaged))
