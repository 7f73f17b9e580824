"""EDF, EDF+ and BDF: exactly as the reference reader reads them, or refused."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pyedflib
import pytest

from apps.ecg.formats import decode
from apps.ecg.formats.canonical import Refused, Waveform
from apps.ecg.formats.lead_labels import lead_by_label
from tests.formats.ecgs import refusal, warned, waveform
from tests.formats.writers.edf import NV_PER_UNIT, EdfOptions, edf

EIGHT = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")
WIDE = (-100_000, 100_000)

COUNT = 12
UNITS = 256 + COUNT * 96
PHYSICAL = 256 + COUNT * 104
LOWEST = 256 + COUNT * 120


def half_microvolt() -> Waveform:
    plain = waveform(nv_per_lsb=Decimal(500))
    leads = tuple(replace(lead, offset_nv=Decimal(2000)) for lead in plain.leads)
    return replace(plain, leads=leads, counts=plain.counts * 2)


@pytest.mark.parametrize(
    "options",
    [
        EdfOptions(),
        EdfOptions(unit="mV", digital=(-20_000, 20_000)),
        EdfOptions(unit="nV", digital=(-9_000, 9_000)),
        EdfOptions(plus="C", prefix="ECG "),
        EdfOptions(bdf=True, digital=WIDE),
        EdfOptions(negate_avr=True),
        EdfOptions(inverted=True),
        EdfOptions(inverted=True, negate_avr=True),
        EdfOptions(shift=300),
        EdfOptions(leads=EIGHT[::-1]),
        EdfOptions(record_s=5, extra={"Resp nasal": "uV", "SpO2": "%"}),
    ],
)
def test_every_way_of_writing_comes_back_exactly_and_as_the_judge_reads_it(options, tmp_path):
    source = half_microvolt()
    data = edf(source, options)
    found = decode(data).rhythm
    wanted = source.lead_names()
    for name in options.leads or wanted:
        at = found.lead_names().index(name)
        assert np.array_equal(found.nanovolts()[:, at], source.nanovolts()[:, wanted.index(name)])
    _assert_judge_agrees(data, found, tmp_path / "x")


def _assert_judge_agrees(data: bytes, found: Waveform, path) -> None:
    path.write_bytes(data)
    with pyedflib.EdfReader(str(path)) as reader:
        for n, label in enumerate(reader.getSignalLabels()):
            name = label.removeprefix("ECG ").removeprefix("-")
            if name in found.lead_names():
                unit = NV_PER_UNIT[reader.getPhysicalDimension(n)]
                sign = -1 if label.startswith("-") else 1
                judged = sign * reader.readSignal(n) * unit
                at = found.lead_names().index(name)
                assert np.abs(judged - found.nanovolts()[:, at]).max() < 1


def test_a_scale_that_does_not_end_is_kept_to_eighteen_digits():
    data = bytearray(edf(waveform()))
    data[PHYSICAL : PHYSICAL + 96] = b"-32000  " * COUNT
    data[PHYSICAL + 96 : PHYSICAL + 192] = b"32000   " * COUNT
    found = decode(bytes(data))
    assert "scale-rounded" in {warning.code for warning in found.warnings}
    exact = [round(-32e6 + (int(c) + 32768) * 64e6 / 65535) for c in found.rhythm.counts[:50, 0]]
    assert found.rhythm.nanovolts()[:50, 0].tolist() == exact


def test_edf_plus_says_who_when_and_with_what():
    patient = "MCH-0234567 F 02-MAY-1951 Haagse_Harvard"
    found = decode(edf(waveform(), EdfOptions(plus="C", patient=patient)))
    assert found.patient.identifier == "MCH-0234567"
    assert (found.patient.family_name, found.patient.sex) == ("Haagse Harvard", "F")
    assert (found.patient.born_on, found.patient.age_years) == (dt.date(1951, 5, 2), 74.83)
    assert found.acquired_local == dt.datetime(2026, 3, 1, 10, 20, 30, 500_000)  # noqa: DTZ001
    assert found.model == "Cart 1"
    assert (found.filters.high_pass_hz, found.filters.notch_hz) == (0.05, 50)
    assert found.experimental


@pytest.mark.parametrize(
    ("label", "lead"),
    [("ECG-aVR", "aVR"), ("ECG aVR", "aVR"), ("ECG -aVR", "-aVR"), ("ECG Lead -aVR", "-aVR")],
)
def test_a_dash_before_a_name_is_a_sign_unless_it_parts_two_words(label, lead):
    assert lead_by_label(label) == lead


def test_the_free_text_of_plain_edf_is_not_read_as_a_patient():
    data = edf(waveform(), EdfOptions(patient="Jane Roe 0012"))
    assert decode(data).patient.identifier == ""
    assert "patient-unread" in warned(data)


def in_pieces(onset: bytes = b"+3.5\x14") -> bytes:
    """EDF+D; its records follow each other, but for the fourth where it has another onset."""
    return edf(waveform(), EdfOptions(plus="D")).replace(b"+3.5\x14", onset)


def test_a_recording_marked_as_interrupted_that_is_not_is_read():
    whole = edf(waveform(), EdfOptions(plus="C"))
    assert decode(in_pieces()).canonical_hash == decode(whole).canonical_hash
    assert decode(in_pieces()).acquired_local == decode(whole).acquired_local


def test_zeros_for_blanks_other_signs_in_the_date_and_utf_8_change_nothing():
    plain = edf(waveform(), EdfOptions())
    data = plain.replace(b"I               II ", b"I" + b"\0" * 15 + b"II ")
    data = data.replace(b"01.03.2610.20.30", b"01-03-2610:20:30").replace(
        b"uV      ", "µV     ".encode()
    )
    assert decode(data).canonical_hash == decode(plain).canonical_hash
    assert decode(data).acquired_local == decode(plain).acquired_local
    assert "unit-alias" in warned(data)


def changed(at: int, by: bytes) -> bytes:
    data = bytearray(edf(waveform()))
    data[at : at + len(by)] = by
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "code", "field"),
    [
        (changed(256, b"V99"), "unknown-lead", "label"),
        (changed(256, b"II "), "duplicate-lead", "label"),
        (changed(256, b"I  "), "", ""),
        (changed(UNITS, b"UV"), "unknown-unit", "unit"),
        (changed(LOWEST, b"-50     "), "sample-range", "digital minimum and maximum"),
        (changed(LOWEST, b"x"), "bad-number", "digital minimum"),
        (changed(LOWEST, b"32767   "), "unknown-scale", "range"),
        (changed(184, b"9999"), "edf-header", "counts of signals or records"),
        (changed(236, b"9       "), "data-length", "data records"),
        (changed(236, b"11      "), "truncated", "data records"),
        (changed(236, b"-1      "), "edf-header", "counts of signals or records"),
        (changed(244, b"0       "), "unknown-rate", "duration"),
        (edf(waveform())[:300], "truncated", "header"),
        (in_pieces(b"+3.7\x14"), "edf-discontinuous", "EDF+"),
        (in_pieces(b"\0\0\0\0\0"), "edf-discontinuous", "EDF+"),
    ],
)
def test_a_file_that_is_not_right_is_refused_with_its_field(data, code, field):
    if not code:
        assert decode(data)
        return
    with pytest.raises(Refused) as refused:
        decode(data)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_no_lead_of_an_ecg_is_no_ecg():
    brain = edf(waveform(), EdfOptions(prefix="EEG "))
    assert refusal(brain) == "too-few-leads"
