"""One stage of work on one recording."""

from django.db import models

from apps.core.fields import OrgForeignKey
from apps.core.leases import Leased
from apps.ecg.model_recording import Recording


class StageRun(Leased):
    """Written by `advance()` in the transaction that finished the stage before."""

    recording = OrgForeignKey(
        Recording, related_name="stage_runs", db_comment="operational: What is worked on."
    )
    stage = models.CharField(
        max_length=16, db_comment="operational: Name of the stage in config.pipeline."
    )
    subject = models.CharField(
        max_length=64,
        blank=True,
        db_comment="operational: What exactly, where a recording has several: a public id.",
    )
    created_at = models.DateTimeField(
        auto_now_add=True, db_comment="operational: When the stage was asked for."
    )
    finished_at = models.DateTimeField(
        null=True, editable=False, db_comment="operational: When the stage was done."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "recording", "stage", "subject"], name="one_run_a_stage"
            )
        ]

    def __str__(self) -> str:
        return f"{self.stage} of recording {self.recording_id}"
