"""Leads are what scheme and code say, in any order, and nothing is guessed."""

from __future__ import annotations

import numpy as np
import pytest

from apps.ecg.formats import decode
from apps.ecg.formats.canonical import STANDARD_LEADS
from apps.ecg.formats.dicom.writer import DicomOptions
from apps.ecg.formats.lead_codes import lead_by_code, lead_by_meaning
from tests.formats.ecgs import channel, edited, file, refusal, warned, waveform


@pytest.mark.parametrize(
    ("scheme", "value", "name"),
    [
        ("MDC", "2:3", "V1"),
        ("MDC", "2:61", "III"),
        ("SCPECG", "5.6.3-9-3", "V1"),
        ("SCPECG", "5.6.3-9-61", "III"),
        ("MDC", "131073", "I"),
        ("MDC", "131329", "I"),
        ("MDC", "131075", "V1"),
        ("MDC", "131392", "aVF"),
        ("MDC", "2:66", "V8"),
        ("MDC", "2:11", "V3R"),
        ("MDC", "2:88", "VR"),
        ("MDC", "2:19", "CC5"),
        ("SCPECG", "5.6.3-9-16", "X"),
        ("MDC", "2:70", "D"),
        ("MDC", "2:92", "MCL1"),
        ("MDC", "2:104", "CC7"),
        ("SCPECG", "5.6.3-9-106", "CM1"),
        ("SCPECG", "5.6.3-9-125", "CR5"),
        ("MDC", "131194", "CH5"),
    ],
)
def test_one_number_serves_four_codings(scheme, value, name):
    assert lead_by_code(scheme, value).name == name


@pytest.mark.parametrize(
    ("scheme", "value"),
    [("SCPECG", "2:3"), ("MDC", "5.6.3-9-3"), ("MDC", "2:0"), ("MDC", "2:999"), ("", "2:1")]
    + [("MDC", f"2:{other}") for other in (21, 24, 73, 75, 87, 127, 147)],
)
def test_a_code_of_another_scheme_is_no_lead(scheme, value):
    assert lead_by_code(scheme, value) is None


def test_derived_codes_keep_the_name_and_the_flag():
    assert lead_by_code("MDC", "2:31") == ("I", True, False)
    assert lead_by_code("MDC", "2:112") == ("aVR", True, False)
    assert lead_by_code("MDC", "2:41") == ("V3R", True, False)
    assert lead_by_code("SCPECG", "5.6.3-9-80") == ("V9", True, False)


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Lead I (Einthoven)", "I"),
        ("Lead II", "II"),
        ("I", "I"),
        ("aVR, augmented voltage, right", "aVR"),
        ("-aVR", "-aVR"),
        ("V1", "V1"),
        ("V10", None),
        ("MLII", None),
        ("", None),
    ],
)
def test_labels_match_whole_names_only(label, name):
    assert lead_by_meaning(label) == name


@pytest.mark.parametrize("scheme", ["SCPECG", "MDC"])
def test_leads_are_found_by_code_in_any_order(scheme):
    order = tuple(reversed(STANDARD_LEADS))
    found = decode(file(options=DicomOptions(scheme=scheme, leads=order))).rhythm
    assert found.lead_names() == STANDARD_LEADS
    assert np.array_equal(found.counts, waveform().counts)


def relabelled(index, **attributes):
    def change(dataset):
        source = channel(dataset, index).ChannelSourceSequence[0]
        for name, value in attributes.items():
            setattr(source, name, value)

    return edited(file(), change)


def test_code_values_are_trimmed():
    data = relabelled(6, CodeValue=" 5.6.3-9- 3", CodeMeaning="V1\0")
    assert decode(data).rhythm.lead_names() == STANDARD_LEADS


def test_a_label_that_names_another_lead_is_noted_and_the_code_counts():
    data = relabelled(6, CodeMeaning="Lead V2")
    assert "lead-meaning" in warned(data)
    assert decode(data).canonical_hash == decode(file()).canonical_hash


def test_the_same_lead_twice_is_refused():
    assert refusal(relabelled(6, CodeValue="5.6.3-9-4")) == "duplicate-lead"


@pytest.mark.parametrize("value", ["5.6.3-9-250", "2:3", "0", "V1"])
def test_unknown_lead_codes_are_refused(value):
    assert refusal(relabelled(6, CodeValue=value)) == "unknown-lead"


def test_a_channel_without_source_is_refused():
    data = edited(file(), lambda d: delattr(channel(d), "ChannelSourceSequence"))
    assert refusal(data) == "unknown-lead"


def test_minus_avr_is_turned_over_and_recorded():
    data = file(options=DicomOptions(negate_avr=True))
    found = decode(data).rhythm
    lead = found.leads[found.lead_names().index("aVR")]
    assert lead.negated
    assert "lead-negated" in warned(data)
    assert np.array_equal(found.nanovolts(), waveform().nanovolts())


def test_minus_avr_shown_as_avr_would_be_upside_down_and_is_refused():
    def change(dataset):
        source = channel(dataset, 3).ChannelSourceSequence[0]
        source.CodeValue = "5.6.3-9-62"

    data = edited(file(options=DicomOptions(negate_avr=True)), change)
    assert refusal(data) == "lead-identity"


def test_leads_marked_derived_stay_marked():
    data = relabelled(7, CodeValue="5.6.3-9-34", CodeMeaning="Derived Lead V2")
    leads = {lead.name: lead for lead in decode(data).rhythm.leads}
    assert leads["V2"].derived
    assert not leads["V1"].derived


def test_extra_leads_follow_the_standard_ones_by_name():
    data = relabelled(11, CodeValue="5.6.3-9-67", CodeMeaning="V9")
    assert decode(data).rhythm.lead_names()[-1] == "V9"
    assert "not-12-lead" in warned(data)


def test_a_trace_of_three_leads_is_refused():
    assert refusal(file(options=DicomOptions(leads=("I", "II", "V1")))) == "too-few-leads"
