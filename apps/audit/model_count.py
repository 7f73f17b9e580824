"""How many events of each code a day had: what platform staff see of the trail."""

from __future__ import annotations

from django.db import models

from apps.core.fields import Tenant


class AuditCount(Tenant):
    """Counted once a day by the organization's own job; names nobody and no record."""

    day = models.DateField(db_comment="operational: The day, UTC.")
    code = models.CharField(
        max_length=64, db_comment="operational: What happened: app.object.past_participle."
    )
    events = models.PositiveIntegerField(db_comment="operational: How often it happened that day.")

    class Meta:
        ordering = ["-day", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "day", "code"], name="one_count_a_day_and_code"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.code}"
