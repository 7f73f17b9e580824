"""What one unit of each meter costs from a day on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import yaml

from apps.billing.actions import CURRENCIES, is_in_effect, set_price
from apps.billing.models import Meter, Price
from apps.tenants.models import Organization
from apps.web.onboarding.fields import (
    Field,
    Fields,
    Rows,
    amount,
    choice,
    day,
    needed,
    record,
    rows,
)
from apps.web.onboarding.section import Section, Target

FIELDS = {
    "meter": needed(choice(Meter.values)),
    "amount": needed(amount),
    "currency": needed(choice(CURRENCIES)),
    "from": needed(day),
}
JOIN = " from "


def _read(node: yaml.Node, path: str) -> tuple[str, Fields]:
    given = record(node, path, FIELDS)
    return f"{given.pop('meter')}{JOIN}{given.pop('from')}", given


def _present() -> Rows:
    return {
        f"{price.meter}{JOIN}{price.effective_from}": {
            "amount": price.unit_price,
            "currency": price.currency,
        }
        for price in Price.objects.all()
    }


def _parts(name: str) -> tuple[str, dt.date]:
    meter, _, since = name.partition(JOIN)
    return meter, dt.date.fromisoformat(since)


def _write(organization: Organization, name: str, fields: Fields) -> Price:
    meter, since = _parts(name)
    return set_price(organization, meter, since, fields["amount"], fields["currency"])


def _objections(target: Target) -> Iterator[str]:
    _, since = _parts(target.name)
    changes = target.before is not None and target.before != target.after
    if changes and is_in_effect(since, target.today):
        yield "is in effect and stays; add the next price with a later day"


PRICES = Section(
    key="prices",
    word="price",
    field=Field(rows(_read), {}),
    present=_present,
    write=_write,
    objections=_objections,
)
