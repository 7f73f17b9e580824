"""Schiller SEMA XML: read back exactly, its sampling rate believed only where the file agrees."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from apps.ecg.formats import decode, schiller
from apps.ecg.formats.canonical import (
    Filters,
    PatientIdentity,
    Refused,
    SourceMeasurement,
    SourceStatement,
)
from apps.ecg.formats.schiller.writer import write_schiller
from tests.corpus import corpus_params
from tests.formats.ecgs import ecg, refusal, warned, waveform

SCALE = Decimal(2500)
RHYTHM = r"(ECG_RHYTHMS.*?"
LIMITS = {"QRS": 100, "QRS_ON": 200, "QRS_OFF": 250, "QT": 400, "T_OFF": 400}
# 0.9 s between beats
SAID = (SourceMeasurement("heart_rate_bpm", 67, "/min"), SourceMeasurement("rr_ms", 900, "ms"))


def written(exponent: int | None = 1, **fields: object) -> str:
    rhythm = waveform(nv_per_lsb=SCALE)
    beat = waveform(kind="median", nv_per_lsb=SCALE, seconds=1.16, beat_s=0.9)
    defaults = {"median": beat, "measurements": SAID, "software": "SEMA 2.64.0"}
    source = ecg(rhythm, **{**defaults, **fields})
    return write_schiller(source, exponent=exponent).decode("utf-8")


def with_limits(text: str, **changes: int) -> str:
    """The averaged beat's limits, in samples at 500 Hz, and the intervals between them in ms."""
    made = "".join(
        f"<annotation_global><name>{name}</name><value>{value}</value></annotation_global>"
        for name, value in (LIMITS | changes).items()
    )
    return text.replace("<filters_data>", made + "<filters_data>")


def edit(pattern: str, replacement: str) -> bytes:
    text, changes = re.subn(pattern, replacement, with_limits(written()), count=1, flags=re.DOTALL)
    assert changes
    return text.encode()


def test_samples_are_read_back_to_the_nanovolt():
    found = decode(with_limits(written()).encode())
    assert found.canonical_hash == ecg(waveform(nv_per_lsb=SCALE)).canonical_hash
    assert np.array_equal(found.rhythm.counts, waveform().counts)
    assert (found.rhythm.sampling_rate_hz, found.median.samples) == (500, 580)
    assert not found.experimental


def test_everything_the_writer_says_is_read_back():
    source = ecg(
        patient=PatientIdentity("Müller", "Tilda", "", "0012", "", dt.date(1980, 5, 4), "F", 45.82),
        institution="General Hospital",
        station="Emergency",
        software="SEMA 2.64.0",
        accession_number="A-17",
        filters=Filters(0.05, 150.0, 0.0),
        statements=(SourceStatement("Sinus rhythm"), SourceStatement("Normal ECG")),
        time_source="startdatetime",
        measurements=SAID,
    )
    found = decode(write_schiller(source))
    for name in ("patient", "institution", "station", "software", "accession_number", "vendor"):
        assert getattr(found, name) == getattr(source, name)
    for name in ("acquired_local", "filters", "statements", "time_source", "model"):
        assert getattr(found, name) == getattr(source, name)
    assert {m.name: m.value for m in found.measurements} == {m.name: m.value for m in SAID}


def test_the_value_is_the_rate_and_the_exponent_no_power_of_ten():
    assert "<exponent>1</exponent><value>500</value>" in written()
    assert decode(with_limits(written()).encode()).rhythm.sampling_rate_hz == 500


@pytest.mark.parametrize("exponent", [0, None])
def test_a_rate_without_the_proven_exponent_is_experimental(exponent):
    assert decode(with_limits(written(exponent)).encode()).experimental


@pytest.mark.parametrize(("software", "warned"), [("SEMA 2.64.0", False), ("SEMA 4.1", True)])
def test_software_that_no_file_proves_is_read_with_a_warning(software, warned):
    found = decode(with_limits(written(software=software)).encode())
    assert not found.experimental
    assert ("version-unproven" in {w.code for w in found.warnings}) is warned


@pytest.mark.parametrize("exponent", [2, -1])
def test_an_exponent_without_a_known_meaning_is_refused(exponent):
    assert refusal(with_limits(written(exponent)).encode()) == "unknown-rate"


@pytest.mark.parametrize("rate", ["50", "250", "1000", "5000"])
def test_a_rate_that_the_limits_of_the_beat_contradict_is_refused(rate):
    pattern = r"(ECG_AVERAGES.*?<value>)500"
    assert refusal(edit(pattern, rf"\g<1>{rate}")) == "rate-contradicted"


@pytest.mark.parametrize("rate", ["50", "5000"])
def test_a_rate_that_the_beats_contradict_is_refused(rate):
    with pytest.raises(Refused) as refused:
        decode(edit(r"(ECG_RHYTHMS.*?<value>)500", rf"\g<1>{rate}"))
    assert (refused.value.code, refused.value.field) == ("rate-contradicted", "samplerate")


def test_a_heart_rate_that_the_interval_contradicts_is_refused():
    wrong = (SourceMeasurement("heart_rate_bpm", 59, "/min"), SAID[1])
    assert refusal(written(measurements=wrong).encode()) == "rate-contradicted"


@pytest.mark.parametrize("span", ["QRS", "QT"])
def test_an_interval_that_its_limits_contradict_is_refused(span):
    text = with_limits(written(), **{span: 10 * LIMITS[span]})
    assert refusal(text.encode()) == "rate-contradicted"


def test_a_rate_that_nothing_bears_out_is_experimental_with_a_warning():
    found = decode(written(measurements=()).encode())
    assert found.experimental
    assert "rate-unproven" in {w.code for w in found.warnings}


@pytest.mark.parametrize(
    ("pattern", "replacement", "code"),
    [
        ("RESTING_ECG", "EXERCISE_ECG", "not-resting-ecg"),
        ("ECG_RHYTHMS", "ECG_HOLTER", "no-rhythm"),
        ("ECG_AVERAGES", "ECG_RHYTHMS", "several-rhythms"),
        ("</event>", "</event><event/>", "several-rhythms"),
        (RHYTHM + "<units>)UV", r"\1MV", "unknown-unit"),
        (RHYTHM + "<units>)UV", r"\1", "missing-value"),
        (RHYTHM + "<unitperbit>)2.5", r"\g<1>0", "implausible-scale"),
        (RHYTHM + "<value>)500", r"\g<1>x", "bad-number"),
        (RHYTHM + "<value>)500", r"\1", "unknown-rate"),
        (RHYTHM + "<samplecount>)5000", r"\g<1>4999", "sample-count"),
        (RHYTHM + "<samplecount>)5000", r"\g<1>0", "sample-count"),
        (RHYTHM + "<datastype>)COMMASEPARATE", r"\1BASE64", "sample-type"),
        (RHYTHM + "<name>)I<", r"\1II<", "duplicate-lead"),
        (RHYTHM + "<name>)I<", r"\1Q<", "unknown-lead"),
        (RHYTHM + r"<data>-?\d+),", r"\1.5,", "bad-samples"),
        ("</event>.*", "", "xml-malformed"),
    ],
)
def test_what_is_unclear_is_refused(pattern, replacement, code):
    assert refusal(edit(pattern, replacement)) == code


@pytest.mark.parametrize(
    ("pattern", "replacement", "code"),
    [
        ("<date>20260301", "<date>20261301", "bad-date"),
        ("<date>20260301", "<date>01.03.2026", "bad-date"),
        ("<time>102030000", "<time>992030000", "time-source"),
        ("<birthdate>19800504", "<birthdate>1980", "bad-date"),
        ("<id>0012", "<id>UNKNOWN", "patient-id"),
        ("<gender>UNDEFINED", "<gender>X", "patient-sex"),
        ("<patdata>", "<patdata><pacemaker><value>ON</value></pacemaker>", "paced"),
        ("</event>", "<wavedata><type>ECG_LATE</type></wavedata></event>", "recordings-left-out"),
        ("<name>QRS_ON</name><value>200", "<name>QRS_ON</name><value>251", "fiducial-order"),
    ],
)
def test_what_is_odd_is_read_with_a_warning(pattern, replacement, code):
    limits = {"QRS": 0, "QT": 298, "QRS_OFF": 250} if code == "fiducial-order" else {}
    plain = with_limits(written(), **limits)
    text, changes = re.subn(pattern, replacement, plain, count=1)
    assert changes
    assert code not in warned(with_limits(written()).encode())
    assert code in warned(text.encode())


@pytest.mark.parametrize(
    ("mains", "notch"), [("-", None), ("OFF", 0.0), ("50", 50.0), ("ON", None)]
)
def test_a_mains_filter_is_a_frequency_off_or_not_said(mains, notch):
    found = decode(edit("(<name>MAINS</name><value>)[^<]*", rf"\g<1>{mains}"))
    assert found.filters.notch_hz == notch


@pytest.mark.parametrize("dash", ["-", " -", "- ", ""])
def test_a_dash_is_not_measured(dash):
    text = re.sub("(<name>RR</name><value>)[^<]*", rf"\g<1>{dash}", written())
    found = decode(text.encode())
    assert "rr_ms" not in {m.name for m in found.measurements}
    assert "rate-unproven" in {w.code for w in found.warnings}


@pytest.mark.parametrize("beats_per_minute", [45, 60, 75, 90, 150])
def test_the_true_rate_is_believed_at_every_heart_rate(beats_per_minute):
    beat_s = 60 / beats_per_minute
    said = (
        SourceMeasurement("heart_rate_bpm", beats_per_minute, "/min"),
        SourceMeasurement("rr_ms", round(1000 * beat_s), "ms"),
    )
    rhythm = waveform(nv_per_lsb=SCALE, beat_s=beat_s)
    assert decode(write_schiller(ecg(rhythm, measurements=said))).rhythm.sampling_rate_hz == 500


def test_a_flat_signal_is_refused_as_flat():
    flat = waveform(counts=np.zeros((5000, 12)))
    assert refusal(write_schiller(ecg(flat, measurements=SAID))) in (
        "no-signal",
        "rate-contradicted",
    )


def test_a_rhythm_of_one_sample_is_refused_for_a_reason():
    point = waveform(counts=waveform().counts[:1])
    assert refusal(write_schiller(ecg(point, measurements=SAID))) == "rate-contradicted"


def test_one_artefact_does_not_hide_the_beats():
    counts = waveform().counts.copy()
    counts[2000:2003] += 6000
    data = write_schiller(ecg(waveform(nv_per_lsb=Decimal(1000), counts=counts), measurements=SAID))
    assert schiller.decode(data).rhythm.samples == 5000


@pytest.mark.parametrize("change", [{"offset_nv": Decimal(5)}, {"nv_per_lsb": Decimal(1)}])
def test_the_writer_refuses_what_the_format_cannot_hold(change):
    rhythm = waveform(nv_per_lsb=SCALE)
    leads = (replace(rhythm.leads[0], **change), *rhythm.leads[1:])
    with pytest.raises(ValueError):
        write_schiller(ecg(replace(rhythm, leads=leads)))


def test_units_are_those_of_the_file():
    found = decode(
        edit(
            RHYTHM + "<unitperbit>)2.5</unitperbit><units>UV", r"\g<1>0.0025</unitperbit><units>mV"
        )
    )
    assert found.rhythm.leads[0].nv_per_lsb == SCALE


@pytest.mark.parametrize("path", corpus_params("schiller-xml"))
def test_the_real_file_holds_the_counts_its_text_shows(path):
    """No other reader of this format is at hand, so its numbers are taken out by a pattern."""
    found = decode(path.read_bytes())
    text = path.read_text("utf-8-sig")
    rhythm = text[text.index("ECG_RHYTHMS") :]
    rows = re.findall(r"<name>(\w+)</name>\s*<data>([^<]*)</data>", rhythm)
    assert [name for name, _ in rows] == [n.upper() for n in found.rhythm.lead_names()]
    for column, (_, row) in enumerate(rows):
        assert found.rhythm.counts[:, column].tolist() == [int(n) for n in row.split(",")]
    assert {lead.nv_per_lsb for lead in found.rhythm.leads} == {1000}


@pytest.mark.parametrize("path", corpus_params("schiller-xml"))
def test_the_real_file_bears_its_rate_out(path):
    found = decode(path.read_bytes())
    assert (found.rhythm.samples, found.rhythm.sampling_rate_hz) == (4998, 500)
    values = {m.name: m.value for m in found.measurements}
    assert [values[n] for n in ("heart_rate_bpm", "rr_ms", "qrs_ms", "qt_ms")] == [
        59,
        1012,
        146,
        458,
    ]
    assert found.acquired_local.isoformat() == "2006-05-02T14:06:10"
    assert (found.model, found.software, found.experimental) == ("AT-110", "SEMA 2.64.0", False)
    assert "rate-unproven" not in {w.code for w in found.warnings}


@pytest.mark.parametrize("path", corpus_params("schiller-xml"))
@pytest.mark.parametrize("rate", ["50", "5000"])
def test_the_real_file_at_another_rate_is_refused(path, rate):
    text = path.read_text("utf-8-sig").replace("<value>500</value>", f"<value>{rate}</value>")
    assert refusal(text.encode()) == "rate-contradicted"
