"""Text set into lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.reports.pdf.flow import Column, Row, Section, lines_of, paginate, table
from apps.reports.pdf.fonts import legible, width_mm
from apps.reports.pdf.text import Fact, facts, paragraph, wrap

WORDS = st.text(st.sampled_from("ab WÆ-\n"), max_size=200)


@given(WORDS, st.floats(5, 80))
def test_wrapping_loses_no_letter_and_keeps_to_the_width(text, width):
    lines = wrap(text, width, 9)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "").replace("\n", "")
    assert all(width_mm(line, 9) <= width for line in lines if len(line) > 1)


def test_a_word_longer_than_the_line_is_broken():
    lines = wrap("W" * 50, 20, 10)
    assert len(lines) > 5
    assert "".join(lines) == "W" * 50


def test_an_empty_text_is_one_empty_line():
    assert wrap("", 50, 9) == [""]
    assert paragraph("", 50).runs == ()


def test_facts_wrap_to_the_next_line():
    block = facts([Fact("Born", "14-Mar-1952"), Fact("MRN", "1" * 20)], 50)
    assert len({run.y for run in block.runs}) == 2
    assert block.height == pytest.approx(2 * facts([Fact("a", "b")], 50).height)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ægir", "Ægir"),
        ("e\N{COMBINING ACUTE ACCENT}", "é"),
        ("a\tb\r", "a b "),
        ("\x00", "[U+0000]"),
        ("日", "日"),
        ("𝔄", "[U+1D504]"),
        ("ש", "[U+05E9]"),
        ("\N{RIGHT-TO-LEFT OVERRIDE}x", "[U+202E]x"),
    ],
)
def test_every_character_is_printed_or_spelled_out(text, shown):
    assert legible(text) == shown


def test_a_block_split_into_lines_keeps_its_height():
    block = paragraph("one\n\ntwo words", 100, 9)
    rows = lines_of(block)
    assert len(rows) == 2
    assert sum(row.height for row in rows) == pytest.approx(block.height)


def test_a_table_repeats_its_head_on_the_next_page():
    section = table("Numbers", (Column("Name", 50),), ((f"n{i}",) for i in range(40)))
    pages = paginate([section], 100)
    assert len(pages) > 1
    for page in pages:
        assert page.used <= 100
        assert page.placed[1][1].runs[0].text == "Name"
    assert pages[1].placed[0][1].runs[0].text == "Numbers (continued)"


def test_a_title_never_stands_alone():
    filler = Section("First", (Row(80),))
    pages = paginate([filler, Section("Second", (Row(20),))], 100)
    assert [page.placed[0][1].runs[0].text for page in pages] == ["First", "Second"]
