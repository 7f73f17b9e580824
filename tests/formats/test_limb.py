"""Limb leads computed from I and II are exact, marked, and in their place."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from apps.ecg.formats import decode
from apps.ecg.formats.canonical import STANDARD_LEADS, Lead, Waveform
from apps.ecg.formats.dicom.writer import DicomOptions
from apps.ecg.formats.limb import complete_limb_leads
from apps.ecg.formats.warnings import Warnings
from tests.formats.ecgs import file

EIGHT = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")
counts16 = st.integers(-32768, 32767)
scales = st.sampled_from([Decimal(x) for x in ("1000", "1250", "4880", "2.5", "1220", "0.305")])
offsets = st.sampled_from([Decimal(0), Decimal(-5000), Decimal("0.5")])


def two_leads(one, two, scale_one, scale_two, offset_one=Decimal(0), offset_two=Decimal(0)):
    leads = (Lead("I", scale_one, offset_one), Lead("II", scale_two, offset_two))
    counts = np.array([[one, two]], dtype=np.int32)
    return Waveform("rhythm", leads, counts, Decimal(500))


def exact(waveform, name):
    lead = waveform.leads[waveform.lead_names().index(name)]
    count = int(waveform.counts[0, waveform.lead_names().index(name)])
    return count * lead.nv_per_lsb + lead.offset_nv


@given(counts16, counts16, scales, scales, offsets, offsets)
def test_identities_hold_exactly_at_any_scale(one, two, scale_one, scale_two, off_one, off_two):
    found = complete_limb_leads(
        two_leads(one, two, scale_one, scale_two, off_one, off_two), Warnings()
    )
    if "III" not in found.lead_names():
        return
    i, ii = exact(found, "I"), exact(found, "II")
    assert exact(found, "III") == ii - i
    assert exact(found, "aVR") == -(i + ii) / 2
    assert exact(found, "aVL") == i - ii / 2
    assert exact(found, "aVF") == ii - i / 2


def test_equal_scales_always_derive():
    found = complete_limb_leads(two_leads(32767, -32768, *[Decimal("4.88")] * 2), Warnings())
    assert found.lead_names() == ("I", "II", "III", "aVR", "aVL", "aVF")


def test_scales_without_a_useful_common_measure_derive_nothing():
    warnings = Warnings()
    wave = two_leads(30_000, 30_000, Decimal("1000.000001"), Decimal("1250.000003"))
    assert complete_limb_leads(wave, warnings).lead_names() == ("I", "II")
    assert [w.code for w in warnings.all()] == ["limb-leads"]


def test_an_eight_lead_file_becomes_twelve_with_four_derived():
    found = decode(file(options=DicomOptions(leads=EIGHT))).rhythm
    assert found.lead_names() == STANDARD_LEADS
    assert [x.name for x in found.leads if x.derived] == ["III", "aVR", "aVL", "aVF"]


def test_the_hash_is_of_the_eight_leads_however_many_are_stored():
    twelve, eight = file(), file(options=DicomOptions(leads=EIGHT))
    assert decode(twelve).canonical_hash == decode(eight).canonical_hash


def test_a_gap_in_either_source_is_a_gap_in_the_derived():
    missing = np.zeros((3, 2), dtype=bool)
    missing[0, 0] = missing[1, 1] = True
    leads = (Lead("I", Decimal(1)), Lead("II", Decimal(1)))
    wave = Waveform("rhythm", leads, np.ones((3, 2), np.int32), Decimal(500), missing)
    found = complete_limb_leads(wave, Warnings())
    assert found.missing[:, 2].tolist() == [True, True, False]


def test_stored_limb_leads_are_left_as_they_are():
    wave = two_leads(10, 30, Decimal(1), Decimal(1))
    third = replace(
        wave,
        leads=(*wave.leads, Lead("III", Decimal(1))),
        counts=np.array([[10, 30, 21]], np.int32),
    )
    found = complete_limb_leads(third, Warnings())
    assert found.counts[0, found.lead_names().index("III")] == 21
