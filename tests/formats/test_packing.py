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
    assert data[:6] == b"EWF1\x02\x00"
    assert data[6:22] == ID.bytes
    assert struct.unpack_from("<BBHHIQ", data, 22) == (0, 2, 12, 0, 5000, 500_000)
    assert struct.unpack_from("<8sqbqbB", data, 40) == (b"I\0\0\0\0\0\0\0", 488, 1, 0, 0, 0)
    assert len(data) == 40 + 12 * 27 + 12 * 2 * 5000


def test_planes_hold_folded_deltas_least_significant_byte_first():
    wave = Waveform(
        "rhythm",
        (Lead("I", Decimal(1)),),
        np.array([[1], [257], [256], [-2]], np.int32),
        Decimal(500),
    )
    folded = np.array([2, 512, 1, 515], "<u2").tobytes()
    assert pack(wave, ID)[67:] == folded[::2] + folded[1::2]


def limbs(counts, **fields):
    names = ("I", "II", "III", "aVR", "aVL", "aVF")
    leads = tuple(Lead(name, **({"nv_per_lsb": Decimal(5)} | fields)) for name in names)
    return Waveform("rhythm", leads, np.array(counts, np.int32), Decimal(500))


SUMS = [[3, 8, 5, -5, -1, 6], [-7, 4, 11, 2, -9, 7], [32767, -32768, 1, 1, 0, 0]]


def test_of_limb_leads_is_packed_what_i_and_ii_do_not_say():
    wave = limbs(SUMS)
    data = pack(wave, ID)
    assert [data[40 + 27 * i + 26] for i in range(6)] == [0, 0, 4, 4, 4, 4]
    # III, aVR, aVL and aVF of the first two samples are exactly what I and II say, rounded down.
    planes = np.frombuffer(data[40 + 6 * 27 :], np.uint8).reshape(6, 2, 3)
    assert not planes[2:, :, :2].any()
    assert np.array_equal(unpack(data)[0].counts, wave.counts)


@pytest.mark.parametrize("fields", [{"offset_nv": Decimal(1)}, {"derived": True}])
def test_leads_of_an_offset_are_packed_as_they_are(fields):
    wave = limbs(SUMS, **fields)
    flags = {pack(wave, ID)[40 + 27 * i + 26] & 4 for i in range(6)}
    assert flags == ({0} if "offset_nv" in fields else {0, 4})
    assert np.array_equal(unpack(pack(wave, ID))[0].counts, wave.counts)


@pytest.mark.parametrize("width", [2, 4])
@settings(deadline=None, max_examples=50)
@given(st.data())
def test_any_limb_leads_come_back_whatever_they_are(width, data):
    bits = 8 * width
    whole = st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    wave = limbs(data.draw(hnp.arrays(np.int64, (5, 6), elements=whole)))
    assert np.array_equal(unpack(pack(wave, ID))[0].counts, wave.counts)


def test_a_rest_of_what_is_not_there_is_refused():
    data = bytearray(pack(limbs(SUMS), ID))
    data[40 + 26] |= 4  # lead I as a rest of itself
    with pytest.raises(ValueError):
        unpack(bytes(data))


def test_the_version_before_is_read():
    """As it was written: differences as they are, every lead by itself."""
    wave = limbs(SUMS)
    parts = [pack(wave, ID)[:4], b"\1\0", pack(wave, ID)[6:40]]
    leads = bytearray(pack(wave, ID)[40 : 40 + 6 * 27])
    leads[26::27] = bytes(6)
    deltas = np.diff(wave.counts, axis=0, prepend=0).astype("<i2").T
    planes = [row.tobytes()[plane::2] for row in deltas for plane in (0, 1)]
    found, _ = unpack(b"".join([*parts, bytes(leads), *planes]))
    assert np.array_equal(found.counts, wave.counts)


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
