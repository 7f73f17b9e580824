"""The scale: exact in decimal, or refused with its reason."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from apps.ecg.formats import decode
from apps.ecg.formats.dicom.writer import DicomOptions
from tests.formats.ecgs import channel, edited, file, put, refusal, warned, waveform


def with_unit(value: str, sensitivity: bytes = b"1 "):
    def change(dataset):
        for index in range(12):
            definition = channel(dataset, index)
            definition.ChannelSensitivityUnitsSequence[0].CodeValue = value
            put(definition, "ChannelSensitivity", sensitivity)
            del definition.ChannelSensitivityUnitsSequence[0].CodeMeaning

    return edited(file(), change)


def test_the_same_ecg_in_microvolts_and_millivolts_hashes_equal():
    wave = waveform(nv_per_lsb=Decimal(1250))
    micro = decode(file(wave, DicomOptions(unit="uV")))
    milli = decode(file(wave, DicomOptions(unit="mV")))
    assert micro.canonical_hash == milli.canonical_hash
    assert micro.rhythm.leads[0].nv_per_lsb == Decimal(1250) == milli.rhythm.leads[0].nv_per_lsb


@pytest.mark.parametrize(
    ("unit", "sensitivity", "nv"),
    [
        ("uV", b"4.88", Decimal(4880)),
        ("mV", b"0.00122 ", Decimal(1220)),
        ("nV", b"1250", Decimal(1250)),
        ("V", b"1E-6", Decimal(1000)),
    ],
)
def test_known_units_scale_exactly(unit, sensitivity, nv):
    assert decode(with_unit(unit, sensitivity)).rhythm.leads[0].nv_per_lsb == nv


@pytest.mark.parametrize("unit", ["µV", "μV", "microvolt"])
def test_tolerated_units_are_noted(unit):
    data = edited(with_unit(unit), lambda d: setattr(d, "SpecificCharacterSet", "ISO_IR 192"))
    assert "unit-alias" in warned(data)
    assert decode(data).rhythm.leads[0].nv_per_lsb == 1000


@pytest.mark.parametrize("unit", ["MV", "UV", "mv", "1", "{counts}", "volts"])
def test_unknown_units_are_refused(unit):
    assert refusal(with_unit(unit)) == "unknown-unit"


def test_a_missing_unit_is_refused():
    data = edited(file(), lambda d: delattr(channel(d), "ChannelSensitivityUnitsSequence"))
    assert refusal(data) == "unknown-unit"


def test_microvolt_numbers_called_millivolts_are_refused():
    assert refusal(with_unit("mV", b"2.513826")) == "implausible-amplitude"


def test_a_unit_whose_label_differs_is_noted():
    def change(dataset):
        item = channel(dataset).ChannelSensitivityUnitsSequence[0]
        item.CodeMeaning = "millivolt"

    assert "unit-meaning" in warned(edited(file(), change))


def test_a_missing_sensitivity_is_refused():
    data = edited(file(), lambda d: delattr(channel(d, 4), "ChannelSensitivity"))
    assert refusal(data) == "unknown-scale"


@pytest.mark.parametrize(
    "keyword", ["ChannelSensitivity", "ChannelSensitivityCorrectionFactor", "ChannelBaseline"]
)
def test_an_empty_number_of_the_scale_is_refused(keyword):
    assert refusal(edited(file(), lambda d: put(channel(d), keyword, b""))) == "unknown-scale"


@pytest.mark.parametrize("value", [b"1,25", b"NaN ", b"inf ", b"1.2.3 ", b"0x10"])
def test_numbers_that_are_no_decimals_are_refused(value):
    data = edited(file(), lambda d: put(channel(d), "ChannelSensitivity", value))
    assert refusal(data) == "bad-number"


@pytest.mark.parametrize("value", [b"0 ", b"-1", b"1E99", b"1E-9"])
def test_impossible_scales_are_refused(value):
    data = edited(file(), lambda d: put(channel(d), "ChannelSensitivity", value))
    assert refusal(data) == "implausible-scale"


def test_a_scale_with_too_many_digits_is_refused():
    def change(dataset):
        put(channel(dataset), "ChannelSensitivity", b"1.23456789012345")
        put(channel(dataset), "ChannelSensitivityCorrectionFactor", b"1.0000000000001 ")

    assert refusal(edited(file(), change)) == "inexact-scale"


def test_the_correction_factor_multiplies():
    wave = waveform(nv_per_lsb=Decimal(4880))
    found = decode(file(wave, DicomOptions(correction_factor=Decimal("4.88")))).rhythm
    assert found.leads[0].nv_per_lsb == 4880
    assert np.array_equal(found.nanovolts(), wave.nanovolts())


def test_the_baseline_is_in_units_and_added_after_scaling():
    def change(dataset):
        for index in range(12):
            put(channel(dataset, index), "ChannelBaseline", b"-100")

    wave = waveform(nv_per_lsb=Decimal(4880))
    names = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")
    data = edited(file(wave, DicomOptions(leads=names)), change_all(names))
    found = decode(data).rhythm
    column = found.lead_names().index("V2")
    expected = wave.nanovolts()[:, wave.lead_names().index("V2")] - 100_000
    assert np.array_equal(found.nanovolts()[:, column], expected)


def change_all(names):
    def change(dataset):
        for index in range(len(names)):
            put(channel(dataset, index), "ChannelBaseline", b"-100")

    return change


def test_absent_factor_and_baseline_are_one_and_zero_and_noted():
    def change(dataset):
        del channel(dataset).ChannelSensitivityCorrectionFactor
        del channel(dataset).ChannelBaseline

    data = edited(file(), change)
    assert "scale-defaults" in warned(data)
    assert decode(data).canonical_hash == decode(file()).canonical_hash


def test_fewer_definitions_than_channels_are_refused():
    def change(dataset):
        del dataset.WaveformSequence[0].ChannelDefinitionSequence[-1]

    assert refusal(edited(file(), change)) == "channel-count"


@pytest.mark.parametrize("value", [b"", b"0 ", b"-500", b"500,0 ", b"333.33333333"])
def test_a_missing_or_impossible_rate_is_refused(value):
    data = edited(file(), lambda d: put(d.WaveformSequence[0], "SamplingFrequency", value))
    assert refusal(data) in {"unknown-rate", "bad-number"}


def test_each_group_has_its_own_scale():
    data = file(median=replace(waveform(kind="median", seconds=1.2, beat_s=1.2)))

    def change(dataset):
        group = dataset.WaveformSequence[1]
        values = np.frombuffer(group.WaveformData, "<i2") * 2
        group.WaveformData = values.astype("<i2").tobytes()
        for index in range(12):
            put(channel(dataset, index, 1), "ChannelSensitivity", b".5")

    found = decode(edited(data, change))
    assert found.median.leads[0].nv_per_lsb == 500
    assert np.array_equal(found.median.nanovolts(), decode(data).median.nanovolts())
