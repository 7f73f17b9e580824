"""Filters that were on when the samples were stored."""

from __future__ import annotations

from decimal import Decimal

from apps.ecg.formats.canonical import Filters
from apps.ecg.formats.numbers import parse_decimal

from . import tags
from .elements import Dataset
from .values import Reader, ascii_text


def read_filters(groups: list[Dataset], reader: Reader) -> Filters:
    """The narrowest band of all channels; 0 means off, None not said."""
    high_pass = _values(groups, tags.FILTER_LOW)
    low_pass = _values(groups, tags.FILTER_HIGH)
    notch = _values(groups, tags.NOTCH_FILTER)
    if any(len(set(values)) > 1 for values in (high_pass, low_pass, notch)):
        reader.warnings.add("filters-differ", "Channels were filtered differently.")
    return Filters(
        high_pass_hz=_float(max(high_pass, default=None)),
        low_pass_hz=_float(min((v for v in low_pass if v), default=None)),
        notch_hz=_float(max(notch, default=None)),
    )


def _values(groups: list[Dataset], tag: int) -> list[Decimal]:
    items = [item for group in groups for item in group.items(tags.CHANNEL_DEFINITIONS)]
    texts = [ascii_text(item, tag) for item in items]
    return [value for text in texts if (value := parse_decimal(text)) is not None and value >= 0]


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
