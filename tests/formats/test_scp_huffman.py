"""Codes of variable length: the standard's table bit by bit, and streams at their edges."""

from __future__ import annotations

import numpy as np
import pytest

from apps.ecg.formats.canonical import Refused
from apps.ecg.formats.scp.coding import huffman_coded, huffman_section
from apps.ecg.formats.scp.huffman import DEFAULT, Code, Stream, build, read_tables

# EN 1064, annex C: value and the bits it is written in.
STANDARD = {
    0: "0",
    1: "100",
    -1: "101",
    2: "1100",
    -2: "1101",
    3: "11100",
    -3: "11101",
    4: "111100",
    -4: "111101",
    5: "1111100",
    -5: "1111101",
    6: "11111100",
    -6: "11111101",
    7: "111111100",
    -7: "111111101",
    8: "1111111100",
    -8: "1111111101",
}
TABLES = read_tables(huffman_section(None))


def packed(bits: str) -> bytes:
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))


def values(data: bytes, count: int, tables=TABLES, start: int = 0) -> list[int]:
    return Stream(data, tables, "Section 6").values(start, len(data), count).tolist()


def refused(data: bytes, count: int, tables=TABLES) -> str:
    with pytest.raises(Refused) as found:
        values(data, count, tables)
    assert found.value.field == "Section 6"
    return found.value.code


@pytest.mark.parametrize("value", STANDARD)
def test_each_code_of_the_standard_is_read(value):
    assert values(packed(STANDARD[value]), 1) == [value]
    assert huffman_coded(np.array([value]), (DEFAULT,)) == packed(STANDARD[value])


@pytest.mark.parametrize("value", [9, -9, 127, -128])
def test_eight_bits_stand_behind_nine_ones_and_a_zero(value):
    assert values(packed(f"1111111110{value & 0xFF:08b}"), 1) == [value]


@pytest.mark.parametrize("value", [128, -129, 32767, -32768])
def test_sixteen_bits_stand_behind_ten_ones(value):
    assert values(packed(f"1111111111{value & 0xFFFF:016b}"), 1) == [value]


@pytest.mark.parametrize("offset", range(8))
def test_a_value_is_read_at_every_bit_of_a_byte(offset):
    bits = "0" * offset + f"1111111111{-12345 & 0xFFFF:016b}" + "100"
    assert values(packed(bits), offset + 2) == [0] * offset + [-12345, 1]


def test_any_run_of_values_is_read_back():
    chosen = np.random.default_rng(3).integers(-400, 400, 3000)
    assert values(huffman_coded(chosen, (DEFAULT,)), 3000) == chosen.tolist()


def test_leads_are_read_from_where_they_begin():
    one, two = (huffman_coded(np.array(row), (DEFAULT,)) for row in ([5, -700], [2, 2, 300]))
    stream = Stream(one + two, TABLES, "")
    assert stream.values(0, len(one), 2).tolist() == [5, -700]
    assert stream.values(len(one), len(one + two), 3).tolist() == [2, 2, 300]


def test_a_value_that_runs_into_the_next_lead_is_refused():
    stream = Stream(packed("1" * 10) + packed("0" * 32), TABLES, "Section 6")
    with pytest.raises(Refused) as found:
        stream.values(0, 2, 1)
    assert found.value.code == "lead-length"


@pytest.mark.parametrize(
    ("data", "count", "code"),
    [
        (b"\0", 9, "truncated"),
        (b"\xff", 1, "lead-length"),
        (b"\xff" * 40, 100, "truncated"),
        (b"\0\0\0", 2, "lead-length"),
    ],
)
def test_streams_that_do_not_hold_what_they_should_are_refused(data, count, code):
    assert refused(data, count) == code


def test_a_stream_may_be_filled_to_an_even_length_and_no_further():
    assert values(packed("100101") + b"\0", 2) == [1, -1]
    assert refused(packed("100101") + b"\0\0", 2) == "lead-length"


def test_a_code_of_no_table_is_refused():
    tables = read_tables(huffman_section((DEFAULT[:3],)))
    assert values(packed("0100101"), 3, tables) == [0, 1, -1]
    assert refused(packed("0110"), 2, tables) == "huffman-code"


def test_a_switch_holds_until_the_next_one():
    small = (Code(1, 1, True, 7, 0), Code(1, 1, False, 2, 1))
    large = (Code(1, 9, True, 0, 0), Code(1, 1, False, 1, 1))
    tables = read_tables(huffman_section((small, large)))
    bits = "0" + "1" + "001000000" + "011111111" + "1" + "0"
    assert values(packed(bits), 4, tables) == [7, 64, -1, 7]


def test_a_table_is_looked_up_by_its_first_bits():
    table = build(DEFAULT, 1)
    assert (table.total > 0).all()
    assert table.base[0b1000_0000_0000_0000] == 1
    assert table.total[0xFFFF] == 26
    assert table.extra[0xFFFF] == 16
