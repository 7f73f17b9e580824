"""GE CardioSoft XML: what is written is read back exactly, and what is unclear is refused."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from apps.ecg.formats import decode
from apps.ecg.formats.canonical import (
    Filters,
    PatientIdentity,
    Refused,
    SourceMeasurement,
    SourceStatement,
    Waveform,
)
from apps.ecg.formats.cardiosoft.writer import write_cardiosoft
from tests.corpus import corpus_params
from tests.formats.ecgs import ecg, refusal, warned, waveform

SCALE = Decimal("4882.8125")


def written(**fields: object) -> str:
    rhythm = waveform(nv_per_lsb=SCALE)
    beat = waveform(kind="median", nv_per_lsb=SCALE, seconds=1.2, beat_s=0.9)
    return write_cardiosoft(ecg(rhythm, **{"median": beat, **fields})).decode("latin-1")


def encoded(text: str) -> bytes:
    return text.encode("latin-1")


def edit(pattern: str, replacement: str, count: int = 1) -> bytes:
    text, changes = re.subn(pattern, replacement, written(), count=count, flags=re.DOTALL)
    assert changes
    return encoded(text)


def test_samples_are_read_back_to_the_nanovolt():
    found = decode(encoded(written()))
    source = waveform(nv_per_lsb=SCALE)
    assert found.canonical_hash == ecg(source).canonical_hash
    assert np.array_equal(found.rhythm.counts, source.counts)
    assert (found.rhythm.sampling_rate_hz, found.median.samples) == (500, 600)
    assert found.median.leads[0].nv_per_lsb == SCALE


def test_everything_the_writer_says_is_read_back():
    source = ecg(
        patient=PatientIdentity("Müller", "Tilda", "", "0012", "", dt.date(1980, 5, 4), "F", 45.82),
        institution="General Hospital",
        software="V6.73, 12SL V21",
        accession_number="A-17",
        study_instance_uid="1.2.3",
        filters=Filters(0.01, 100.0, 50.0),
        statements=(SourceStatement("Sinus rhythm"), SourceStatement("Normal ECG")),
        time_source="ObservationDateTime",
    )
    found = decode(write_cardiosoft(source))
    for name in ("patient", "institution", "software", "accession_number", "acquired_local"):
        assert getattr(found, name) == getattr(source, name)
    for name in ("study_instance_uid", "filters", "statements", "time_source", "model"):
        assert getattr(found, name) == getattr(source, name)
    assert (found.vendor, found.experimental) == ("GE", False)


def test_numbers_are_read_back_and_the_formula_of_qtc_stays_unknown():
    names = {"heart_rate_bpm": "/min", "pr_ms": "ms", "qtc_ms": "ms", "qrs_axis_deg": "deg"}
    made = tuple(SourceMeasurement(n, 60.0 + i, unit) for i, (n, unit) in enumerate(names.items()))
    found = decode(encoded(written(measurements=made)))
    assert {m.name: (m.value, m.unit) for m in found.measurements} == {
        m.name: (m.value, m.unit) for m in made
    }
    assert {m.method for m in found.measurements} == {""}


def test_invalid_ends_of_a_median_are_missing():
    beat = waveform(kind="median", nv_per_lsb=SCALE, seconds=1.2, beat_s=0.9)
    missing = np.zeros(beat.counts.shape, dtype=bool)
    missing[:5] = missing[-3:] = True
    cut = Waveform(beat.kind, beat.leads, beat.counts, beat.sampling_rate_hz, missing)
    found = decode(encoded(written(median=cut))).median
    assert np.array_equal(found.missing, missing)


@pytest.mark.parametrize(
    ("pattern", "replacement", "code"),
    [
        ("RestECG", "StressECG", "not-resting-ecg"),
        (r"<ObservationType>.*?</ObservationType>", "", "missing-value"),
        (r"<StripData>.*</StripData>", "", "no-rhythm"),
        (r"<StripData>.*</StripData>", "<FullDisclosure/>", "full-disclosure"),
        (r"(<StripData>.*</StripData>)", r"\1\1", "xml-repeated"),
        (r'<StripData>(.*?)units="Hz"', r'<StripData>\1units="kHz"', "unknown-unit"),
        (r"(<StripData>.*?<SampleRate[^>]*>)500", r"\g<1>0", "unknown-rate"),
        (r"(<StripData>.*?)uVperLsb", r"\1mVperLsb", "unknown-unit"),
        (r"(<StripData>.*?<Resolution[^>]*>)[\d.]+", r"\g<1>0", "implausible-scale"),
        (r"(<StripData>.*?<Resolution[^>]*>)[\d.]+", r"\g<1>4,88", "bad-number"),
        (r"(<StripData>.*?<NumberOfLeads>)12", r"\g<1>11", "channel-count"),
        (r"(<StripData>.*?<ChannelSampleCountTotal>)5000", r"\g<1>5001", "sample-count"),
        (r"(<StripData>.*?<ChannelSampleCountTotal>)5000", r"\g<1>0", "sample-count"),
        (r'(<StripData>.*?lead=")I"', r'\1II"', "duplicate-lead"),
        (r'(<StripData>.*?lead=")I"', r'\1Q"', "unknown-lead"),
        (r'(<StripData>.*?lead="I">-?\d+),', r"\1.5,", "bad-samples"),
        (r'(<StripData>.*?lead="I">-?\d+),', r"\1,,", "sample-count"),
        (r'(<StripData>.*?lead="I">)-?\d+', r"\g<1>99999999999", "sample-range"),
        (r"</CardiologyXML>", "", "xml-malformed"),
        (r"(<MedianSamples>)", r"\1<LastValid>600</LastValid>", "valid-samples"),
    ],
)
def test_what_is_unclear_is_refused(pattern, replacement, code):
    assert refusal(edit(pattern, replacement)) == code


@pytest.mark.parametrize(
    ("unit", "age"),
    [("YEARS", 45.0), ("MONTHS", 3.75), ("DAYS", 0.12), ("", None), ("QUARTS", None)],
)
def test_an_age_is_read_in_its_unit_or_not_at_all(unit, age):
    person = PatientIdentity("Test", "Tilda", "", "0012", "", None, "F", 45.0)
    text = written(patient=person).replace('<Age units="YEARS">', f'<Age units="{unit}">')
    found = decode(encoded(text))
    assert found.patient.age_years == age
    assert ("patient-age" in {w.code for w in found.warnings}) is (age is None)


@pytest.mark.parametrize(
    ("pattern", "replacement", "code"),
    [
        ("<Month>3</Month>", "<Month>13</Month>", "bad-date"),
        ("<Hour>10</Hour>", "<Hour>25</Hour>", "time-source"),
        (r"<ObservationDateTime>.*</ObservationDateTime>", "", "time-source"),
        ("<Year>2026</Year>", "<Year>1980</Year>", "bad-clock"),
        ("<PID>0012</PID>", "<PID>000</PID>", "patient-id"),
        ("<Gender>UNKNOWN", "<Gender>MAN", "patient-sex"),
        ("<PatientInfo>", "<PatientInfo><PaceMaker>yes</PaceMaker>", "paced"),
        ("<FilterSetting>", '<FilterSetting><LowPass units="kHz">1</LowPass>', "filter-unit"),
        (
            "</RestingECGMeasurements>",
            "<POnset>9</POnset><QOnset>5</QOnset></RestingECGMeasurements>",
            "fiducial-order",
        ),
    ],
)
def test_what_is_odd_is_read_with_a_warning(pattern, replacement, code):
    assert code not in warned(encoded(written()))
    assert code in warned(edit(pattern, replacement))


@pytest.mark.parametrize(("on", "notch"), [("", None), ("No", 0.0), ("Yes", 50.0)])
def test_a_mains_filter_is_on_off_or_not_said(on, notch):
    said = f"<Filter50Hz>{on}</Filter50Hz>" if on else ""
    found = decode(edit("<FilterSetting>", "<FilterSetting>" + said))
    assert found.filters.notch_hz == notch


@pytest.mark.parametrize(
    "change",
    [{"offset_nv": Decimal(5)}, {"nv_per_lsb": Decimal(1)}],
)
def test_the_writer_refuses_what_the_format_cannot_hold(change):
    rhythm = waveform(nv_per_lsb=SCALE)
    leads = (replace(rhythm.leads[0], **change), *rhythm.leads[1:])
    with pytest.raises(ValueError):
        write_cardiosoft(ecg(replace(rhythm, leads=leads)))


def test_the_writer_refuses_gaps_within_the_samples():
    rhythm = waveform(nv_per_lsb=SCALE)
    missing = np.zeros(rhythm.counts.shape, dtype=bool)
    missing[100:110] = True
    with pytest.raises(ValueError):
        write_cardiosoft(ecg(replace(rhythm, missing=missing)))


def test_a_refusal_names_its_field():
    with pytest.raises(Refused) as refused:
        decode(edit(r"(<StripData>.*?)uVperLsb", r"\1mVperLsb"))
    assert refused.value.field == "CardiologyXML/StripData/Resolution"


def test_a_full_disclosure_beside_the_strip_is_left_out_with_a_warning():
    assert "recordings-left-out" in warned(edit("<StripData>", "<FullDisclosure/><StripData>"))


def test_a_number_without_a_unit_that_fits_is_left_out():
    made = (SourceMeasurement("pr_ms", 160, "ms"),)
    text = written(measurements=made)
    assert [m.name for m in decode(encoded(text)).measurements] == ["pr_ms"]
    found = decode(encoded(re.sub(r'(<PQInterval units=")ms', r"\1", text)))
    assert found.measurements == ()
    assert "measurement-unit" in {w.code for w in found.warnings}


def test_a_conclusion_of_its_own_stands_behind_the_diagnosis():
    own = "<Conclusion><ConclusionText>Old infarct</ConclusionText></Conclusion></Interpretation>"
    found = decode(edit("</Interpretation>", own))
    assert [(s.text, s.code) for s in found.statements] == [
        ("Sinus rhythm", ""),
        ("Old infarct", "Conclusion"),
    ]


@pytest.mark.parametrize(("software", "warned"), [("V6.73", False), ("V7.0", True), ("", True)])
def test_software_that_no_file_proves_is_read_with_a_warning(software, warned):
    found = decode(encoded(written(software=software)))
    assert not found.experimental
    assert ("version-unproven" in {w.code for w in found.warnings}) is warned


@pytest.mark.parametrize("path", corpus_params("cardiosoft-xml"))
def test_the_real_file_holds_the_counts_its_text_shows(path):
    """No other reader of this format is at hand, so its numbers are taken out by a pattern."""
    found = decode(path.read_bytes())
    text = path.read_text("latin-1")
    strip = text[text.index("<StripData>") :]
    for column, lead in enumerate(found.rhythm.leads):
        row = re.search(rf'lead="{lead.name}">([^<]*)<', strip)[1]
        assert found.rhythm.counts[:, column].tolist() == [int(n) for n in row.split(",")]
        assert lead.nv_per_lsb == 5000
    assert (found.rhythm.samples, found.rhythm.sampling_rate_hz) == (5000, 500)
    assert found.median.samples == 600


@pytest.mark.parametrize("path", corpus_params("cardiosoft-xml"))
def test_the_real_file_says_who_what_and_when(path):
    found = decode(path.read_bytes())
    values = {m.name: m.value for m in found.measurements}
    assert [values[n] for n in ("heart_rate_bpm", "pr_ms", "qrs_ms", "qt_ms")] == [50, 174, 92, 440]
    assert found.statements[0].text == "Sinus bradycardia"
    assert found.acquired_local.isoformat() == "2018-07-19T14:19:39"
    assert (found.filters.notch_hz, found.patient.sex, found.experimental) == (50.0, "M", False)
    assert {w.code for w in found.warnings} == {"recordings-left-out"}
