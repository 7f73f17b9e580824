"""Profiles of devices that write SCP-ECG, CardioSoft XML and Contec files."""

from __future__ import annotations

import struct
from dataclasses import replace
from decimal import Decimal

import pytest

from apps.ecg.formats import decode
from apps.ecg.formats.canonical import Refused
from apps.ecg.formats.cardiosoft.writer import write_cardiosoft
from apps.ecg.formats.contec.writer import write_contec
from apps.ecg.formats.scp.sections import read_record
from apps.ecg.formats.scp.writer import assemble, write_scp
from tests.formats.ecgs import ecg, waveform


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
