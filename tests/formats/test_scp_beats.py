"""Zones of beats: where they may be, and what is put back and filled in."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from apps.ecg.formats.canonical import Refused
from apps.ecg.formats.scp.beats import (
    Beats,
    Zone,
    add_reference,
    expanded,
    read_beats,
    stored_values,
)


def section(
    *zones: tuple[int, int, int, int], protected: tuple[tuple[int, int], ...] = ()
) -> bytes:
    """Type, start, middle and end of each beat, counted from 1."""
    head = struct.pack("<HHH", 800, 201, len(zones))
    beats = b"".join(struct.pack("<HIII", *zone) for zone in zones)
    return head + beats + b"".join(struct.pack("<II", *span) for span in protected)


def code(body: bytes, *, bimodal: bool = False) -> str:
    with pytest.raises(Refused) as found:
        read_beats(body, 1000, subtracted=True, bimodal=bimodal)
    assert found.value.field == "Section 4"
    return found.value.code


def test_zones_are_counted_from_0_here_and_from_1_in_the_file():
    body = section((0, 101, 151, 201), protected=((111, 191),))
    found = read_beats(body, 1000, subtracted=True, bimodal=True)
    assert found == Beats(800, 200, (Zone(100, 150, 200),), (Zone(110, 110, 190),))


def test_beats_of_another_type_have_nothing_subtracted():
    body = section((1, 0, 151, 0), (0, 301, 351, 401))
    found = read_beats(body, 1000, subtracted=True, bimodal=False)
    assert found.subtracted == (Zone(300, 350, 400),)


def test_zones_that_compression_made_no_use_of_are_not_read():
    body = section((0, 900, 1, 2000))
    assert read_beats(body, 1000, subtracted=False, bimodal=False).subtracted == ()


@pytest.mark.parametrize(
    "zones",
    [
        ((0, 101, 100, 201),),
        ((0, 101, 202, 201),),
        ((0, 101, 151, 1001),),
        ((0, 101, 151, 201), (0, 201, 251, 301)),
        ((0, 301, 351, 401), (0, 101, 151, 201)),
        ((0, 0, 0, 10),),
    ],
)
def test_zones_out_of_place_are_refused(zones):
    assert code(section(*zones)) == "beat-zones"


@pytest.mark.parametrize("span", [(0, 10), (20, 10), (1, 1001)])
def test_protected_zones_out_of_place_are_refused(span):
    assert code(section((0, 101, 151, 201), protected=(span,)), bimodal=True) == "beat-zones"


def test_a_section_without_its_zones_is_refused():
    assert code(section((0, 101, 151, 201)), bimodal=True) == "section-short"
    assert code(struct.pack("<HHH", 800, 1, 20_000)) == "beat-zones"


def test_stored_values_are_those_inside_and_one_of_four_outside():
    protected = (Zone(10, 10, 19), Zone(30, 30, 39))
    assert stored_values(50, 4, protected) == 10 + 10 + 3 + 3 + 3
    assert stored_values(48, 4, ()) == 12


def test_values_between_two_means_lie_on_a_line():
    stored = np.array([[10], [18]])
    found = expanded(stored, 8, 4, ())[:, 0]
    assert found.tolist() == [10, 10, 11, 13, 15, 17, 18, 18]


def test_a_short_last_group_stands_in_its_own_middle():
    stored = np.array([[0], [30]])
    assert expanded(stored, 6, 4, ())[:, 0].tolist() == [0, 0, 5, 15, 25, 30]


def test_lines_do_not_cross_a_protected_zone():
    stored = np.array([[0], [100], [101], [50]])
    found = expanded(stored, 10, 4, (Zone(4, 4, 5),))[:, 0]
    assert found.tolist() == [0, 0, 0, 0, 100, 101, 50, 50, 50, 50]


def test_the_beat_is_aligned_by_its_middle():
    beat = np.arange(10)[:, None]
    beats = Beats(20, 4, (Zone(20, 22, 24),), ())
    found = add_reference(np.zeros((30, 1), np.int64), beat, beats)[:, 0]
    assert found[20:25].tolist() == [2, 3, 4, 5, 6]
    assert not found[:20].any()
    assert not found[25:].any()


@pytest.mark.parametrize("zone", [Zone(20, 25, 26), Zone(20, 20, 26)])
def test_a_zone_longer_than_the_beat_is_refused(zone):
    with pytest.raises(Refused):
        add_reference(np.zeros((30, 1), np.int64), np.zeros((10, 1)), Beats(20, 4, (zone,), ()))
