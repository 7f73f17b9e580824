"""Numbers as printed: in the reader's order, the reader's first, every one with its source."""

import zoneinfo

import pytest

from apps.reports.printed_numbers import measurement_rows

LONDON = zoneinfo.ZoneInfo("Europe/London")
WHO = {"by": "Dr Ada Reader", "at": "2026-07-01T09:00:00+00:00"}
PRIOR = {
    "acquired_at": "2026-04-02T08:00:00+00:00",
    "values": {"qrs_ms": "98", "qrs_axis_deg": "170"},
}


def number(name, value, source="platform", unit="ms", **more):
    row = {"name": name, "value": value, "source": source, "unit": unit, "method": "m"}
    return row | more


def printed(*rows, prior=PRIOR):
    return measurement_rows(list(rows), prior, LONDON)


def test_the_readers_stands_above_the_machines_which_stands_above_the_devices():
    rows = printed(
        number("qt_ms", "380"),
        number("qrs_ms", "75", "device"),
        number("qrs_ms", "92"),
        number("qrs_ms", "112", "human", **WHO),
    )
    assert [(row.label, row.value) for row in rows] == [
        ("QRS", "112"), ("QRS", "92"), ("QT", "380"), ("QRS", "75"),
    ]  # fmt: skip
    assert rows[0].source == "Reader Dr Ada Reader, 01-Jul-2026 10:00:00 BST"
    assert (rows[0].machine, rows[1].is_replaced) == ("92", True)
    assert rows[1].source == "Platform, replaced by the reader"


@pytest.mark.parametrize("source", ["device", "human"])
def test_only_the_platforms_is_compared_with_the_prior(source):
    assert printed(number("qrs_ms", "92"))[0].change == "−6"
    [row] = printed(number("qrs_ms", "92", source, **WHO))
    assert (row.prior_value, row.prior_date, row.change) == ("", "", "")


def test_an_axis_turns_the_shorter_way():
    [row] = printed(number("qrs_axis_deg", "-175", unit="deg"))
    assert (row.value, row.unit, row.prior_value, row.change) == ("−175", "°", "170", "+15")


def test_without_a_prior_nothing_is_compared():
    [row] = printed(number("qrs_ms", "92"), prior=None)
    assert (row.prior_value, row.change) == ("", "")
