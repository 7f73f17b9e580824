"""Percentiles worked out by the database."""

from __future__ import annotations

from typing import Any

from django.db.models import Aggregate, DurationField


class Percentile(Aggregate):
    """Of spans of time, by nearest rank: one of the values, never between two."""

    function = "percentile_disc"
    template = "%(function)s(%(at)s) WITHIN GROUP (ORDER BY %(expressions)s)"

    def __init__(self, expression: Any, *, at: float, **more: Any) -> None:
        super().__init__(expression, at=at, output_field=DurationField(), **more)
