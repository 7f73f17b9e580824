"""Philips XML written by our own writer, damaged in the test: exact, or refused by its field."""

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
    SourceStatement,
)
from apps.ecg.formats.philips.writer import PhilipsOptions, write_philips
from tests.formats.ecgs import ecg, waveform

OLD = PhilipsOptions(version="1.03", encoding="UTF-8")
NEW = PhilipsOptions(encoding="UTF-8")


def small(scale: Decimal = Decimal(5000)):
    """Counts a third as high, so that 5 µV a count is still a heart's."""
    return waveform(nv_per_lsb=scale, counts=waveform().counts // 3)


def original(**fields: object) -> DecodedEcg:
    return ecg(**{"rhythm": small(), "median": beat(), **fields})


def beat():
    scaled = waveform(kind="median", seconds=1.2, beat_s=1.2)
    return waveform(kind="median", nv_per_lsb=Decimal(2500), counts=scaled.counts // 2)


@cache
def plain_file() -> str:
    return write_philips(original(), NEW).decode()


def file(options: PhilipsOptions = NEW, **fields: object) -> str:
    if options is NEW and not fields:
        return plain_file()
    return write_philips(original(**fields), options).decode(options.encoding)


def read(data: str) -> DecodedEcg:
    return decode(data.encode())


def codes(data: str) -> set[str]:
    return {warning.code for warning in read(data).warnings}


def changed(pattern: str, new: str, data: str | None = None) -> str:
    found, done = re.subn(pattern, new, data or file(), count=1)
    assert done, pattern
    return found


@pytest.mark.parametrize("version", ["1.03", "1.04", "1.04.01", "1.04.02"])
@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16"])
def test_every_version_and_encoding_returns_to_the_nanovolt(version, encoding):
    wanted = original()
    options = PhilipsOptions(version=version, encoding=encoding)
    found = decode(write_philips(wanted, options))
    assert found.rhythm.samples == 5000
    assert np.array_equal(found.rhythm.nanovolts(), wanted.rhythm.nanovolts())
    assert found.canonical_hash == wanted.canonical_hash
    unproven = "version-unproven" in {warning.code for warning in found.warnings}
    assert unproven is (version in ("1.04.01", "1.04.02"))


def test_a_file_without_its_namespace_is_the_same_ecg():
    data = changed(' xmlns="[^"]*"', "")
    assert read(data).canonical_hash == original().canonical_hash


@pytest.mark.parametrize("scale", ["2500", "1000", "4880"])
def test_any_resolution_with_or_without_tail_is_exact(scale):
    wanted = original(rhythm=small(Decimal(scale)), median=None)
    for tail in (True, False):
        if tail and 1_000_000 % Decimal(scale):
            continue
        found = decode(write_philips(wanted, PhilipsOptions(tail=tail)))
        assert np.array_equal(found.rhythm.nanovolts(), wanted.rhythm.nanovolts())


def test_leads_in_another_order_are_the_same_ecg():
    mixed = ("V6", "aVF", "II", "V1", "III", "aVL", "I", "V2", "aVR", "V3", "V4", "V5")
    found = read(file(PhilipsOptions(encoding="UTF-8", leads=mixed)))
    assert found.rhythm.lead_names() == STANDARD_LEADS
    assert np.array_equal(found.rhythm.nanovolts(), small().nanovolts())


def test_eight_leads_are_completed():
    leads = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")
    found = read(file(PhilipsOptions(encoding="UTF-8", leads=leads)))
    assert [x.name for x in found.rhythm.leads if x.derived] == ["III", "aVR", "aVL", "aVF"]
    assert found.canonical_hash == original().canonical_hash


def test_a_median_has_its_own_rate_and_resolution():
    found = read(file(PhilipsOptions(encoding="UTF-8", unused_samples=600)))
    assert (found.median.samples, found.median.leads[0].nv_per_lsb) == (600, 2500)
    assert np.array_equal(found.median.nanovolts(), beat().nanovolts())
    faster = read(changed('samplespersec="500"', 'samplespersec="1000"'))
    assert (faster.median.sampling_rate_hz, faster.rhythm.sampling_rate_hz) == (1000, 500)


def test_a_median_without_rate_or_resolution_is_left_out():
    assert "median-scale" in codes(file(OLD))
    assert read(file(OLD)).median is None
    assert read(changed(' resolution="2.5"', "")).median is None


def test_what_the_file_says_of_the_ecg_returns():
    wanted = original(
        patient=PatientIdentity("Müller", "Åse", "", "0012", "", dt.date(1980, 5, 14), "F"),
        filters=Filters(0.05, 150.0, None),
        accession_number="A-1",
        station="EKG1",
        institution="Mercy",
        measurements=(SourceMeasurement("qtc_bazett_ms", 412.0, "ms", "bazett"),),
        statements=(SourceStatement("SINUS RHYTHM", "SR"),),
    )
    found = decode(write_philips(wanted))
    for name in ("acquired_local", "filters", "accession_number", "station", "institution"):
        assert getattr(found, name) == getattr(wanted, name), name
    assert (found.patient.family_name, found.patient.given_name) == ("Müller", "Åse")
    assert (found.patient.sex, found.patient.age_years) == ("F", 45.8)
    assert (found.vendor, found.model, found.software) == ("Philips", "Cart 1", "1.0")
    assert found.statements == wanted.statements
    assert [(m.name, m.value, m.method) for m in found.measurements] == [
        ("qtc_bazett_ms", 412.0, "bazett")
    ]


def test_the_default_age_of_the_cart_is_never_the_patients():
    data = file(patient=PatientIdentity(identifier="7"))
    assert 'defaultage="50"' in data
    assert read(data).patient.age_years is None


@pytest.mark.parametrize(
    ("age", "years"),
    [("<years>50</years>", 50), ("<months>18</months>", 1.5), ("<days>10</days>", 0.03)],
)
def test_an_age_is_read_in_its_unit(age, years):
    data = changed("</age>", f"{age}</age>", file(patient=PatientIdentity(identifier="7")))
    assert read(data).patient.age_years == years


def test_the_unnamed_qtc_of_version_1_03_stays_unnamed():
    data = file(OLD, measurements=(SourceMeasurement("qtc_ms", 380.0, "ms"),))
    assert "<meanqtc>380</meanqtc>" in data
    assert [(m.name, m.method) for m in read(data).measurements] == [("qtc_ms", "")]


@pytest.mark.parametrize("text", ["", "Failed", "Indeterminate"])
def test_empty_and_failed_are_not_measured(text):
    data = changed("<heartrate>67<", f"<heartrate>{text}<")
    assert read(data).measurements == ()


def test_an_edited_number_keeps_the_machines_own():
    machine = (
        "<internalmeasurements><crossleadmeasurements><meanventrate>64</meanventrate>"
        "</crossleadmeasurements></internalmeasurements><interpretations>"
    )
    data = changed("<heartrate>", '<heartrate editedflag="True">')
    data = changed("<interpretations>", machine, data)
    found = [(m.name, m.value, m.original_code) for m in read(data).measurements]
    assert found == [
        ("heart_rate_bpm", 67.0, "globalmeasurements/heartrate@edited"),
        ("original_heart_rate_bpm", 64.0, "crossleadmeasurements/meanventrate"),
    ]
    assert "edited" in codes(data)


def test_of_several_interpretations_the_newest_counts():
    old = (
        '<interpretations><interpretation date="2001-01-01" time="00:00:00">'
        "<globalmeasurements><heartrate>200</heartrate></globalmeasurements></interpretation>"
    )
    data = changed("<interpretation>", '<interpretation date="2026-03-01" time="10:00:00">')
    data = changed("<interpretations>", old, data)
    assert [m.value for m in read(data).measurements] == [67.0]
    assert "several-interpretations" in codes(data)


def test_a_reason_follows_its_statement_and_the_severity_comes_last():
    severity = '<severity code="AB">- ABNORMAL ECG -</severity><statement'
    data = changed("<rightstatement></rightstatement>", "<rightstatement>rate 67</rightstatement>")
    found = read(changed("<statement", severity, data)).statements
    assert [(s.text, s.code) for s in found] == [
        ("Sinus rhythm (rate 67)", ""),
        ("- ABNORMAL ECG -", "AB"),
    ]


def test_an_unusual_placement_and_a_pacemaker_are_noted():
    data = changed("electrodeplacement>STD<", "electrodeplacement>MASON<")
    data = changed("<sex>", "<pacestatus>Paced</pacestatus><sex>", data)
    assert {"electrode-system", "paced"} <= codes(data)
    assert read(data).electrode_system == "other"


def test_the_tail_is_taken_off_only_where_the_pulse_proves_it():
    longer = waveform(
        nv_per_lsb=Decimal(5000), counts=np.pad(small().counts, ((0, 500), (0, 0)), mode="edge")
    )
    with pytest.raises(Refused) as refused:
        read(file(rhythm=longer))
    assert refused.value.code == "calibration-tail"


@pytest.mark.parametrize(
    ("pattern", "new", "code", "field"),
    [
        ("n>1.04<", "n>1.05<", "unsupported-version", "documentversion"),
        ("n>1.04<", "n><", "missing-value", "documentversion"),
        ("PhilipsECG", "HolterECG", "not-resting-ecg", "documenttype"),
        ('compression="XLI"', 'compression="ZIP"', "sample-coding", "@compression"),
        ('compression="XLI"', "", "sample-coding", "@compression"),
        ('dataencoding="Base64"', 'dataencoding="Plain"', "sample-coding", "@dataencoding"),
        ("bitspersample>16", "bitspersample>12", "sample-coding", "@bitspersample"),
        ("signalsigned>True", "signalsigned>False", "sample-coding", "@signalsigned"),
        ("signaloffset>0", "signaloffset>2048", "sample-offset", "signaloffset"),
        ('signaloffset="0"', 'signaloffset="1"', "sample-offset", "signaloffset"),
        ("samplingrate>500", "samplingrate>250", "contradiction", "samplingrate"),
        ("<resolution>5", "<resolution>2.5", "contradiction", "resolution"),
        ('resolution="5"', 'resolution="x"', "bad-number", "@resolution"),
        ('numberofleads="12"', 'numberofleads="11"', "channel-count", "@leadlabels"),
        ('leadlabels="I II', 'leadlabels="I I', "duplicate-lead", "@leadlabels"),
        ('leadlabels="I II', 'leadlabels="I V33', "unknown-lead", "@leadlabels"),
        ('leadlabels="I II', 'leadlabels="I V9', "limb-leads", "@leadlabels"),
        ('nel="11000"', 'nel="10000"', "bad-compression", "parsedwaveforms"),
        ('nel="11000"', 'nel="11000.1"', "sample-count", "@durationperchannel"),
        ('nel="11000"', 'nel="1e9"', "sample-count", "@durationperchannel"),
        (r"(XLI.*>)[A-Za-z0-9+/]{8}", r"\1", "bad-compression", "parsedwaveforms"),
        (r"(XLI[^>]*>)", r"\1!", "bad-base64", "parsedwaveforms"),
        ("parsedwaveforms", "otherwaveforms", "xml-malformed", "line 577"),
    ],
)
def test_what_is_unsure_is_refused_by_its_field(pattern, new, code, field):
    with pytest.raises(Refused) as refused:
        read(changed(pattern, new))
    assert refused.value.code == code
    assert refused.value.field.split("/")[-1] == field


def test_no_waveform_and_several_recordings_are_refused():
    data = file()
    block = re.search("<parsedwaveforms.*?</parsedwaveforms>", data, re.DOTALL)[0]
    for count, code in ((0, "no-rhythm"), (2, "several-recordings")):
        with pytest.raises(Refused) as refused:
            read(data.replace(block, block * count))
        assert refused.value.code == code


def test_a_lead_that_is_not_named_is_refused_unless_it_is_unused():
    assert read(file())
    labels = changed(
        'leadlabels="I II III aVR aVL aVF V1 V2 V3 V4 V5 V6"', 'leadlabels="I II V1 V2"'
    )
    with pytest.raises(Refused) as refused:
        read(changed('numberofleads="12"', 'numberofleads="4"', labels))
    assert (refused.value.code, refused.value.field) == (
        "unknown-lead",
        "restingecgdata/waveforms/parsedwaveforms/@leadlabels",
    )


def test_fewer_leads_than_named_are_refused():
    data = file(PhilipsOptions(encoding="UTF-8", unused_leads=0))
    data = changed('V6"', 'V6 V7"', data)
    with pytest.raises(Refused) as refused:
        read(changed('numberofleads="12"', 'numberofleads="13"', data))
    assert refused.value.code == "truncated"


@pytest.mark.parametrize(
    ("pattern", "new", "code"),
    [
        ('leadname="II"', 'leadname="I"', "duplicate-lead"),
        ('(leadname="V6".*?<waveform [^>]*>)[A-Za-z0-9+/]{16}', r"\1", "lead-lengths"),
        ('<repbeats dataencoding="Base64"', '<repbeats dataencoding="Hex"', "sample-coding"),
        ('leadname="V6" resolution="2.5"', 'leadname="V6" resolution="0"', "implausible-scale"),
    ],
)
def test_a_damaged_median_is_refused(pattern, new, code):
    data, done = re.subn(pattern, new, file(), count=1, flags=re.DOTALL)
    assert done
    with pytest.raises(Refused) as refused:
        read(data)
    assert refused.value.code == code


def test_the_writer_refuses_what_philips_cannot_hold():
    mixed = waveform().leads[:11] + waveform(nv_per_lsb=Decimal(9)).leads[11:]
    several = type(waveform())("rhythm", mixed, waveform().counts, Decimal(500))
    with pytest.raises(ValueError, match="one scale"):
        file(rhythm=several)
