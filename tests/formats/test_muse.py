"""MUSE XML written by our own writer, damaged in the test: exact, or refused by its field."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from functools import cache

import numpy as np
import pytest

from apps.ecg.formats import decode
from apps.ecg.formats.canonical import (
    STANDARD_LEADS,
    DecodedEcg,
    Filters,
    PatientIdentity,
    Refused,
    SourceMeasurement,
)
from apps.ecg.formats.muse.writer import MuseOptions, write_muse
from tests.formats.ecgs import ecg, waveform

UNITS = [("MICROVOLTS", "4.88"), ("MILLIVOLTS", "0.00488"), ("NANOVOLTS", "4880")]
SCALE = Decimal(4880)


def original(**fields: object) -> DecodedEcg:
    scaled = {"rhythm": waveform(nv_per_lsb=SCALE), "median": median_of(SCALE)}
    return ecg(**{**scaled, **fields})


def median_of(scale: Decimal):
    return waveform(kind="median", seconds=1.2, beat_s=1.2, nv_per_lsb=scale)


@cache
def plain_file() -> str:
    return write_muse(original()).decode("iso-8859-1")


def file(**fields: object) -> str:
    if not fields:
        return plain_file()
    options = fields.pop("options", MuseOptions())
    return write_muse(original(**fields), options).decode("iso-8859-1")


def changed(tag: str, text: str, count: int = 1, data: str | None = None) -> str:
    """The file with the text of the first elements of that name replaced."""
    found, done = re.subn(
        f"<{tag}>[^<]*</{tag}>", f"<{tag}>{text}</{tag}>", data or file(), count=count
    )
    assert done
    return found


def read(data: str) -> DecodedEcg:
    return decode(data.encode("iso-8859-1"))


def codes(data: str) -> set[str]:
    return {warning.code for warning in read(data).warnings}


@pytest.mark.parametrize(("unit", "scale"), UNITS)
def test_all_leads_return_to_the_nanovolt_in_every_unit(unit, scale):
    wanted = original()
    data = write_muse(wanted, MuseOptions(unit=unit, leads=STANDARD_LEADS))
    assert f"<LeadAmplitudeUnitsPerBit>{scale}<".encode() in data
    found = decode(data)
    assert found.rhythm.lead_names() == STANDARD_LEADS
    assert np.array_equal(found.rhythm.nanovolts(), wanted.rhythm.nanovolts())
    assert np.array_equal(found.median.nanovolts(), wanted.median.nanovolts())
    assert not any(lead.derived for lead in found.rhythm.leads)


def test_eight_leads_in_any_order_are_the_same_ecg():
    first = read(file())
    mixed = ("V6", "II", "V3", "I", "V1", "V2", "V5", "V4")
    second = read(file(options=MuseOptions(leads=mixed)))
    assert first.canonical_hash == second.canonical_hash == original().canonical_hash
    assert [lead.name for lead in second.rhythm.leads if lead.derived] == [
        *("III", "aVR", "aVL", "aVF")
    ]
    assert np.array_equal(first.rhythm.nanovolts(), second.rhythm.nanovolts())


def test_derived_leads_are_exact_in_nanovolts():
    nv = read(file()).rhythm.nanovolts()
    one, two = nv[:, 0], nv[:, 1]
    assert np.array_equal(nv[:, 2], two - one)
    assert np.array_equal(2 * nv[:, 3], -(one + two))
    assert np.array_equal(2 * nv[:, 4], 2 * one - two)
    assert np.array_equal(2 * nv[:, 5], 2 * two - one)


@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-1", "UTF-16"])
def test_names_are_read_in_every_declared_encoding(encoding):
    patient = PatientIdentity(family_name="Müller", given_name="Åse", identifier="7")
    data = write_muse(original(patient=patient), MuseOptions(encoding=encoding))
    assert decode(data).patient.family_name == "Müller"


def test_what_the_file_says_of_the_ecg_returns():
    wanted = original(
        patient=PatientIdentity("Test", "Tilda Maria", "", "0012", "", dt.date(1980, 5, 14), "F"),
        acquired_local=dt.datetime(2026, 3, 21, 10, 20, 30),  # noqa: DTZ001 — local on purpose
        filters=Filters(0.16, 150.0, 60.0),
        accession_number="A-1",
        station="51",
        institution="Mercy",
        measurements=(SourceMeasurement("qtc_ms", 403.0, "ms"),),
    )
    found = decode(write_muse(wanted))
    for name in ("acquired_local", "filters", "accession_number", "station", "institution"):
        assert getattr(found, name) == getattr(wanted, name), name
    assert found.patient.age_years == 45.85
    assert (found.patient.given_name, found.patient.sex) == ("Tilda Maria", "F")
    assert (found.vendor, found.model, found.experimental) == ("GE", "Cart 1", False)
    assert [(m.name, m.value, m.method) for m in found.measurements] == [("qtc_ms", 403.0, "")]


def test_sample_exponent_scales_the_rate():
    data = changed("SampleBase", "5", 2, changed("SampleExponent", "2", 2))
    assert read(data).rhythm.sampling_rate_hz == 500


def test_the_rhythm_is_known_by_its_type_not_its_place():
    for first in (True, False):
        found = read(file(options=MuseOptions(median_first=first)))
        assert (found.rhythm.samples, found.median.samples) == (5000, 600)


def test_a_lead_that_was_off_and_pacing_spikes_are_noted():
    spikes = "<PaceSpikes><Spike>4</Spike></PaceSpikes></RestingECG>"
    data = changed("LeadOff", "TRUE").replace("</RestingECG>", spikes)
    assert {"lead-off", "paced"} <= codes(data)


@pytest.mark.parametrize(
    ("tag", "text", "code"),
    [
        ("MuseVersion", "6.1", "unsupported-version"),
        ("MuseVersion", "10.0", "unsupported-version"),
        ("MuseVersion", "", "missing-value"),
        ("LeadAmplitudeUnits", "COUNTS", "unknown-unit"),
        ("LeadAmplitudeUnits", "UV", "unknown-unit"),
        ("LeadAmplitudeUnits", "", "missing-value"),
        ("LeadAmplitudeUnitsPerBit", "4,88", "bad-number"),
        ("LeadAmplitudeUnitsPerBit", "", "missing-value"),
        ("LeadAmplitudeUnitsPerBit", "0", "implausible-scale"),
        ("LeadID", "V17", "unknown-lead"),
        ("LeadID", "II", "duplicate-lead"),
        ("LeadID", "-AVR", "unknown-lead"),
        ("LeadSampleSize", "4", "sample-size"),
        ("LeadSampleCountTotal", "599", "truncated"),
        ("LeadDataCRC32", "1.5", "checksum"),
        ("LeadByteCountTotal", "1198", "truncated"),
        ("LeadDataCRC32", "1", "checksum"),
        ("WaveFormData", "AA==?", "bad-base64"),
        ("FirstSampleBaseline", "3", "sample-baseline"),
        ("LeadOffsetFirstSample", "3", "sample-baseline"),
        ("LeadTimeOffset", "2500", "sequential-leads"),
        ("NumberofLeads", "12", "channel-count"),
        ("SampleType", "SPARSE", "sample-type"),
        ("SampleBase", "", "missing-value"),
        ("SampleBase", "0", "unknown-rate"),
        ("SampleExponent", "900", "unknown-rate"),
    ],
)
def test_what_is_unsure_is_refused_by_its_field(tag, text, code):
    with pytest.raises(Refused) as refused:
        read(changed(tag, text))
    assert refused.value.code == code
    assert refused.value.field.split("/")[-1] in (tag, "WaveFormData", "SampleBase")
    assert refused.value.message.endswith(".")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("<WaveformType>Rhythm<", "<WaveformType>Median<", "no-rhythm"),
        ("<WaveformType>Median<", "<WaveformType>Rhythm<", "several-recordings"),
        ("<WaveformType>Rhythm<", "<WaveformType>Exercise<", "no-rhythm"),
        ("</RestingECG>", "", "xml-malformed"),
        ('SYSTEM "restecg.dtd">', '[<!ENTITY x "y">]>', "xml-doctype"),
        ('SYSTEM "restecg.dtd">', 'SYSTEM "restecg.dtd" [<!ENTITY x SYSTEM "x">]>', "xml-doctype"),
        ("<Gender>", "<Gender>&x;", "xml-malformed"),
    ],
)
def test_a_file_of_another_shape_is_refused(old, new, code):
    with pytest.raises(Refused) as refused:
        read(file().replace(old, new))
    assert refused.value.code == code


def test_a_median_of_another_kind_is_left_out_with_a_warning():
    data = file().replace("<WaveformType>Median<", "<WaveformType>Exercise<")
    assert read(data).median is None
    assert "waveform-kind" in codes(data)


def test_samples_without_a_checksum_are_read_with_a_warning():
    assert "no-checksum" in codes(changed("LeadDataCRC32", ""))


def test_too_few_leads_are_refused():
    with pytest.raises(Refused) as refused:
        read(file(options=MuseOptions(leads=("I", "II", "V1"))))
    assert refused.value.code == "too-few-leads"


@pytest.mark.parametrize(("version", "proven"), [("7.1.1", True), ("9", True), ("8.0.2", False)])
def test_a_version_that_no_file_proves_is_read_with_a_warning(version, proven):
    found = read(changed("MuseVersion", version))
    assert found.canonical_hash == original().canonical_hash
    assert f"MUSE {version}" in found.software
    assert ("version-unproven" in {w.code for w in found.warnings}) is not proven


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        *(("LeadAmplitudeUnits", word) for word in ("microvolts", "uV", "µV")),
        *(("SampleType", "Continuous_Samples"), ("SampleType", "")),
        *(("NumberofLeads", ""), ("LeadSampleCountTotal", ""), ("LeadSampleSize", "")),
        *(("LeadByteCountTotal", ""), ("LeadDataCRC32", "0")),
    ],
)
def test_another_word_and_a_value_that_others_prove_change_nothing(tag, text):
    assert read(changed(tag, text, count=0)).canonical_hash == original().canonical_hash


@pytest.mark.parametrize(("text", "hz"), [("50 Hz", 50.0), ("60HZ", 60.0), ("Off", 0.0)])
def test_the_mains_filter_may_be_written_with_its_unit(text, hz):
    data = file(filters=Filters(0.16, 150.0, 60.0))
    assert read(changed("ACFilter", text, 0, data)).filters == Filters(0.16, 150.0, hz)


def test_a_length_that_nothing_states_is_refused():
    data = changed("LeadSampleCountTotal", "", 1, changed("LeadByteCountTotal", ""))
    with pytest.raises(Refused) as refused:
        read(data)
    assert (refused.value.code, refused.value.field[-20:]) == (
        *("missing-value", "LeadSampleCountTotal"),
    )


def test_a_checksum_may_be_written_with_a_sign():
    def signed(match):
        value = int(match[1])
        return f"<LeadDataCRC32>{value - (value >> 31 << 32)}<"

    assert "no-checksum" not in codes(re.sub(r"<LeadDataCRC32>(\d+)<", signed, file()))


def test_kinds_of_waveform_are_known_in_any_case():
    data = file().replace(">Rhythm<", ">RHYTHM<").replace(">Median<", ">MEDIAN<")
    assert read(data).median is not None
    assert read(data).canonical_hash == original().canonical_hash


def test_the_writer_refuses_what_muse_cannot_hold():
    with pytest.raises(ValueError, match="16 bits"):
        file(rhythm=waveform(counts=np.full((5000, 12), 40_000)))
