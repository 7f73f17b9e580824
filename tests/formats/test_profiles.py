"""Vendor knowledge is data: what a profile settles, and that nothing is settled without one."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from apps.ecg.formats import decode, profiles
from apps.ecg.formats.canonical import Refused
from apps.ecg.formats.profiles.profile import BadProfile, profile_of
from apps.ecg.formats.profiles.shipped import BEGINNINGS
from apps.ecg.formats.sandbox import decode_limited
from tests.formats.ecgs import channel, edited, file, refusal, waveform
from tests.formats.test_aecg import file as aecg_file

ACME = {"name": "Acme", "version": 3, "manufacturer": "Acme"}


def profile(**facts):
    return [ACME | facts]


def with_unit(unit, sensitivity="1.0"):
    """A file whose every channel states this unit."""

    def change(dataset):
        for index in range(12):
            source = channel(dataset, index)
            source.ChannelSensitivityUnitsSequence[0].CodeValue = unit
            source.ChannelSensitivityUnitsSequence[0].CodeMeaning = unit
            source.ChannelSensitivity = sensitivity

    return edited(file(), change)


def with_lead_code(value, index=6):
    def change(dataset):
        channel(dataset, index).ChannelSourceSequence[0].CodeValue = value

    return edited(file(), change)


MICRO = {"units": [{"stated": "UV", "means": "uV"}]}
BY_SIZE = {"units": [{"stated": "mV", "means": "uV", "least": "1", "most": "10"}]}


def test_an_unknown_unit_is_refused_with_the_field_and_what_may_settle_it():
    with pytest.raises(Refused) as error:
        decode(with_unit("UV"))
    assert (error.value.code, error.value.field) == (
        "unknown-unit",
        "ChannelSensitivityUnitsSequence",
    )
    assert "A vendor profile for Acme Cart 1 1.0 may settle it." in error.value.message


def test_a_profile_settles_an_unknown_unit_and_the_override_is_kept():
    found = decode(with_unit("UV"), profile(**MICRO))
    assert found.canonical_hash == decode(file()).canonical_hash
    [one] = found.overrides
    assert (one.field, one.before, one.after) == ("ChannelSensitivityUnitsSequence", "UV", "uV")
    assert (one.profile, one.version) == ("Acme", 3)
    assert "profile-override" in {warning.code for warning in found.warnings}


@pytest.mark.parametrize(
    "other", [{"manufacturer": "Other"}, {"model": "Cart 2*"}, {"software": "2.*"}]
)
def test_a_profile_of_another_device_settles_nothing(other):
    with pytest.raises(Refused):
        decode(with_unit("UV"), profile(**MICRO, **other))


@pytest.mark.parametrize("same", [{"model": "cart*"}, {"software": "1.?"}, {"manufacturer": "AC*"}])
def test_patterns_are_of_any_case(same):
    assert decode(with_unit("UV"), profile(**MICRO, **same)).overrides


def test_a_stated_unit_is_replaced_within_the_borders_of_its_number_only():
    lying, honest = with_unit("mV", "2.513826"), with_unit("mV", "0.001")
    assert refusal(lying) == "implausible-amplitude"
    assert decode(lying, profile(**BY_SIZE)).rhythm.leads[0].nv_per_lsb == Decimal("2513.826")
    assert decode(honest, profile(**BY_SIZE)).overrides == ()


def test_the_shipped_beginning_is_that_profile_and_holds_for_nobody_by_itself():
    beginning = BEGINNINGS["Millivolts that are microvolts"]
    assert beginning["units"] == BY_SIZE["units"]
    assert refusal(with_unit("mV", "2.513826")) == "implausible-amplitude"


def test_a_lead_map_names_an_unknown_code_and_outdoes_a_known_one():
    v1 = {"leads": {"SCPECG:5.6.3-9-999": "V1"}}
    file_ = with_lead_code("5.6.3-9-999")
    assert refusal(file_) == "unknown-lead"
    assert decode(file_, profile(**v1)).canonical_hash == decode(file()).canonical_hash
    right = decode(file(), profile(leads={"SCPECG:5.6.3-9-6": "V4R"}))
    assert "V4R" in right.rhythm.lead_names()
    assert "V4" not in right.rhythm.lead_names()


def test_a_measurement_map_names_a_number_and_its_unit():
    def change(dataset):
        [rate] = [a for a in dataset.WaveformAnnotationSequence if "NumericValue" in a]
        rate.ConceptNameCodeSequence[0].CodeValue = "9-9"
        del rate.MeasurementUnitsCodeSequence

    odd = edited(file(), change)
    [code] = {f"{scheme}:9-9" for scheme in {_scheme(odd)}}
    assert decode(odd).measurements == ()
    [found] = decode(odd, profile(measurements={code: "heart_rate_bpm"})).measurements
    assert (found.name, found.value, found.unit) == ("heart_rate_bpm", 67.0, "/min")


def _scheme(data):
    schemes = []
    edited(
        data,
        lambda dataset: schemes.extend(
            a.ConceptNameCodeSequence[0].CodingSchemeDesignator
            for a in dataset.WaveformAnnotationSequence
            if "NumericValue" in a
        ),
    )
    return schemes[0]


def test_an_order_of_dates_settles_a_date_that_is_undecidable():
    def change(dataset):
        del dataset.AcquisitionDateTime
        dataset.AcquisitionDate, dataset.AcquisitionTime = "03-04-2026", "101112"

    odd = edited(file(), change)
    days = {
        order: decode(odd, profile(date_order=order)).acquired_local for order in ("DMY", "MDY")
    }
    assert (days["DMY"].month, days["MDY"].month) == (4, 3)
    [one] = decode(odd, profile(date_order="DMY")).overrides
    assert "2026" not in one.before + one.after


def with_tail(seconds=10):
    sound = waveform(seconds=seconds)
    tail = np.zeros((500, 12), dtype=np.int32)
    tail[350:450] = 1000
    return file(waveform(counts=np.concatenate([sound.counts, tail])))


def test_a_known_calibration_tail_is_cut_off_and_an_unknown_one_refused():
    assert refusal(with_tail()) == "calibration-pulse"
    found = decode(with_tail(), profile(signal_seconds="10"))
    assert found.canonical_hash == decode(file()).canonical_hash
    assert [(one.before, one.after) for one in found.overrides] == [("5500", "5000")]


def test_a_tail_without_a_pulse_is_signal_and_stays():
    longer = decode(file(waveform(seconds=11)), profile(signal_seconds="10"))
    assert (longer.rhythm.samples, longer.overrides) == (5500, ())


def test_a_shipped_profile_holds_for_its_maker_beside_the_organizations_own():
    assert decode(edited(with_tail(), _philips)).rhythm.samples == 5000
    both = decode(
        edited(with_tail(), _philips), profile(manufacturer="Philips*", zone="Asia/Tokyo")
    )
    assert (both.rhythm.samples, both.zone) == (5000, "Asia/Tokyo")


def _philips(dataset):
    dataset.Manufacturer = "Philips Medical"


def test_a_zone_holds_only_where_the_file_has_no_offset():
    assert decode(file(), profile(zone="Europe/Rome")).zone == "Europe/Rome"
    assert decode(file(utc_offset_minutes=60), profile(zone="Europe/Rome")).zone == ""


def test_a_known_demo_signal_is_marked_whatever_device_sent_it():
    signal = decode(file()).canonical_hash
    found = decode(file(), profile(manufacturer="Other", demo_hashes=[signal]))
    assert found.is_demo
    assert not decode(file(), profile()).is_demo


def test_the_profile_that_names_the_device_most_exactly_counts():
    wide = ACME | {"name": "wide", "manufacturer": "A*", "zone": "Europe/Rome"}
    close = ACME | {"name": "close", "model": "Cart 1", "zone": "Asia/Tokyo"}
    for given in ([wide, close], [close, wide]):
        assert decode(file(), given).zone == "Asia/Tokyo"


def test_profiles_reach_the_limited_process_as_plain_json():
    found = decode_limited(with_unit("UV"), profiles=profile(**MICRO))
    assert found.overrides == decode(with_unit("UV"), profile(**MICRO)).overrides
    assert [one.version for one in found.overrides] == [3]


def test_an_xml_format_asks_for_units_and_leads_as_well():
    odd = aecg_file().replace('unit="uV"', 'unit="UV"')
    device = decode(aecg_file().encode()).vendor
    with pytest.raises(Refused) as error:
        decode(odd.encode())
    assert error.value.code == "unknown-unit"
    found = decode(odd.encode(), profile(manufacturer=device, **MICRO))
    assert found.canonical_hash == decode(aecg_file().encode()).canonical_hash
    assert {one.before for one in found.overrides} == {"UV"}


def test_outside_a_file_no_profile_is_consulted():
    assert profiles.unit("field", "UV") == "UV"
    assert profiles.lead("field", "x") is profiles.measurement("field", "x") is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"units": [{"stated": "x", "means": "megavolt"}]},
        {"units": [{"stated": "x", "means": "uV", "least": "1"}]},
        {"leads": {"x": "V17"}},
        {"measurements": {"x": "qt"}},
        {"date_order": "DYM"},
        {"signal_seconds": "0.1"},
        {"demo_hashes": ["abc"]},
        {"name": None, "version": None},
    ],
)
def test_what_no_decoder_understands_is_no_profile(wrong):
    with pytest.raises(BadProfile):
        profile_of(ACME | wrong)
