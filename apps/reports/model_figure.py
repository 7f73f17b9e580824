"""What is counted of a day, kept so that a dashboard costs the same whatever is stored."""

from __future__ import annotations

from django.db import models

from apps.core.fields import OrgForeignKey, Tenant


class DayFigure(Tenant):
    """One figure of one day, of a site or of the whole organization; names nobody."""

    day = models.DateField(db_comment="operational: The day in the organization's zone.")
    site = OrgForeignKey(
        "tenants.Site",
        null=True,
        db_index=False,
        related_name="+",
        db_comment="operational: The site; empty for the whole organization.",
    )
    figure = models.CharField(
        max_length=24, db_comment="derived: What is counted, by its name in the definitions."
    )
    part = models.BigIntegerField(
        null=True,
        db_comment="derived: The count, the part of a share, or seconds; empty where none.",
    )
    whole = models.BigIntegerField(
        default=0, db_comment="derived: Of how many the share or the percentile is."
    )
    counted_at = models.DateTimeField(db_comment="operational: When it was counted last.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "site", "day", "figure"],
                nulls_distinct=False,
                name="one_figure_a_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.figure} of {self.day}"
