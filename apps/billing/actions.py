"""Setting prices."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db import transaction

from apps.billing.models import Price
from apps.tenants.models import Organization

# Of the regions there are.
CURRENCIES = ("EUR", "GBP", "USD")


def is_in_effect(effective_from: dt.date, today: dt.date) -> bool:
    """Charges may have been made at it, so it stays; the next price begins on a later day."""
    return effective_from <= today


@transaction.atomic
def set_price(
    organization: Organization,
    meter: str,
    effective_from: dt.date,
    unit_price: Decimal,
    currency: str,
) -> Price:
    """The price of a meter from that day on. Call inside the organization's scope."""
    price, _ = Price.objects.update_or_create(
        organization=organization,
        meter=meter,
        effective_from=effective_from,
        defaults={"unit_price": unit_price, "currency": currency},
    )
    return price
