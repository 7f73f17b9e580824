"""What is written of faults: every row of the matrix, and each run its own lines only."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.faults import trials
from tests.faults.record import Result, section, with_row, with_section
from tests.faults.row import ROWS
from tests.soak.report import Soaked, lines

MATRIX = {*range(1, 24), *range(33, 37)}


def lines_of(table: list[str], number: int) -> list[str]:
    return [line for line in table if line.startswith(f"| {number} |")]


def test_every_row_of_the_matrix_is_done_and_none_is_named_twice():
    assert trials.ROWS is ROWS
    assert {one.number for one in ROWS} == MATRIX
    assert len({(one.number, one.fault) for one in ROWS}) == len(ROWS)


def test_a_run_replaces_its_own_lines_and_keeps_the_others():
    one, two = ROWS[0], ROWS[1]
    table = with_row([], Result(one.number, one.fault, 20, 40.0))
    table = with_row(table, Result(two.number, two.fault, 20, 60.0))
    table = with_row(table, Result(one.number, one.fault, 5, 50.0))
    assert "| 5 | I1 to I8 | held | 10.0 |" in lines_of(table, one.number)[0]
    assert "| 20 | I1 to I8 | held | 3.0 |" in lines_of(table, two.number)[0]
    assert len(table) == len(ROWS) + 2


def test_what_did_not_hold_is_named_and_what_was_not_asked_is_not_claimed():
    one = ROWS[0]
    failed = with_row([], Result(one.number, one.fault, 3, 6.0, ("I2", "I5"), "trial 3, seed 1"))
    assert "| 3 | I2, I5 violated | trial 3, seed 1 |" in lines_of(failed, one.number)[0]
    broken = with_row([], Result(one.number, one.fault, 3, 6.0, (), "trial 3, seed 1"))
    assert "| not asked |" in lines_of(broken, one.number)[0]
    assert lines_of(broken, 36)[0].endswith("| – | – | – | – | – | – |")


def test_a_section_is_written_anew_beside_the_others():
    text = with_section(with_section("", "One", ["a"]), "Two", ["b"])
    text = with_section(text, "One", ["c", "d"])
    assert (section(text, "One"), section(text, "Two")) == (["c", "d"], ["b"])
    assert section(text, "Three") == []


@pytest.mark.parametrize("faults", [(), ("mercy: one file is gone",)])
def test_a_soak_says_its_account_its_speed_and_its_memory(faults):
    outcomes = Counter(new=90, same_bytes=5, same_signal=3, quarantined=2)
    memory = Counter(web=90, qcluster=120, sweep=70)
    answers = [0.01 * number for number in range(1, 101)]
    kills = Counter(worker=3)
    soaked = Soaked(100, outcomes, kills, 2, answers, 10.0, 20.0, memory, memory, faults)
    said = "\n".join(lines(soaked))
    for part in ("90 + 8 + 2 = 100", "505 / 960", "10.0", "5.0", "90 / 120 / 70", "3 worker"):
        assert part in said
    assert ("All accounted for." in said) == (not faults)
