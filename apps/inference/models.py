"""Registered algorithms and their runs."""

from __future__ import annotations

from django.db import models

from apps.core.fields import OrgForeignKey, Public, Tenant
from apps.core.leases import Leased
from apps.ecg.models import Recording


class Algorithm(Tenant, Public):
    """Something that reads ECGs, as an organization has registered it."""

    slug = models.SlugField(db_comment="operational: Stable short name.")
    name = models.CharField(max_length=120, db_comment="operational: Name shown beside results.")
    intended_use = models.TextField(
        db_comment="operational: What it is for and on whom, shown with every result."
    )
    limits = models.TextField(
        blank=True, db_comment="operational: What it cannot do, shown with every result."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "slug"], name="one_algorithm_a_slug")
        ]

    def __str__(self) -> str:
        return self.name


class AlgorithmVersion(Tenant, Public):
    """One version, pinned and kept runnable."""

    algorithm = OrgForeignKey(
        Algorithm, related_name="versions", db_comment="operational: What it is a version of."
    )
    version = models.CharField(max_length=32, db_comment="operational: Semantic version.")
    adapter = models.CharField(
        max_length=64, db_comment="operational: Which adapter calls it, by name."
    )
    is_enabled = models.BooleanField(
        default=True, db_comment="operational: Whether new recordings are sent to it."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "algorithm", "version"], name="one_row_a_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.algorithm.slug}@{self.version}"


class InferenceRun(Leased, Public):
    """One algorithm version on one recording: the row is its own outbox."""

    class Status(models.TextChoices):
        QUEUED = "queued", "Queued"
        SUCCEEDED = "succeeded", "Succeeded"
        NOT_ELIGIBLE = "not_eligible", "Not eligible"
        FAILED_FINAL = "failed_final", "Failed"

    recording = OrgForeignKey(
        Recording, related_name="inference_runs", db_comment="operational: What is read."
    )
    algorithm_version = OrgForeignKey(
        AlgorithmVersion, related_name="+", db_comment="operational: What reads it."
    )
    idempotency_key = models.CharField(
        max_length=64,
        db_comment="operational: Hash of organization, recording, version and input.",
    )
    input_hash = models.CharField(
        max_length=80, db_comment="identifier: Canonical hash of the signal that was read."
    )
    status = models.CharField(
        max_length=16,
        choices=Status.choices,
        default=Status.QUEUED,
        db_comment="operational: What became of the run.",
    )
    reason = models.CharField(
        max_length=200, blank=True, db_comment="operational: Why it is not eligible or failed."
    )
    output = models.JSONField(default=dict, db_comment="derived: The accepted result.")
    created_at = models.DateTimeField(
        auto_now_add=True, db_comment="operational: When the run was asked for."
    )
    accepted_at = models.DateTimeField(
        null=True, db_comment="operational: When its result was first accepted."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "idempotency_key"], name="one_run_an_input"
            )
        ]
        indexes = [models.Index(fields=["organization", "recording"], name="run_by_recording")]

    def __str__(self) -> str:
        return f"Run {self.public_id}"
