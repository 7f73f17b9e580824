"""DICOM channels that no known scheme codes: read by their labels where these name one lead."""

from __future__ import annotations

import pytest

from apps.ecg.formats import decode
from apps.ecg.formats.canonical import STANDARD_LEADS
from tests.formats.ecgs import channel, edited, file, refusal, warned

MDC_NAMES = {name: f"MDC_ECG_LEAD_{name.upper()}" for name in STANDARD_LEADS}


def sourced(change):
    """Every channel's source changed by `change(source, channel, lead)`."""

    def all_of(dataset):
        for item in dataset.WaveformSequence[0].ChannelDefinitionSequence:
            source = item.ChannelSourceSequence[0]
            lead = source.CodeMeaning.removeprefix("Lead ").split(" ")[0]
            change(source, item, lead)

    return edited(file(), all_of)


def without_code(source, item, lead):
    del source.CodeValue, source.CodingSchemeDesignator
    source.CodeMeaning = f"Lead {lead} (Einthoven)"


def private(source, item, lead):
    source.CodingSchemeDesignator, source.CodeValue = "99CART", f"L-{lead}"


def label_only(source, item, lead):
    item.ChannelLabel = lead
    del item.ChannelSourceSequence


def no_scheme(source, item, lead):
    del source.CodingSchemeDesignator


@pytest.mark.parametrize("change", [without_code, private, label_only, no_scheme])
def test_a_label_that_names_one_lead_stands_in_for_its_code_as_an_experiment(change):
    data = sourced(change)
    assert decode(data).canonical_hash == decode(file()).canonical_hash
    assert decode(data).rhythm.lead_names() == STANDARD_LEADS
    assert "lead-by-label" in warned(data)
    assert decode(data).experimental


@pytest.mark.parametrize(
    ("scheme", "prefix"), [("SCP-ECG", "5.6.3-9-"), ("scpecg", "5.6.3-9-"), ("mdc", "2:")]
)
def test_a_scheme_is_known_however_its_name_is_written(scheme, prefix):
    def recoded(source, item, lead):
        number = source.CodeValue.removeprefix("5.6.3-9-").removeprefix("2:")
        source.CodingSchemeDesignator, source.CodeValue = scheme, prefix + number

    data = sourced(recoded)
    assert decode(data).canonical_hash == decode(file()).canonical_hash
    assert "lead-by-label" not in warned(data)


def test_the_reference_names_of_mdc_are_codes_too():
    def named(source, item, lead):
        source.CodingSchemeDesignator, source.CodeValue = "MDC", MDC_NAMES[lead]

    data = sourced(named)
    assert decode(data).canonical_hash == decode(file()).canonical_hash


def changed(index=6, label=None, **source):
    """One channel (V1) with another source, and a label of its own."""

    def change(dataset):
        item = channel(dataset, index)
        for name, value in source.items():
            setattr(item.ChannelSourceSequence[0], name, value)
        if label:
            item.ChannelLabel = label

    return edited(file(), change)


@pytest.mark.parametrize(
    "data",
    [
        changed(CodingSchemeDesignator="99CART", CodeValue="7", CodeMeaning="Channel 7"),
        changed(6, "V2", CodingSchemeDesignator="99CART", CodeValue="7", CodeMeaning="V1"),
        changed(CodingSchemeDesignator="", CodeValue="2:3", CodeMeaning="Channel 7"),
        changed(CodingSchemeDesignator="", CodeValue="2:4", CodeMeaning="V1"),
        changed(CodingSchemeDesignator="MDC", CodeValue="2:999", CodeMeaning="V1"),
        changed(CodingSchemeDesignator="MDC", CodeValue="MDC_ECG_LEAD_X9", CodeMeaning="V1"),
    ],
    ids=["no lead", "two leads", "code without scheme", "another's code", "unknown code", "name"],
)
def test_labels_that_name_none_or_contradict_are_refused(data):
    assert refusal(data) == "unknown-lead"


def test_a_derived_lead_stays_marked_by_its_label():
    data = changed(CodingSchemeDesignator="99CART", CodeValue="7", CodeMeaning="Derived lead V1")
    lead = next(lead for lead in decode(data).rhythm.leads if lead.name == "V1")
    assert lead.derived


def test_a_unit_without_code_is_read_by_its_word():
    def worded(source, item, lead):
        unit = item.ChannelSensitivityUnitsSequence[0]
        del unit.CodeValue
        unit.CodeMeaning = "microvolt"

    data = sourced(worded)
    assert decode(data).canonical_hash == decode(file()).canonical_hash
    assert "unit-alias" in warned(data)


def test_the_sample_type_is_known_in_small_letters():
    def small(dataset):
        dataset.WaveformSequence[0].WaveformSampleInterpretation = "ss"

    data = edited(file(), small)
    assert decode(data).canonical_hash == decode(file()).canonical_hash
    assert not decode(data).experimental
