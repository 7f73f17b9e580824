"""Charts: places, gaps and words are those of the figures; no database."""

from __future__ import annotations

import datetime as dt

import pytest

from apps.reports.figures.definitions import FIGURES, TOPICS
from apps.reports.figures.queries import Figures, Span, Value
from apps.web.charts import FOOT, HEIGHT, LEFT, TOP, WIDTH, _ceiling, chart_of, total_of
from apps.web.dashboards import Asked, table_of

DAYS = Span(dt.date(2026, 11, 1), dt.date(2026, 11, 4))
BY_NAME = {topic.name: topic for topic in TOPICS}


def figures(name, *parts, whole=0):
    """None is a day that was not counted."""
    values = zip(DAYS.days, parts, strict=True)
    return Figures({name: {date: Value(p, whole) for date, p in values if p is not None}})


def test_bars_stand_on_the_foot_and_stay_inside():
    (line,) = chart_of(BY_NAME["volume"], figures("volume", 0, 5, 10, 7), DAYS).lines
    for mark in line.marks:
        assert mark.y + mark.height == pytest.approx(HEIGHT - FOOT)
        assert mark.y >= TOP
        assert LEFT <= mark.left < mark.x < WIDTH
    assert [mark.height for mark in line.marks][2] == HEIGHT - TOP - FOOT


def test_a_day_that_was_not_counted_is_a_gap_and_no_zero():
    chart = chart_of(BY_NAME["quality"], figures("quality", 1, None, 2, 4, whole=4), DAYS)
    (line,) = chart.lines
    assert len(line.marks) == 3
    assert [len(path.split()) for path in line.paths] == [2]
    assert [row.cells for row in chart.rows] == [
        ("100.0", "4"), ("50.0", "4"), ("not counted", "–"), ("25.0", "4")
    ]  # fmt: skip


def test_a_share_of_nothing_is_no_share():
    chart = chart_of(BY_NAME["agreement"], figures("agreement", 0, 0, 0, 0), DAYS)
    assert chart.is_empty
    assert chart.rows[0].cells == ("–", "0")
    assert chart.total == "–"


@pytest.mark.parametrize(
    ("name", "parts", "whole", "total"),
    [
        ("volume", (1000, None, 0, 234), 0, "1,234"),
        ("quality", (1, 2, 0, 0), 4, "18.8 % of 16"),
        ("turnaround_p50", (600, 1230, None, None), 3, "20.5 min on 02-Nov-2026"),
        ("turnaround_p50", (600, 400_000, None, None), 3, "4 d 15 h on 02-Nov-2026"),
        ("volume", (None,) * 4, 0, "–"),
    ],
)
def test_the_total_is_of_all_the_days_or_the_newest_of_a_percentile(name, parts, whole, total):
    topic = BY_NAME.get(name, BY_NAME["turnaround"])
    assert total_of(topic, figures(name, *parts, whole=whole), DAYS) == total


@pytest.mark.parametrize(("most", "top"), [(0, 1), (1, 1), (3, 5), (10, 10), (11, 20), (99.5, 100)])
def test_the_scale_ends_at_a_round_number_above_all(most, top):
    assert _ceiling(FIGURES["volume"].kind, [most]) == top


def test_the_file_has_numbers_and_no_formula():
    wanted = Asked("clinical", DAYS, None, [])
    shown = figures("turnaround_p50", 600, None, 90, 60, whole=2)
    head, rows = table_of(BY_NAME["turnaround"], wanted, shown)
    assert head == ["Day", "Site", "Median (min)", "90th percentile (min)", "Of how many"]
    assert rows[0] == [dt.date(2026, 11, 1), "All", 10.0, None, 2]
    assert rows[1][2:] == [None, None, None]
