"""The grammar: labelled queries, words that stay, and what is said instead of guessed."""

import datetime as dt
from dataclasses import replace

import pytest

from apps.reports.library import library
from apps.reports.search import concepts
from apps.reports.search.grammar import LONGEST, parse
from tests.search.__main__ import DOCUMENT
from tests.search.document import written
from tests.search.labelled import CONTEXT, DEVELOPED, HELD_OUT, labels, queries, score

ALL = [*queries(DEVELOPED), *queries(HELD_OUT)]
BAR = 0.95


def said(line):
    return sorted(labels(parse(line, CONTEXT)))


@pytest.mark.parametrize("name", [DEVELOPED, HELD_OUT])
def test_terms_of_the_labelled_queries_are_found_and_no_others(name):
    reached = score(queries(name))
    assert reached.queries >= {DEVELOPED: 200, HELD_OUT: 50}[name]
    assert reached.precision >= BAR
    assert reached.recall >= BAR


@pytest.mark.parametrize("name", [DEVELOPED, HELD_OUT])
def test_nothing_that_must_be_said_is_dropped(name):
    assert score(queries(name), said=True).recall == 1.0


def test_the_document_says_what_the_grammar_does_now():
    assert DOCUMENT.read_text(encoding="utf-8") == written()


def test_no_query_is_held_out_and_developed():
    developed = {query.text.casefold() for query in queries(DEVELOPED)}
    assert not developed & {query.text.casefold() for query in queries(HELD_OUT)}


def test_the_chips_of_every_query_are_parsed_to_the_same_clauses():
    for query in ALL:
        first = parse(query.text, CONTEXT)
        again = parse(first.text, CONTEXT)
        assert again.clauses == first.clauses, query.text
        assert (again.unknown, again.problems) == ((), ()), query.text


def test_every_statement_of_the_library_is_found_by_its_text_and_its_name():
    # These two say a comparison and a number, and are found as such.
    others = {
        "New left bundle branch block compared with the prior ECG": "new:lbbb",
        "QTc of 500 ms or more": "number:qtc≥500",
    }
    texts = [(row.code, row.text) for row in library()]
    for code, words in [*texts, *concepts.names().items()]:
        assert said(words) == [others.get(words, f"statement:{code}")], words


def test_acronyms_that_are_words_are_meant_in_capitals_only():
    for row in library():
        if row.acronym != "ST":
            assert said(row.acronym) == [f"statement:{row.code}"], row.acronym
    assert said("as well") == ["?as well"]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("not paced or AF", ["not statement:af", "not statement:paced"]),
        ("not paced and AF", ["not statement:paced", "statement:af"]),
        ("not paced, AF", ["not statement:paced", "statement:af"]),
        ("without paced and AF", ["not statement:af", "not statement:paced"]),
        ("without AF and QTc > 500", ["not statement:af", "number:qtc>500"]),
        ("AF or not paced", ["!", "not statement:paced", "statement:af"]),
        ("men and women", ["sex:F|sex:M"]),
        ("AF and flutter", ["statement:af", "statement:flutter"]),
    ],
)
def test_where_a_negation_and_an_or_end(line, found):
    assert said(line) == found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("QTc over 0.5 s", "QTc > 500 ms"),
        ("HR over 100 bpm", "HR > 100/min"),
        ("ST in V2 over 2 mm", "ST in V2 over 200 µV"),
        ("between 500 and 450 QTc", "QTc 450 to 500"),
    ],
)
def test_units_are_converted_exactly(one, other):
    assert said(one) == said(other)


def test_days_are_those_of_the_organizations_zone():
    late = replace(CONTEXT, now=dt.datetime(2026, 7, 1, 23, 30, tzinfo=dt.UTC))
    clause = parse("today", late).clauses[0]
    assert clause.label == "date:2026-07-02..2026-07-03"
    assert clause.terms[0].span.since == dt.datetime(2026, 7, 1, 23, tzinfo=dt.UTC)


def test_months_of_another_length_end_with_their_last_day():
    leap = replace(CONTEXT, now=dt.datetime(2028, 3, 31, 12, tzinfo=dt.UTC))
    assert parse("last 1 month", leap).clauses[0].label == "date:2028-02-29.."
    assert parse("last month", leap).clauses[0].label == "date:2028-02-01..2028-03-01"


def test_a_name_that_two_sites_share_is_asked_for():
    two = replace(CONTEXT, sites=("Site 3 North", "Site 3 South"))
    assert parse("site 3", two).problems == ("More than one site has “3” in its name.",)
    assert parse("site 3 south", two).clauses[0].label == "site:Site 3 South"


def test_a_line_that_is_too_long_is_said_to_be_cut():
    assert "first 500 characters" in parse("AF " * LONGEST, CONTEXT).problems[-1]


@pytest.mark.parametrize(
    "line", ["", "  ;;, ", "( ) or and", "not", "or", ">", "<>", "1e9", "\x00"]
)
def test_lines_of_nothing_find_nothing_and_raise_nothing(line):
    assert not parse(line, CONTEXT).clauses
