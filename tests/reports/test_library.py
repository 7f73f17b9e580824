"""The library of statements, and the coded findings that a text makes of it."""

import pytest

from apps.reports.library import SEVERITIES, as_rows, coded_findings, library


def test_every_statement_has_a_code_an_acronym_and_words_of_its_own():
    rows = library()
    assert len(rows) >= 150
    for name in ("code", "acronym", "text"):
        values = [getattr(row, name).casefold() for row in rows]
        assert len(set(values)) == len(rows), name
        assert all(values)
    assert {row.severity for row in rows} == set(SEVERITIES)


def test_what_the_page_searches_says_all_of_a_statement():
    (row,) = (row for row in as_rows() if row["acronym"] == "LBBB")
    assert row["text"] == "Left bundle branch block"
    assert (row["code"], row["severity"]) == ("lbbb", "abnormal")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Normal sinus rhythm.\nleft  bundle branch block", ["sinus", "lbbb"]),
        ("Normal sinus rhythm.\nNormal sinus rhythm.", ["sinus"]),
        ("No left bundle branch block.", []),
        ("Left bundle branch block is gone.", []),
        ("", []),
    ],
)
def test_a_line_is_coded_only_when_it_is_the_statement_word_for_word(text, codes):
    assert [row.code for row in coded_findings(text)] == codes
