"""Setting the price of a meter from a day on."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from apps.billing.actions import is_in_effect, set_price
from apps.billing.models import Price
from tests.database import committed
from tests.factories import inside

DAY = dt.date(2026, 1, 1)


@committed
def test_a_meter_has_one_price_a_day_in_its_organization(mercy, lakeside):
    with inside(mercy):
        set_price(mercy, "report.signed", DAY, Decimal("1.50"), "GBP")
        set_price(mercy, "report.signed", DAY, Decimal("1.75"), "GBP")
        assert Price.objects.get().unit_price == Decimal("1.75")
    with inside(lakeside):
        assert not Price.objects.exists()


@pytest.mark.parametrize(("days", "expected"), [(-1, False), (0, True), (1, True)])
def test_a_price_is_in_effect_from_its_first_day(days, expected):
    assert is_in_effect(DAY, DAY + dt.timedelta(days)) is expected
