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
