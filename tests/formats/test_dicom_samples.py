"""Sample types, byte order, bits stored, padding and length: exact or refused."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from pydicom.dataset import Dataset

from apps.ecg.formats import decode
from apps.ecg.formats.dicom.companding import A_LAW, MU_LAW
from apps.ecg.formats.dicom.writer import DicomOptions
from tests.formats.ecgs import channel, edited, file, put, refusal, warned, waveform


def data_as(dtype: str, interpretation: str):
    """Stores the first group's samples as another type without touching anything else."""

    def change(dataset: Dataset) -> None:
        group = dataset.WaveformSequence[0]
        samples = np.frombuffer(group.WaveformData, "<i2").astype(dtype)
        group.WaveformBitsAllocated = samples.dtype.itemsize * 8
        group.WaveformSampleInterpretation = interpretation
        for definition in group.ChannelDefinitionSequence:
            definition.WaveformBitsStored = group.WaveformBitsAllocated
        group.WaveformData = samples.tobytes()

    return change


def test_signed_bytes_read_as_unsigned_would_jump_and_are_refused():
    assert refusal(edited(file(), data_as("<u2", "US"))) == "implausible-amplitude"


@pytest.mark.parametrize(
    ("dtype", "name"), [("<i4", "SL"), ("<i8", "SV"), ("<i2", "SS")], ids=["SL", "SV", "SS"]
)
def test_wide_signed_samples_keep_their_values(dtype, name):
    original = decode(file()).rhythm
    found = decode(edited(file(), data_as(dtype, name))).rhythm
    assert np.array_equal(found.counts, original.counts)


def test_samples_beyond_32_bits_are_refused():
    def change(dataset):
        data_as("<i8", "SV")(dataset)
        group = dataset.WaveformSequence[0]
        values = np.frombuffer(group.WaveformData, "<i8").copy()
        values[0] = 1 << 40
        group.WaveformData = values.tobytes()

    assert refusal(edited(file(), change)) == "sample-range"


@pytest.mark.parametrize(
    ("table", "code", "value"),
    [
        (MU_LAW, 0x00, -32124),
        (MU_LAW, 0x80, 32124),
        (MU_LAW, 0xFF, 0),
        (MU_LAW, 0x7E, -8),
        (A_LAW, 0xD5, 8),
        (A_LAW, 0x55, -8),
        (A_LAW, 0xAA, 32256),
        (A_LAW, 0x2A, -32256),
    ],
)
def test_companding_expands_by_g711(table, code, value):
    assert table[code] == value


def test_companded_samples_are_expanded_and_noted():
    def change(dataset):
        group = dataset.WaveformSequence[0]
        samples = np.frombuffer(group.WaveformData, "<i2")
        codes = np.abs(MU_LAW[:, None] - samples[None, :]).argmin(axis=0).astype(np.uint8)
        group.WaveformBitsAllocated, group.WaveformSampleInterpretation = 8, "MB"
        for definition in group.ChannelDefinitionSequence:
            definition.WaveformBitsStored = 8
        group.WaveformData = codes.tobytes()

    names = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")
    data = edited(file(waveform(names)), change)
    assert "companded" in warned(data)
    assert set(np.unique(decode(data).rhythm.counts[:, 0])) <= set(MU_LAW.tolist())


def test_unknown_sample_interpretation_is_refused():
    def change(dataset):
        dataset.WaveformSequence[0].WaveformSampleInterpretation = "SX"

    assert refusal(edited(file(), change)) == "sample-type"


def test_twelve_bits_sign_extended_are_accepted():
    found = decode(file(options=DicomOptions(bits_stored=12))).rhythm
    assert np.array_equal(found.counts, waveform().counts)


def test_twelve_bits_without_sign_extension_are_refused():
    def change(dataset):
        group = dataset.WaveformSequence[0]
        group.WaveformData = (np.frombuffer(group.WaveformData, "<i2") & 0xFFF).tobytes()

    data = edited(file(options=DicomOptions(bits_stored=12)), change)
    assert refusal(data) == "bits-stored"


def test_high_aligned_twelve_bits_are_refused_even_when_small():
    def change(dataset):
        group = dataset.WaveformSequence[0]
        small = np.frombuffer(group.WaveformData, "<i2") // 16 * 16
        group.WaveformData = small.astype("<i2").tobytes()

    assert refusal(edited(file(options=DicomOptions(bits_stored=12)), change)) == "bits-stored"


@pytest.mark.parametrize("bits", [0, 17, 64])
def test_impossible_bits_stored_are_refused(bits):
    data = edited(file(), lambda d: setattr(channel(d), "WaveformBitsStored", bits))
    assert refusal(data) == "bits-stored"


def test_missing_bits_stored_is_noted():
    data = edited(file(), lambda d: delattr(channel(d), "WaveformBitsStored"))
    assert "bits-stored-missing" in warned(data)


def test_padding_becomes_a_gap_in_file_byte_order():
    missing = np.zeros((5000, 12), dtype=bool)
    missing[100:150, 3] = missing[:7, 7] = True
    holed = replace(waveform(), missing=missing)
    for encoding in ("explicit-le", "explicit-be"):
        options = DicomOptions(padding=-32768, encoding=encoding)
        found = decode(file(holed, options)).rhythm
        assert np.array_equal(found.missing, missing)
        assert np.isnan(found.samples_uv()[120, 3])
        assert found.counts[149, 3] == holed.counts[99, 3]
        assert found.counts[0, 7] == 0


def test_padding_of_zero_is_no_padding():
    data = edited(file(), lambda d: put(d.WaveformSequence[0], "WaveformPaddingValue", b"\0\0"))
    assert "padding-zero" in warned(data)
    assert decode(data).rhythm.missing is None


def test_undeclared_padding_in_every_channel_is_a_gap():
    counts = waveform().counts.copy()
    counts[-3:] = -32768
    data = file(waveform(counts=counts))
    assert "padding-undeclared" in warned(data)
    assert decode(data).rhythm.missing[-3:].all()


def test_a_short_padding_value_is_refused():
    data = edited(file(), lambda d: put(d.WaveformSequence[0], "WaveformPaddingValue", b"\0"))
    assert refusal(data) == "padding-value"


@pytest.mark.parametrize(("cut", "code"), [(2, "truncated"), (-2, "data-length")])
def test_data_length_must_be_exact(cut, code):
    def change(dataset):
        group = dataset.WaveformSequence[0]
        data = group.WaveformData
        group.WaveformData = data[:-cut] if cut > 0 else data + b"\0" * -cut

    assert refusal(edited(file(), change)) == code


def test_an_odd_length_may_have_one_pad_byte():
    names = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6", "aVF")
    eighth = waveform(names, Decimal(20_000))
    eighth = replace(eighth, counts=(eighth.counts[:4999] // 20).astype(np.int32))
    found = decode(file(eighth, DicomOptions(sample_type="SB"))).rhythm
    column = found.lead_names().index("V5")
    assert np.array_equal(found.counts[:, column], eighth.counts[:, 6])


def test_eight_bit_words_in_big_endian_are_refused_as_unclear():
    names = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")
    wave = waveform(names, Decimal(20_000))
    wave = replace(wave, counts=(wave.counts // 20).astype(np.int32))

    def change(dataset):
        group = dataset.WaveformSequence[0]
        group["WaveformData"].VR = "OW"

    data = file(wave, DicomOptions(sample_type="SB", encoding="explicit-be"))
    assert decode(data).rhythm.samples == 5000
    assert refusal(edited(data, change)) == "sample-byte-order"


@pytest.mark.parametrize("keyword", ["NumberOfWaveformSamples", "NumberOfWaveformChannels"])
def test_missing_counts_are_refused(keyword):
    data = edited(file(), lambda d: delattr(d.WaveformSequence[0], keyword))
    assert refusal(data) == "missing-value"
