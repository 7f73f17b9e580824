"""What recordings are found by."""

from __future__ import annotations

from django.db import models

from apps.core.fields import OrgForeignKey, Tenant
from apps.ecg.model_recording import Source
from apps.ecg.models import Recording


class SearchTerm(Tenant):
    """One thing that a recording is found by: made from its rows, and made again when they change.

    Row-level security lets only some operators use an index: text is compared for equality under
    the C collation, and numbers are of the type whose comparison may.
    """

    recording = OrgForeignKey(
        Recording,
        db_index=False,  # the unique key begins with it
        related_name="search_terms",
        db_comment="operational: What is found.",
    )
    term = models.CharField(
        max_length=160,
        db_collation="C",
        db_comment="derived: Kind and code: is.af, n.qtc, report.status.draft; names and numbers of"
        " patients as keyed hashes only.",
    )
    value = models.FloatField(
        null=True, db_comment="derived: The number of a term that has one, in its quantity's unit."
    )
    source = models.CharField(
        max_length=8,
        blank=True,
        choices=Source.choices,
        db_comment="derived: Of who states it, the one shown to most; empty for no statement.",
    )
    at = models.DateTimeField(
        db_comment="identifier: Copy of when it was acquired, else received, for the order."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "recording", "term"], name="one_row_a_term"
            )
        ]
        indexes = [
            models.Index(
                fields=["organization", "term", "-at", "-recording"], name="search_newest"
            ),
            models.Index(
                fields=["organization", "term", "value"],
                condition=models.Q(value__isnull=False),
                name="search_by_value",
            ),
        ]

    def __str__(self) -> str:
        return f"Term of recording {self.recording_id}"
