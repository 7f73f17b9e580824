"""What one unit of each meter costs from a day on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

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


def _read_all(node: yaml.Node, path: str) -> Rows:
    """A list; or, where all begin on one day, that day, the currency and each meter's amount."""
    if not isinstance(node, yaml.MappingNode):
        return rows(_read)(node, path)
    meters = {meter: Field(amount) for meter in Meter.values}
    given = record(node, path, meters | {key: FIELDS[key] for key in ("currency", "from")})
    return {
        f"{meter}{JOIN}{given['from']}": {"amount": given[meter], "currency": given["currency"]}
        for meter in meters
        if given[meter] is not None
    }


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


def _said(rows_: Rows) -> Any:
    found = [(*_parts(name), fields) for name, fields in rows_.items()]
    return [{"meter": meter, "from": since} | fields for meter, since, fields in found]


PRICES = Section(
    key="prices",
    word="price",
    field=Field(_read_all, {}),
    present=_present,
    write=_write,
    said=_said,
    objections=_objections,
)
