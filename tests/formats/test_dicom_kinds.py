"""Every kind of DICOM ECG object, and how it is written, down to what no real file has proven."""

from __future__ import annotations

import copy
from decimal import Decimal

import numpy as np
import pytest

from apps.ecg.formats import decode
from apps.ecg.formats.canonical import Refused
from apps.ecg.formats.dicom.document import read_pdf
from apps.ecg.formats.dicom.writer import DicomOptions
from tests.formats.ecgs import (
    STORAGE,
    edited,
    encapsulated,
    file,
    median,
    of_kind,
    refusal,
    waveform,
)

AMBULATORY, LONG_SAMPLES, CATHETER = f"{STORAGE}.9.1.3", f"{STORAGE}.9.1.4", f"{STORAGE}.9.2.1"


@pytest.mark.parametrize("uid", [AMBULATORY, LONG_SAMPLES, CATHETER])
def test_other_ecg_objects_hold_the_same_samples_and_are_experimental(uid):
    plain = file(options=DicomOptions(sample_type="SL"), vendor="GE Healthcare")
    found = decode(edited(plain, of_kind(uid)))
    assert found.canonical_hash == decode(plain).canonical_hash
    assert found.experimental
    assert ("ambulatory" in {w.code for w in found.warnings}) is (uid == AMBULATORY)


@pytest.mark.parametrize(
    ("vendor", "options", "experimental"),
    [
        ("GE Healthcare", DicomOptions(), False),
        ("Mortara Instrument, Inc.", DicomOptions(encoding="implicit-le"), False),
        ("Acme", DicomOptions(), False),
        ("GE Healthcare", DicomOptions(encoding="explicit-be"), True),
        ("GE Healthcare", DicomOptions(sample_type="US"), True),
    ],
)
def test_what_no_real_file_has_proven_is_marked(vendor, options, experimental):
    found = decode(file(options=options, vendor=vendor))
    assert found.experimental is experimental
    assert ("maker-unproven" in {w.code for w in found.warnings}) is (vendor == "Acme")


def catheter_laboratory(dataset):
    """mV, no label, skew in seconds, and a pressure between the leads and in a group of its own."""
    group = dataset.WaveformSequence[0]
    for channel in group.ChannelDefinitionSequence:
        del channel.ChannelSampleSkew
        channel.ChannelTimeSkew = "0.0001"
    pressure = copy.deepcopy(group.ChannelDefinitionSequence[0])
    source, unit = pressure.ChannelSourceSequence[0], pressure.ChannelSensitivityUnitsSequence[0]
    source.CodeValue, source.CodingSchemeDesignator, unit.CodeValue = "2:18964", "MDC", "mm[Hg]"
    raw = np.frombuffer(group.WaveformData, "<i2").reshape(-1, 12)
    group.WaveformData = np.insert(raw, 1, 99, axis=1).tobytes()
    group.ChannelDefinitionSequence.insert(1, pressure)
    group.NumberOfWaveformChannels = 13
    other = copy.deepcopy(group)
    other.ChannelDefinitionSequence = [pressure]
    other.NumberOfWaveformChannels = 1
    other.WaveformData = raw[:, 0].tobytes()
    dataset.WaveformSequence.insert(0, other)
    for item in dataset.WaveformAnnotationSequence:
        item.ReferencedWaveformChannels = [2, 3]


def test_a_catheter_laboratory_gives_its_leads_and_leaves_its_pressures_out():
    rhythm = waveform(nv_per_lsb=Decimal(1220), rate=240)
    plain = file(rhythm, DicomOptions(unit="mV", scheme="MDC", labels=False))
    found = decode(edited(plain, of_kind(CATHETER, catheter_laboratory)))
    assert found.canonical_hash == decode(plain).canonical_hash
    assert found.rhythm.leads[0].nv_per_lsb == 1220
    assert found.measurements[0].lead == "II"  # the third channel of the second group
    codes = {warning.code for warning in found.warnings}
    assert {"channels-left-out", "channel-skew"} <= codes


def test_a_pressure_in_an_object_for_ecgs_only_is_refused():
    def change(dataset):
        unit = dataset.WaveformSequence[0].ChannelDefinitionSequence[3]
        unit.ChannelSensitivityUnitsSequence[0].CodeValue = "mm[Hg]"

    assert refusal(edited(file(), change)) == "unknown-unit"


def test_a_catheter_laboratory_without_ecg_holds_none():
    def change(dataset):
        for channel in dataset.WaveformSequence[0].ChannelDefinitionSequence:
            channel.ChannelSensitivityUnitsSequence[0].CodeValue = "mm[Hg]"

    assert refusal(edited(file(), of_kind(CATHETER, change))) == "no-waveform"


def in_four_groups(dataset):
    """The classic print: four times 2.5 s of three leads, one after another."""
    whole = dataset.WaveformSequence.pop()
    raw = np.frombuffer(whole.WaveformData, "<i2").reshape(-1, 12)
    for number in range(4):
        group = copy.deepcopy(whole)
        columns = slice(3 * number, 3 * number + 3)
        group.ChannelDefinitionSequence = list(whole.ChannelDefinitionSequence)[columns]
        group.NumberOfWaveformChannels, group.NumberOfWaveformSamples = 3, 1250
        group.MultiplexGroupTimeOffset = str(2500 * number)
        group.WaveformData = raw[1250 * number : 1250 * (number + 1), columns].tobytes()
        dataset.WaveformSequence.append(group)


def test_leads_recorded_one_after_another_are_refused_by_name():
    data = edited(file(options=DicomOptions(general=True)), in_four_groups)
    with pytest.raises(Refused) as refused:
        decode(data)
    assert refused.value.code == "sequential-groups"
    assert refused.value.field == "MultiplexGroupTimeOffset"


def test_a_later_median_does_not_make_a_recording_sequential():
    def change(dataset):
        dataset.WaveformSequence[1].MultiplexGroupTimeOffset = "10000"

    assert decode(edited(file(median=median()), change)).median is not None


def test_a_recording_of_more_than_ten_minutes_is_refused():
    short = waveform(rate=200, seconds=5)
    long = waveform(rate=200, counts=np.tile(short.counts, (121, 1)))
    assert refusal(edited(file(long), of_kind(AMBULATORY))) == "too-long"
    assert decode(edited(file(short), of_kind(AMBULATORY)))


@pytest.mark.parametrize("length", [None, 13])
def test_a_pdf_is_no_ecg_and_comes_out_as_it_went_in(length):
    document = b"%PDF-1.7 HR60"
    data = encapsulated(document, length)
    assert refusal(data) == "dicom-pdf"
    assert read_pdf(data) == document


def test_a_pdf_in_dicom_that_could_act_is_refused():
    active = b"%PDF-1.7\n1 0 obj <</S /Launch /F (cmd.exe)>> endobj\n%%EOF\n"
    assert refusal(encapsulated(active)) == "pdf-active"


@pytest.mark.parametrize("data", [encapsulated(b"<script>"), file(), b"%PDF-1.7"])
def test_what_holds_no_pdf_gives_none(data):
    with pytest.raises(Refused):
        read_pdf(data)
