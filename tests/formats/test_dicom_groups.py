"""Which group is the rhythm: by label, originality and duration, never by position."""

from __future__ import annotations

import numpy as np
import pytest

from apps.ecg.formats import decode
from apps.ecg.formats.dicom.writer import DicomOptions
from tests.formats.ecgs import edited, file, median, put, refusal, warned, waveform


@pytest.mark.parametrize("labels", [True, False])
@pytest.mark.parametrize("median_first", [True, False])
def test_rhythm_and_median_are_told_apart_in_either_order(labels, median_first):
    options = DicomOptions(labels=labels, median_first=median_first)
    found = decode(file(options=options, median=median()))
    assert (found.rhythm.kind, found.rhythm.samples) == ("rhythm", 5000)
    assert (found.median.kind, found.median.samples) == ("median", 600)


def test_twelve_and_twelve_channels_exceed_the_object_and_are_noted():
    assert "channel-limit" in warned(file(median=median()))
    assert "channel-limit" not in warned(file(options=DicomOptions(general=True)))


def test_a_median_at_its_own_rate_is_kept_at_it():
    found = decode(file(median=median(rate=1000)))
    assert (found.rhythm.sampling_rate_hz, found.median.sampling_rate_hz) == (500, 1000)


def test_a_median_alone_is_refused():
    assert refusal(file(median())) == "no-rhythm"


def test_a_label_counts_more_than_originality():
    def change(dataset):
        dataset.WaveformSequence[0].WaveformOriginality = "DERIVED"

    data = edited(file(), change)
    assert "group-originality" in warned(data)
    assert decode(data).rhythm.samples == 5000


def second_group(change=lambda group: None):
    """The rhythm with a second rhythm group beside it."""

    def add(dataset):
        other = edited_copy(dataset.WaveformSequence[0])
        change(other)
        dataset.WaveformSequence.append(other)

    return edited(file(), add)


def edited_copy(group):
    import copy

    return copy.deepcopy(group)


def test_two_equal_rhythms_are_refused():
    assert refusal(second_group()) == "several-rhythms"


def test_groups_that_each_hold_some_leads_are_refused():
    def other_leads(group):
        for number, item in enumerate(group.ChannelDefinitionSequence):
            item.ChannelSourceSequence[0].CodeValue = f"5.6.3-9-{(9, 66, 67)[number % 3]}"
        del group.ChannelDefinitionSequence[3:]
        group.NumberOfWaveformChannels = 3
        group.WaveformData = group.WaveformData[: len(group.WaveformData) // 4]

    assert refusal(second_group(other_leads)) == "several-rhythms"


def test_a_longer_strip_of_some_leads_is_left_out_and_noted():
    def strip(group):
        del group.ChannelDefinitionSequence[3:]
        group.NumberOfWaveformChannels = 3
        group.NumberOfWaveformSamples = 20_000

    data = second_group(strip)
    assert "groups-left-out" in warned(data)
    assert np.array_equal(decode(data).rhythm.counts, waveform().counts)


def test_a_file_without_waveform_is_refused():
    assert refusal(edited(file(), lambda d: delattr(d, "WaveformSequence"))) == "no-waveform"


@pytest.mark.parametrize("keyword", ["ChannelSampleSkew", "ChannelTimeSkew"])
def test_skew_is_noted_and_samples_stay_as_stored(keyword):
    def change(dataset):
        for item in dataset.WaveformSequence[0].ChannelDefinitionSequence:
            put(item, keyword, b"0.5 ")

    data = edited(file(), change)
    assert "channel-skew" in warned(data)
    assert decode(data).canonical_hash == decode(file()).canonical_hash


def parted(*offsets_ms, seconds=10.0, change=lambda groups: None):
    """Limb and chest leads in a group each, which begin at these moments."""

    def apply(dataset):
        whole = dataset.WaveformSequence[0]
        rows = np.frombuffer(whole.WaveformData, "<i2").reshape(-1, 12)
        parts = []
        for start, offset in zip((0, 6), offsets_ms, strict=True):
            part = edited_copy(whole)
            part.NumberOfWaveformChannels = 6
            part.ChannelDefinitionSequence = part.ChannelDefinitionSequence[start : start + 6]
            part.WaveformData = rows[:, start : start + 6].tobytes()
            if offset is not None:
                part.MultiplexGroupTimeOffset = str(offset)
            parts.append(part)
        change(parts)
        dataset.WaveformSequence = parts

    return edited(file(waveform(seconds=seconds)), apply)


def test_groups_that_begin_at_once_are_one_recording():
    found = decode(parted(0, 0))
    assert found.canonical_hash == decode(file()).canonical_hash
    assert (len(found.rhythm.leads), found.experimental) == (12, True)
    assert "groups-joined" in {warning.code for warning in found.warnings}


def test_groups_that_begin_at_once_keep_their_own_gaps():
    def pad(groups):
        groups[1].add_new(0x5400100A, "OW", b"\0\x80")
        rows = np.frombuffer(groups[1].WaveformData, "<i2").reshape(-1, 6).copy()
        rows[-100:] = -32768
        groups[1].WaveformData = rows.tobytes()

    missing = decode(parted(0, 0, change=pad)).rhythm.missing
    assert missing[-100:, 6:].all()
    assert not missing[:, :6].any()


def test_groups_that_may_not_begin_at_once_are_refused():
    other_rate = lambda groups: setattr(groups[1], "SamplingFrequency", "250")  # noqa: E731
    assert refusal(parted(0, 5000)) == "sequential-groups"
    assert refusal(parted(None, None)) == "several-rhythms"
    assert refusal(parted(0, None)) == "several-rhythms"
    assert refusal(parted(0, 0, seconds=2.5)) == "several-rhythms"
    assert refusal(parted(0, 0, change=other_rate)) == "several-rhythms"
