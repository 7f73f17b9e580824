"""What is written decodes to the same nanovolts, in every form it can be written in."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal
from itertools import product

import numpy as np
import pydicom
import pytest

from apps.ecg.formats import decode
from apps.ecg.formats.canonical import STANDARD_LEADS, SourceMeasurement, SourceStatement
from apps.ecg.formats.dicom.writer import DicomOptions, write_dicom
from tests.formats.ecgs import ecg, median, waveform

ENCODINGS = ("explicit-le", "implicit-le", "explicit-be", "deflated")
WIDE = ("SS", "US", "SL", "UL", "SV", "UV")
EIGHT = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")


def tiny() -> object:
    """An ECG of twelve leads that fits eight bits: every count halves exactly."""
    wave = waveform(nv_per_lsb=Decimal(20_000))
    return replace(wave, counts=(wave.counts // 20).astype(np.int32))


@pytest.mark.parametrize(
    ("encoding", "sample_type", "unit"), list(product(ENCODINGS, WIDE, ("uV", "mV", "nV")))
)
def test_wide_types_round_trip_exactly(encoding, sample_type, unit):
    wave = waveform(nv_per_lsb=Decimal(1250))
    options = DicomOptions(encoding=encoding, sample_type=sample_type, unit=unit)
    found = decode(write_dicom(ecg(wave), options)).rhythm
    assert np.array_equal(found.nanovolts(), wave.nanovolts())


@pytest.mark.parametrize(("encoding", "sample_type"), list(product(ENCODINGS, ("SB", "UB"))))
def test_eight_bits_round_trip_exactly(encoding, sample_type):
    wave = tiny()
    options = DicomOptions(encoding=encoding, sample_type=sample_type, leads=EIGHT)
    found = decode(write_dicom(ecg(wave), options)).rhythm
    columns = [found.lead_names().index(name) for name in EIGHT]
    expected = wave.nanovolts()[:, [wave.lead_names().index(name) for name in EIGHT]]
    assert np.array_equal(found.nanovolts()[:, columns], expected)


@pytest.mark.parametrize("factor", [Decimal(1), Decimal("4.88"), Decimal("0.5")])
@pytest.mark.parametrize("shift", [0, 16384, -5])
def test_factor_and_baseline_round_trip_exactly(factor, shift):
    wave = waveform(nv_per_lsb=Decimal(4880))
    options = DicomOptions(correction_factor=factor, baseline_counts=shift)
    found = decode(write_dicom(ecg(wave), options)).rhythm
    assert np.array_equal(found.nanovolts(), wave.nanovolts())


def test_fields_round_trip():
    source = ecg(
        accession_number="A1",
        utc_offset_minutes=-330,
        device_serial="S1",
        measurements=(
            SourceMeasurement("pr_ms", 160.0, "ms"),
            SourceMeasurement("qtc_hodges_ms", 410.0, "ms", "hodges"),
            SourceMeasurement("qtc_bazett_ms", 412.0, "ms", "bazett"),
            SourceMeasurement("t_axis_deg", -12.0, "deg"),
        ),
        statements=(SourceStatement("Eins"), SourceStatement("Zwölf")),
        median=median(),
    )
    found = decode(write_dicom(source))
    for field in ("accession_number", "utc_offset_minutes", "acquired_local", "device_serial"):
        assert getattr(found, field) == getattr(source, field)
    assert [(m.name, m.value) for m in found.measurements] == [
        (m.name, m.value) for m in source.measurements
    ]
    assert found.statements == source.statements
    assert np.array_equal(found.median.nanovolts(), source.median.nanovolts())


def test_the_same_seed_gives_the_same_bytes():
    options = DicomOptions(seed="demo-1")
    assert write_dicom(ecg(), options) == write_dicom(ecg(), options)
    assert write_dicom(ecg(), options) != write_dicom(ecg(), DicomOptions(seed="demo-2"))


def test_without_a_seed_uids_are_fresh():
    first, second = (decode(write_dicom(ecg())).sop_instance_uid for _ in range(2))
    assert first != second


def test_synthetic_content_says_so():
    dataset = pydicom.dcmread(io.BytesIO(write_dicom(ecg(vendor=""))))
    assert dataset.Manufacturer == "Einthoven synthetic"
    assert "Synthetic" in dataset.ImageComments
    assert dataset.ContentQualification == "RESEARCH"


def test_a_real_export_is_not_called_synthetic():
    dataset = pydicom.dcmread(io.BytesIO(write_dicom(ecg(), DicomOptions(synthetic=False))))
    assert "ImageComments" not in dataset


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_pydicom_reads_what_is_written(encoding):
    dataset = pydicom.dcmread(
        io.BytesIO(write_dicom(ecg(), DicomOptions(encoding=encoding, general=True)))
    )
    group = dataset.WaveformSequence[0]
    order = ">" if encoding == "explicit-be" else "<"
    raw = np.frombuffer(group.WaveformData, f"{order}i2").reshape(5000, 12)
    assert np.array_equal(raw, waveform().counts)
    assert dataset.SOPClassUID.name == "General ECG Waveform Storage"


@pytest.mark.parametrize(
    "options",
    [
        DicomOptions(sample_type="SB"),
        DicomOptions(bits_stored=8),
        DicomOptions(baseline_counts=32_000),
    ],
)
def test_what_does_not_fit_is_an_error(options):
    with pytest.raises(ValueError):
        write_dicom(ecg(), options)


def test_a_scale_that_decimals_cannot_hold_is_an_error():
    with pytest.raises(ValueError):
        write_dicom(ecg(), DicomOptions(correction_factor=Decimal(3)))


def test_missing_samples_need_a_padding_value():
    missing = np.zeros((5000, len(STANDARD_LEADS)), dtype=bool)
    missing[5, 5] = True
    with pytest.raises(ValueError):
        write_dicom(ecg(replace(waveform(), missing=missing)))
