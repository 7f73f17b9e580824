"""Only like is compared with like; otherwise a sentence says why not."""

from __future__ import annotations

import datetime as dt

import pytest

from apps.reports.frozen_prior import OTHER_FILTERS, OTHER_LEADS, prior_of
from tests.database import committed
from tests.factories import inside
from tests.inference.subjects import make_measured

pytestmark = committed

AT = dt.datetime(2026, 7, 1, 8, tzinfo=dt.UTC)
BAND = {"high_pass_hz": 0.05, "low_pass_hz": 150.0, "notch_hz": None}


@pytest.mark.parametrize(
    ("earlier", "why"),
    [
        ({"electrode_system": "Mason-Likar", "filters": BAND}, OTHER_LEADS),
        ({"filters": BAND | {"low_pass_hz": 40.0}}, OTHER_FILTERS),
        ({"filters": {}}, OTHER_FILTERS),
        ({"filters": {"high_pass_hz": 0.05, "low_pass_hz": 150}}, ""),
    ],
)
def test_another_lead_system_or_filter_is_not_compared(mercy, earlier, why):
    now = make_measured(mercy, acquired_at=AT, filters=BAND)
    then = {"patient": now.patient, "acquired_at": AT - dt.timedelta(days=9)}
    make_measured(mercy, **then, **earlier)
    with inside(mercy):
        prior = prior_of(now)
    assert prior["not_compared"] == why
    assert bool(prior["values"]) is (why == "")
