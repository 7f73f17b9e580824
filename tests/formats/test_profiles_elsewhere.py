"""Profiles of devices that write SCP-ECG, CardioSoft XML, MUSE XML, Contec, EDF, WFDB and ISHNE."""

from __future__ import annotations

import struct
from dataclasses import replace
from decimal import Decimal

import pytest

from apps.ecg.formats import bundle, decode
from apps.ecg.formats.canonical import Refused
from apps.ecg.formats.cardiosoft.writer import write_cardiosoft
from apps.ecg.formats.contec.writer import write_contec
from apps.ecg.formats.ishne import LEADS as ISHNE_LEADS
from apps.ecg.formats.muse.writer import write_muse
from apps.ecg.formats.scp.sections import read_record
from apps.ecg.formats.scp.writer import assemble, write_scp
from tests.formats.ecgs import ecg, waveform
from tests.formats.writers.edf import EdfOptions, edf
from tests.formats.writers.ishne import IshneOptions, ishne
from tests.formats.writers.wfdb import wfdb_files


def profile(maker, **facts):
    return [{"name": "Ours", "version": 2, "manufacturer": maker} | facts]


def scp(number=None, size=None):
    """A record of an Acme cart, with another number of the first lead or size of a count."""
    record = read_record(write_scp(replace(ecg(), vendor="Acme", model="Cart")))
    leads, rhythm = bytearray(record.sections[3]), bytearray(record.sections[6])
    if number is not None:
        leads[10] = number
    if size is not None:
        struct.pack_into("<H", rhythm, 0, size)
    return assemble(record.sections | {3: bytes(leads), 6: bytes(rhythm)}, record.protocol)


def test_a_lead_number_of_its_own_is_settled_by_a_profile_and_kept():
    with pytest.raises(Refused) as refused:
        decode(scp(number=250))
    assert refused.value.code == "unknown-lead"
    assert "A vendor profile for Acme Cart" in refused.value.message
    found = decode(scp(number=250), profile("Acme", leads={"250": "I"}))
    assert found.canonical_hash == decode(scp()).canonical_hash
    assert [(one.field, one.before, one.after) for one in found.overrides] == [
        ("Section 3", "250", "I")
    ]


def test_counts_a_device_writes_in_microvolts_are_read_so():
    rule = {"stated": "nV", "means": "uV", "least": "1", "most": "10"}
    found = decode(scp(size=1), profile("Acme", units=[rule]))
    assert {lead.nv_per_lsb for lead in found.rhythm.leads} == {Decimal(1000)}
    assert ("Section 6", "nV", "uV") in {(o.field, o.before, o.after) for o in found.overrides}
    assert not decode(scp(size=1000), profile("Acme", units=[rule])).overrides


def cardiosoft(**words):
    text = write_cardiosoft(replace(ecg(), model="Cart")).decode("latin-1")
    for before, after in words.values():
        assert before in text
        text = text.replace(before, after)
    return text.encode("latin-1")


def test_a_unit_and_a_lead_of_cardiosoft_are_settled_by_a_profile():
    odd = cardiosoft(unit=('"uVperLsb"', '"mV"'), lead=('lead="V6"', 'lead="C6x"'))
    with pytest.raises(Refused) as refused:
        decode(odd)
    assert "A vendor profile for GE Cart" in refused.value.message
    facts = {"leads": {"C6x": "V6"}, "units": [{"stated": "mV", "means": "uV"}]}
    found = decode(odd, profile("GE", model="Cart", **facts))
    assert found.canonical_hash == decode(cardiosoft()).canonical_hash
    assert {one.before for one in found.overrides} == {"C6x", "mV"}


def test_a_contec_cart_is_known_by_its_maker_and_gets_its_zone():
    data = write_contec(ecg(waveform(nv_per_lsb=Decimal(5000), rate=800)))
    assert decode(data).zone == ""
    found = decode(data, profile("Contec", model="ECG90*", zone="Europe/London"))
    assert found.zone == "Europe/London"
    assert found.overrides[0].field == "zone"


SHORT = waveform(seconds=3)
MICRO = [{"stated": "mcV", "means": "uV"}]


def wfdb_with(before: bytes = b"", after: bytes = b"") -> bytes:
    files = wfdb_files(SHORT)
    return bundle.write(files | {"record.hea": files["record.hea"].replace(before, after)})


def edf_with(before: bytes = b"", after: bytes = b"") -> bytes:
    return edf(SHORT, EdfOptions(plus="C")).replace(before, after)


def muse_with(before: bytes = b"", after: bytes = b"") -> bytes:
    return write_muse(ecg(SHORT)).replace(before, after)


# A file with an odd word, the same without it, and the facts of a profile that settle it.
SETTLED = {
    "edf unit": (
        *(edf_with(b"uV      ", b"mcV     "), edf_with(), "EDF", "Cart 1"),
        {"units": MICRO},
    ),
    "edf label": (
        *(edf_with(b"V6              ", b"Kanal 8         "), edf_with(), "EDF", "Cart 1"),
        {"leads": {"Kanal 8": "V6"}},
    ),
    "wfdb unit": (
        *(wfdb_with(b"/mV", b"/milli"), wfdb_with(), "WFDB", ""),
        {"units": [{"stated": "milli", "means": "mV", "least": "1", "most": "2000"}]},
    ),
    "wfdb label": (
        *(wfdb_with(b" V6\n", b" Kanal 8\n"), wfdb_with(), "WFDB", ""),
        {"leads": {"Kanal 8": "V6"}},
    ),
    "muse unit": (
        *(muse_with(b"MICROVOLTS", b"mcV"), muse_with(), "GE", ""),
        {"units": MICRO},
    ),
}


@pytest.mark.parametrize("name", SETTLED)
def test_an_odd_unit_or_label_needs_a_profile_and_no_code(name):
    odd, usual, maker, model, facts = SETTLED[name]
    with pytest.raises(Refused) as refused:
        decode(odd)
    device = f"{maker} {model}".strip()
    assert f"A vendor profile for {device}" in refused.value.message
    found = decode(odd, profile(maker, model=model, **facts))
    assert found.canonical_hash == decode(usual).canonical_hash
    assert {(one.profile, one.version) for one in found.overrides} == {("Ours", 2)}
    with pytest.raises(Refused):
        decode(odd, profile("Other", **facts))


def test_a_lead_code_of_an_ishne_recorder_is_settled_by_a_profile(monkeypatch):
    usual = ishne(waveform(nv_per_lsb=Decimal(4880)))
    monkeypatch.setitem(ishne.__globals__["CODES"], "V6", 77)
    odd = ishne(waveform(nv_per_lsb=Decimal(4880)), IshneOptions())
    assert 77 not in ISHNE_LEADS
    with pytest.raises(Refused) as refused:
        decode(odd)
    assert "A vendor profile for ISHNE Recorder 1" in refused.value.message
    found = decode(odd, profile("ISHNE", leads={"77": "V6"}))
    assert found.canonical_hash == decode(usual).canonical_hash
    with pytest.raises(Refused):
        decode(odd, profile("ISHNE", leads={"77": "-aVR"}))
