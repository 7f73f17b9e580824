"""ISHNE: exact both ways, and refused where a checksum, a lead or a length is wrong."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pytest

from apps.ecg.formats import decode
from apps.ecg.formats.canonical import Refused
from tests.formats.ecgs import refusal, waveform
from tests.formats.writers.ishne import IshneOptions, ishne
from tests.oracles import kit_reader

EIGHT = IshneOptions().leads


@pytest.mark.parametrize(
    "options",
    [
        IshneOptions(),
        IshneOptions(all_counted=True),
        IshneOptions(comment=b"a variable part"),
        IshneOptions(leads=EIGHT[::-1]),
        IshneOptions(leads=(*EIGHT, "III")),
    ],
)
def test_what_is_written_comes_back_exactly(options):
    source = waveform(nv_per_lsb=Decimal(4880))
    found = decode(ishne(source, options))
    for name in options.leads:
        at, of = found.rhythm.lead_names().index(name), source.lead_names().index(name)
        assert np.array_equal(found.rhythm.nanovolts()[:, at], source.nanovolts()[:, of])
    assert found.experimental


def test_another_reader_reads_the_same_voltages(tmp_path):
    path = tmp_path / "recording.ecg"
    path.write_bytes(ishne(waveform(nv_per_lsb=Decimal(4880))))
    judged, found = kit_reader.read(path), decode(path.read_bytes()).rhythm
    assert set(judged) == set(EIGHT)
    for column, lead in enumerate(found.leads):
        if not lead.derived:
            assert np.abs(judged[lead.name] - found.nanovolts()[:, column]).max() < 1


def test_who_when_and_with_what_is_kept():
    found = decode(ishne(waveform()))
    assert (found.patient.family_name, found.patient.given_name) == ("Test", "Tilda")
    assert (found.patient.identifier, found.patient.sex) == ("0012", "F")
    assert (found.patient.born_on, found.patient.age_years) == (dt.date(1980, 5, 4), 45.82)
    assert found.acquired_local == dt.datetime(2026, 3, 1, 10, 20, 30)  # noqa: DTZ001 — local
    assert found.model == "Recorder 1"
    assert decode(ishne(waveform(), IshneOptions(date=(0, 0, 0)))).acquired_local is None


def test_vr_vl_and_vf_are_not_the_augmented_leads(monkeypatch):
    monkeypatch.setitem(ishne.__globals__["CODES"], "aVR", 8)
    found = decode(ishne(waveform(), IshneOptions(leads=(*EIGHT, "aVR"))))
    names = {lead.name: lead.derived for lead in found.rhythm.leads}
    assert (names["VR"], names["aVR"]) == (False, True)


@pytest.mark.parametrize("at", [10, 40, 157, 180, 230, 300])
def test_one_changed_byte_of_the_header_is_noticed(at):
    data = bytearray(ishne(waveform()))
    data[at] ^= 1
    assert refusal(bytes(data)) in {"checksum", "ishne-header"}


def test_lengths_and_leads_that_are_not_right_are_refused(monkeypatch):
    data = ishne(waveform())
    assert refusal(data[:200]) == "truncated"
    assert refusal(data[:-2]) == "truncated"
    assert refusal(data + bytes(16)) == "data-length"
    monkeypatch.setitem(ishne.__globals__["CODES"], "V6", 1)
    with pytest.raises(Refused) as refused:
        decode(ishne(waveform()))
    assert (refused.value.code, refused.value.field) == ("unknown-lead", "lead specification")
