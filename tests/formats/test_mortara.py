"""Mortara ELI XML, which no real file proves: judged by its own writer and another reader."""

from __future__ import annotations

import base64
import datetime as dt
import re
from decimal import Decimal

import numpy as np
import pytest
from ecgdatakit.parsing.parsers.mortara_el250 import MortaraEL250Parser

from apps.ecg.formats import decode
from apps.ecg.formats.canonical import (
    Filters,
    PatientIdentity,
    SourceMeasurement,
    SourceStatement,
)
from apps.ecg.formats.mortara.writer import write_mortara
from tests.formats.ecgs import ecg, refusal, warned, waveform

SCALE = Decimal(1250)


def written(*, cycle_states_scale: bool = True, in_ms: bool = False, **fields: object) -> str:
    rhythm = waveform(nv_per_lsb=SCALE)
    beat = waveform(kind="median", nv_per_lsb=SCALE, seconds=1.2, beat_s=0.9)
    data = write_mortara(
        ecg(rhythm, **{"median": beat, **fields}),
        cycle_states_scale=cycle_states_scale,
        duration_in_ms=in_ms,
    )
    return data.decode()


def edit(pattern: str, replacement: str) -> bytes:
    text, changes = re.subn(pattern, replacement, written(), count=1, flags=re.DOTALL)
    assert changes
    return text.encode()


@pytest.mark.parametrize("in_ms", [False, True])
def test_samples_are_read_back_to_the_nanovolt(in_ms):
    found = decode(written(in_ms=in_ms).encode())
    assert found.canonical_hash == ecg(waveform(nv_per_lsb=SCALE)).canonical_hash
    assert np.array_equal(found.rhythm.counts, waveform().counts)
    assert (found.median.samples, found.median.sampling_rate_hz) == (600, 500)
    assert found.experimental


def test_another_reader_reads_the_same_counts_scale_and_rate(tmp_path):
    path = tmp_path / "eli.xml"
    path.write_text(written())
    found, other = decode(path.read_bytes()), MortaraEL250Parser().parse(path)
    peer = {lead.label.upper(): lead for lead in other.leads}
    for column, lead in enumerate(found.rhythm.leads):
        assert np.array_equal(found.rhythm.counts[:, column], peer[lead.name.upper()].samples)
        assert Decimal(str(peer[lead.name.upper()].resolution)) * 1_000 == lead.nv_per_lsb
        assert peer[lead.name.upper()].sampling_rate == 500


def test_everything_the_writer_says_is_read_back():
    source = ecg(
        patient=PatientIdentity("Müller", "Tilda", "", "0012", "", dt.date(1980, 5, 4), "F", 45.82),
        institution="General Hospital",
        device_serial="SN-1",
        software="V2.0, 7.2",
        filters=Filters(None, 150.0, None),
        statements=(SourceStatement("Sinus rhythm"), SourceStatement("Normal ECG")),
        time_source="ACQUISITION_TIME",
    )
    found = decode(write_mortara(source))
    for name in ("patient", "institution", "device_serial", "software", "vendor", "model"):
        assert getattr(found, name) == getattr(source, name)
    for name in ("acquired_local", "filters", "statements", "time_source"):
        assert getattr(found, name) == getattr(source, name)


def test_numbers_are_read_back_with_the_formula_their_name_states():
    values = {"heart_rate_bpm": 63.0, "pr_ms": 160.0, "qtc_ms": 463.0, "qtc_bazett_ms": 469.0}
    units = {"heart_rate_bpm": "/min"}
    made = tuple(SourceMeasurement(n, v, units.get(n, "ms")) for n, v in values.items())
    found = decode(written(measurements=made).encode())
    assert {m.name: m.value for m in found.measurements} == values
    methods = {m.name: m.method for m in found.measurements}
    assert (methods["qtc_ms"], methods["qtc_bazett_ms"]) == ("", "bazett")


def test_a_cycle_without_rate_and_scale_takes_the_rhythms_with_a_warning():
    found = decode(written(cycle_states_scale=False).encode())
    assert found.median.leads[0].nv_per_lsb == SCALE
    assert found.median.sampling_rate_hz == 500
    assert "median-assumed" in {w.code for w in found.warnings}
    assert "median-assumed" not in {w.code for w in decode(written().encode()).warnings}


def test_a_cycle_whose_scale_the_rhythm_contradicts_is_refused():
    assert refusal(edit('(<TYPICAL_CYCLE [^>]*UNITS_PER_MV=")800', r"\g<1>200")) == "median-scale"


def test_a_reason_stands_behind_its_statement():
    found = decode(edit('TEXT="Sinus rhythm"', 'TEXT="LEFT AXIS" REASON="QRS AXIS &lt; -30"'))
    assert [s.text for s in found.statements] == ["LEFT AXIS [QRS AXIS < -30]"]


def test_filters_without_a_unit_are_left_out_with_a_warning():
    found = decode(edit("<SOURCE ", '<SOURCE BASELINE_ROLL_FILTER="5" '))
    assert found.filters.high_pass_hz is None
    assert "filter-unit" in {w.code for w in found.warnings}


def test_a_time_to_the_minute_and_a_date_with_its_signs_are_read():
    data = written().replace("20260301102030", "202603011020").replace("19800504", "1980-05-04")
    found = decode(data.encode())
    assert found.acquired_local == dt.datetime(2026, 3, 1, 10, 20)  # noqa: DTZ001 — local
    assert found.patient.born_on == dt.date(1980, 5, 4)


@pytest.mark.parametrize(
    ("pattern", "replacement", "code"),
    [
        ('DOB=""', 'DOB="19801301"', "bad-date"),
        ('ACQUISITION_TIME="20260301', 'ACQUISITION_TIME="20261301', "bad-date"),
        ('ACQUISITION_TIME="20260301102030"', 'ACQUISITION_TIME="20260301992030"', "time-source"),
        ('ACQUISITION_TIME="20260301102030"', "", "time-source"),
        ('ID="0012"', 'ID=""', "patient-id"),
        ('GENDER=""', 'GENDER="X"', "patient-sex"),
        ("<ECG ", '<ECG AGE="45" AGE_UNITS="Q" ', "patient-age"),
    ],
)
def test_what_is_odd_is_read_with_a_warning(pattern, replacement, code):
    person = PatientIdentity("Test", "Tilda", "", "0012")
    text, changes = re.subn(pattern, replacement, written(patient=person), count=1)
    assert changes
    assert code not in warned(written(patient=person).encode())
    assert code in warned(text.encode())


@pytest.mark.parametrize(("unit", "age"), [("Y", 45.0), ("M", 3.75), ("W", 0.86), ("D", 0.12)])
def test_an_age_is_read_in_its_unit(unit, age):
    data = edit("<ECG ", f'<ECG AGE="45" AGE_UNITS="{unit}" ')
    person = decode(data.replace(b'DOB="19800504"', b'DOB=""')).patient
    assert person.age_years == age


def test_a_file_without_people_and_device_is_still_an_ecg():
    text = re.sub("<SUBJECT.*?</SUBJECT>|<SOURCE.*?</SOURCE>", "", written())
    found = decode(text.encode())
    assert (found.vendor, found.patient.identifier) == ("", "")
    assert found.rhythm.samples == 5000


@pytest.mark.parametrize(
    ("pattern", "replacement", "code"),
    [
        ('(<TYPICAL_CYCLE [^>]*DURATION=")600', r"\g<1>599", "sample-count"),
        ('(<TYPICAL_CYCLE [^>]*BITS=")16', r"\g<1>12", "sample-type"),
        ('(<TYPICAL_CYCLE [^>]*SAMPLE_FREQ=")500', r"\g<1>x", "bad-number"),
        ('(<TYPICAL_CYCLE_CHANNEL [^>]*NAME=")I"', r'\1II"', "duplicate-lead"),
        ('(<TYPICAL_CYCLE_CHANNEL [^>]*DATA=")[^"]*', r"\1AQEB", "sample-count"),
        ('(<TYPICAL_CYCLE_CHANNEL [^>]*DATA=")[^"]*', r"\1AQEBAQ==", "channels-differ"),
    ],
)
def test_a_typical_cycle_that_is_unclear_is_refused(pattern, replacement, code):
    assert refusal(edit(pattern, replacement)) == code


def test_a_cycles_lead_that_the_rhythm_lacks_has_no_scale():
    text = written(cycle_states_scale=False)
    changed = re.sub('(<TYPICAL_CYCLE_CHANNEL NAME=")V6', r"\1V7", text)
    assert refusal(changed.encode()) == "unknown-scale"


def test_a_file_without_a_cycle_has_no_median():
    assert decode(written(median=None).encode()).median is None


@pytest.mark.parametrize(
    "shape", [{"nv_per_lsb": Decimal(3)}, {"counts": np.full((5000, 12), 40_000)}]
)
def test_the_writer_refuses_what_the_format_cannot_hold(shape):
    with pytest.raises(ValueError):
        write_mortara(ecg(waveform(**shape)))


SHORT = base64.b64encode(b"\1\0" * 100).decode()


@pytest.mark.parametrize(
    ("pattern", "replacement", "code"),
    [
        ("<CHANNEL .*</CHANNEL>", "<OTHER UNITS_PER_MV='1'/>", "no-rhythm"),
        ('(<CHANNEL [^>]*UNITS_PER_MV=")800', r"\g<1>0", "unknown-scale"),
        ('(<CHANNEL [^>]*UNITS_PER_MV=")800', r"\1", "missing-value"),
        ('(<CHANNEL [^>]*UNITS_PER_MV=")800', r"\g<1>3", "inexact-scale"),
        ('(<CHANNEL [^>]*UNITS_PER_MV=")800', r"\g<1>x", "bad-number"),
        ('(<CHANNEL [^>]*OFFSET=")0', r"\g<1>5", "channel-offset"),
        ('(<CHANNEL [^>]*BITS=")16', r"\g<1>12", "sample-type"),
        ('(<CHANNEL [^>]*FORMAT=")SIGNED', r"\1UNSIGNED", "sample-type"),
        ('(<CHANNEL [^>]*ENCODING=")BASE64', r"\1HEX", "sample-type"),
        ('(<CHANNEL [^>]*SAMPLE_FREQ=")500', r"\1", "unknown-rate"),
        ('(<CHANNEL [^>]*SAMPLE_FREQ=")500', r"\g<1>250", "channels-differ"),
        ('(<CHANNEL [^>]*DURATION=")5000', r"\g<1>4999", "sample-count"),
        ('(<CHANNEL [^>]*DATA=")[^"]*', rf"\1{SHORT}", "channels-differ"),
        ('(<CHANNEL [^>]*DATA=")[^"]*', r"\1AQ==", "sample-count"),
        ('(<CHANNEL [^>]*DATA=")[^"]*', r"\1", "sample-count"),
        ('(<CHANNEL [^>]*DATA=")[^"]*', r"\1*", "bad-base64"),
        ('(<CHANNEL [^>]*NAME=")I"', r'\1II"', "duplicate-lead"),
        ('(<CHANNEL [^>]*NAME=")I"', r'\1Q"', "unknown-lead"),
        ("</ECG>", "", "xml-malformed"),
    ],
)
def test_what_is_unclear_is_refused(pattern, replacement, code):
    assert refusal(edit(pattern, replacement)) == code


def test_another_format_with_the_same_root_is_not_taken_for_it():
    assert refusal(b"<ECG><Lead/></ECG>") == "unsupported-xml"
