"""aECG written by our own writer, damaged in the test: exact, or refused by its field."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from functools import cache

import numpy as np
import pytest

from apps.ecg.formats import aecg, decode
from apps.ecg.formats.aecg.writer import AecgOptions, write_aecg
from apps.ecg.formats.canonical import (
    STANDARD_LEADS,
    DecodedEcg,
    Filters,
    Lead,
    PatientIdentity,
    Refused,
    Waveform,
)
from tests.formats.ecgs import ecg, waveform

SCALE = Decimal(2500)
NOON = dt.datetime(2026, 3, 21, 12, 0, 30, 250_000)  # noqa: DTZ001 — local on purpose


def small(scale: Decimal = SCALE) -> Waveform:
    return waveform(nv_per_lsb=scale, counts=waveform().counts // 2)


def beat() -> Waveform:
    return waveform(kind="median", seconds=1.2, beat_s=1.2)


def original(**fields: object) -> DecodedEcg:
    return ecg(**{"rhythm": small(), "median": beat(), **fields})


@cache
def plain_file() -> str:
    return write_aecg(original()).decode()


def file(options: AecgOptions | None = None, **fields: object) -> str:
    if options is None and not fields:
        return plain_file()
    return write_aecg(original(**fields), options or AecgOptions()).decode()


def read(data: str) -> DecodedEcg:
    return decode(data.encode())


def codes(data: str) -> set[str]:
    return {warning.code for warning in read(data).warnings}


def changed(pattern: str, new: str, data: str | None = None) -> str:
    found, done = re.subn(pattern, new, data or file(), count=1, flags=re.DOTALL)
    assert done, pattern
    return found


@pytest.mark.parametrize(("unit", "scale"), [("nV", "2500"), ("uV", "2.5"), ("mV", "0.0025")])
@pytest.mark.parametrize("step", ["s", "ms"])
def test_every_unit_returns_to_the_nanovolt(unit, scale, step):
    wanted = original()
    data = write_aecg(wanted, AecgOptions(unit=unit, increment_unit=step))
    assert f'<scale value="{scale}" unit="{unit}"'.encode() in data
    found = decode(data)
    assert np.array_equal(found.rhythm.nanovolts(), wanted.rhythm.nanovolts())
    assert np.array_equal(found.median.nanovolts(), wanted.median.nanovolts())
    assert found.rhythm.sampling_rate_hz == 500


def test_each_lead_has_its_own_scale_and_origin():
    first = small()
    leads = tuple(
        Lead(lead.name, SCALE / (1 + n % 2), Decimal(100 * n)) for n, lead in enumerate(first.leads)
    )
    counts = first.counts * [1 + n % 2 for n in range(12)]
    wanted = original(rhythm=Waveform("rhythm", leads, counts.astype(np.int32), Decimal(500)))
    found = decode(write_aecg(wanted))
    assert [lead.offset_nv for lead in found.rhythm.leads] == [100 * n for n in range(12)]
    assert np.array_equal(found.rhythm.nanovolts(), wanted.rhythm.nanovolts())


def test_eight_leads_in_any_order_are_the_same_ecg():
    mixed = ("V6", "II", "V3", "I", "V1", "V2", "V5", "V4")
    found = read(file(AecgOptions(leads=mixed)))
    assert found.rhythm.lead_names() == STANDARD_LEADS
    assert [x.name for x in found.rhythm.leads if x.derived] == ["III", "aVR", "aVL", "aVF"]
    assert found.canonical_hash == original().canonical_hash


@pytest.mark.parametrize(
    ("increment", "rate"), [("0.00390625", 256), ("0.001", 1000), ("0.0025", 400)]
)
def test_the_increment_is_the_rate(increment, rate):
    data = file().replace('<increment value="0.002"', f'<increment value="{increment}"')
    # Before the checks: another rate contradicts the heart rate that the file states.
    assert aecg.decode(data.encode()).rhythm.sampling_rate_hz == rate


@pytest.mark.parametrize(
    ("increment", "rate"),
    [("0.004166667", 240), ("0.003333", 300), ("0.001302", 768), ("0.0016667", 600)],
)
def test_an_increment_that_only_one_whole_rate_rounds_to_is_that_rate(increment, rate):
    found = aecg.decode(changed('value="0.002"', f'value="{increment}"').encode())
    assert found.rhythm.sampling_rate_hz == rate
    assert "rate-rounded" in {warning.code for warning in found.warnings}


@pytest.mark.parametrize(
    ("pattern", "new"),
    [
        ("<origin [^>]*></origin>", ""),
        ('<origin value="0" unit="uV"', '<origin value="0"'),
        ('(LEAD_II?") codeSystem="[^"]*"', r"\1"),
        ('xsi:type="SLIST_PQ"', 'type="SLIST_PQ"'),
        ('value="0.002" unit="s"', 'value="2000" unit="us"'),
        (' xmlns="[^"]*"', ""),
    ],
)
def test_what_the_standard_supplies_may_be_left_out(pattern, new):
    assert read(changed(pattern, new)).canonical_hash == original().canonical_hash


@pytest.mark.parametrize("text", ["19530508", "1953050812", "19530508000000.000", "1953-05-08"])
def test_a_birth_date_is_read_from_a_time(text):
    data = file(patient=PatientIdentity(identifier="7", born_on=dt.date(1960, 1, 1)))
    data = changed('<birthTime value="19600101"', f'<birthTime value="{text}"', data)
    assert read(data).patient.born_on == dt.date(1953, 5, 8)


def test_what_the_file_says_of_the_ecg_returns():
    wanted = original(
        patient=PatientIdentity("Müller", "Åse", "", "0012", "1.2.3", dt.date(1980, 5, 14), "F"),
        filters=Filters(0.05, 150.0, 60.0),
        institution="Mercy",
        device_serial="SN-7",
        acquired_local=NOON,
        utc_offset_minutes=-330,
    )
    for encoding in ("UTF-8", "UTF-16"):
        found = decode(write_aecg(wanted, AecgOptions(encoding=encoding)))
        for name in ("filters", "institution", "device_serial", "acquired_local", "vendor"):
            assert getattr(found, name) == getattr(wanted, name), name
        assert found.utc_offset_minutes == -330
        assert (found.patient.identifier, found.patient.assigning_authority) == ("0012", "1.2.3")
        assert (found.patient.family_name, found.patient.sex) == ("Müller", "F")
        assert found.statements == wanted.statements
        assert [(m.name, m.value) for m in found.measurements] == [("heart_rate_bpm", 67.0)]


@pytest.mark.parametrize(
    ("text", "local", "offset"),
    [
        ("20260321120030.250-0600", "2026-03-21T12:00:30.250000", -360),
        ("20260321120030+0545", "2026-03-21T12:00:30", 345),
        ("202603211200", "2026-03-21T12:00:00", None),
    ],
)
def test_a_time_has_an_offset_only_where_the_file_gives_one(text, local, offset):
    found = read(changed('<head value="[^"]*"', f'<head value="{text}"'))
    assert (found.acquired_local.isoformat(), found.utc_offset_minutes) == (local, offset)
    assert found.time_source == "TIME_ABSOLUTE"


@pytest.mark.parametrize("text", ["20260321", "20261321120000", "20260321120000-9900", "soon"])
def test_a_broken_time_falls_back_to_the_series_with_a_warning(text):
    data = changed('<head value="[^"]*"', f'<head value="{text}"')
    assert read(data).time_source == "series effectiveTime"
    assert "bad-date" in codes(data)


def test_relative_time_takes_the_time_of_the_series():
    found = read(file(AecgOptions(absolute_time=False)))
    assert found.time_source == "series effectiveTime"
    assert found.acquired_local == original().acquired_local
    assert "time-source" in codes(file(acquired_local=None))


def test_a_subject_of_a_trial_is_noted():
    trial = '<componentOf><clinicalTrial><id extension="T-1"/></clinicalTrial></componentOf>'
    data = changed("</subjectAssignment>", f"{trial}</subjectAssignment>")
    assert "trial-subject" in codes(data)
    assert "trial-subject" not in codes(file())


@pytest.mark.parametrize(
    ("unit", "value", "years"),
    [("a", "46", 46), ("mo", "18", 1.5), ("d", "10", 0.03), ("x", "46", None), ("a", "-1", None)],
)
def test_a_reported_age_has_a_unit_or_is_no_age(unit, value, years):
    variable = (
        '<controlVariable><relatedObservation><code code="21612-7"/>'
        f'<value value="{value}" unit="{unit}"/></relatedObservation></controlVariable><component>'
    )
    data = file(patient=PatientIdentity(identifier="7"))
    data = data.replace("<component><series>", f"{variable}<series>")
    assert read(data).patient.age_years == years
    assert ("patient-age" in codes(data)) is (years is None)


SEQUENCE = "/sequence/value/"


@pytest.mark.parametrize(
    ("pattern", "new", "code", "field"),
    [
        ('unit="uV"', 'unit="UV"', "unknown-unit", "@unit"),
        ('<scale value="2.5" unit="uV"', '<scale value="2.5"', "missing-value", "@unit"),
        ('<scale value="2.5"', '<scale value="2,5"', "bad-number", "@value"),
        ('<scale value="2.5" unit="uV"[^>]*></scale>', "", "missing-value", "scale"),
        ('<origin value="0" unit="uV"', '<origin value="1"', "missing-value", "@unit"),
        ('<scale value="2.5"', '<scale value="0"', "implausible-scale", "scale"),
        ('LEAD_II<|LEAD_II"', 'LEAD_V33"', "unknown-lead", "@code"),
        ('LEAD_II"', 'LEAD_I"', "duplicate-lead", "code"),
        ("MDC_ECG_LEAD_II", "MDC_PLETH", "unknown-lead", "@code"),
        ('LEAD_II" codeSystem="[^"]*"', 'LEAD_II" codeSystem="1.2"', "unknown-lead", "@code"),
        ("SLIST_PQ", "SLIST_INT", "sample-type", "@type"),
        ("<digits>", "<digits>x ", "bad-number", "digits"),
        ("<digits>", "<digits>1.5 ", "bad-number", "digits"),
        ("<digits>", "<digits>1-2 ", "bad-number", "digits"),
        ("<digits>", "<digits>- 2 ", "bad-number", "digits"),
        ("<digits>", "<digits>9999999999 ", "sample-range", "digits"),
        ("<digits>", "<digits>99999999999999999999 ", "sample-range", "digits"),
        ("<digits>", "<digits>7 ", "lead-lengths", "digits"),
        ("<digits>[^<]*", "<digits> ", "no-samples", "digits"),
        ('value="0.002"', 'value="0.003"', "unknown-rate", "@value"),
        ('value="0.002"', 'value="0.0042"', "unknown-rate", "@value"),
        ('value="0.002"', 'value="0"', "unknown-rate", "@value"),
        ('value="0.002"', 'value="-0.002"', "unknown-rate", "@value"),
        ('value="0.002" unit="s"', 'value="0.002" unit="min"', "unknown-unit", "@unit"),
        ('value="0.002" unit="s"', 'value="0.002"', "missing-value", "@unit"),
        ("TIME_ABSOLUTE", "TIME_OTHER", "time-base", "code"),
        ('code="RHYTHM"', 'code="OTHER"', "no-rhythm", "series"),
        ("</derivedSeries>", "", "xml-malformed", "line 2"),
    ],
)
def test_what_is_unsure_is_refused_by_its_field(pattern, new, code, field):
    with pytest.raises(Refused) as refused:
        read(changed(pattern, new))
    assert refused.value.code == code
    assert refused.value.field.split("/")[-1] == field


def repeated(tag: str) -> str:
    block = re.search(f"<component><{tag}>.*</{tag}></component>", file(), re.DOTALL)[0]
    return file().replace(block, block * 2)


def test_several_series_and_sequential_leads_are_refused():
    rhythm_only = file(median=None)
    block = re.search(
        "<component><sequenceSet>.*</sequenceSet></component>", rhythm_only, re.DOTALL
    )[0]
    for data, code in (
        (repeated("series"), "several-recordings"),
        (rhythm_only.replace(block, block * 2), "sequential-leads"),
        (rhythm_only.replace(block, ""), "no-samples"),
    ):
        with pytest.raises(Refused) as refused:
            read(data)
        assert refused.value.code == code


def test_a_beat_beside_the_rhythm_is_the_median_and_two_are_refused():
    data = file().replace("derivedSeries>", "series>").replace("derivation>", "component>")
    inner = re.search(
        '<component><series><code code="REP.*?</series></component>', data, re.DOTALL
    )[0]
    moved = data.replace(inner, "").replace("</AnnotatedECG>", f"{inner}</AnnotatedECG>")
    assert read(moved).median.samples == 600
    with pytest.raises(Refused) as refused:
        read(moved.replace("</AnnotatedECG>", f"{inner}</AnnotatedECG>"))
    assert refused.value.code == "several-medians"


def test_a_series_of_another_kind_is_left_out_with_a_warning():
    other = '<component><series><code code="OTHER"/></series></component></AnnotatedECG>'
    assert "waveform-kind" in codes(changed("</AnnotatedECG>", other))


def test_another_namespace_is_not_an_aecg():
    with pytest.raises(Refused) as refused:
        read(file().replace("urn:hl7-org:v3", "urn:hl7-org:v2"))
    assert refused.value.code == "unsupported-xml"


def test_entities_and_document_types_are_refused():
    for start in (
        '<!DOCTYPE AnnotatedECG SYSTEM "x">',
        '<!DOCTYPE AnnotatedECG [<!ENTITY x "y">]>',
    ):
        with pytest.raises(Refused) as refused:
            read(changed("<AnnotatedECG", f"{start}<AnnotatedECG"))
        assert refused.value.code == "xml-doctype"


def test_the_writer_refuses_what_an_aecg_cannot_hold():
    third = Waveform("rhythm", small().leads, small().counts, Decimal(300))
    with pytest.raises(ValueError, match="finite"):
        file(rhythm=third)
