"""How an organization wants its files processed."""

from __future__ import annotations

import datetime as dt

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from apps.core.fields import Public, Tenant

USUAL_WINDOW_S, LONGEST_WINDOW_S = 120, 3600
# How long before and after its start an order is answered by an ECG that names no order.
USUAL_BEFORE_MIN, USUAL_AFTER_MIN, LONGEST_MIN = 60, 24 * 60, 14 * 24 * 60
LEAST_REST_S, LONGEST_REST_S, LONGEST_UNFINISHED_MIN = 10, 3600, 24 * 60
MOST_UPLOADS, MOST_UPLOADS_GB = 10_000, 100_000


class ProcessingRules(Tenant, Public):
    """One row an organization; without one the defaults below hold."""

    class Unscanned(models.TextChoices):
        PASS = "pass", "Process it, marked as not scanned"
        HOLD = "hold", "Hold it until it is scanned or released"

    unscanned = models.CharField(
        max_length=4,
        choices=Unscanned.choices,
        default=Unscanned.PASS,
        verbose_name="where no malware scanner is set up, a file",
        db_comment="operational: What becomes of a file that no malware scanner looked at.",
    )
    unpacks_archives = models.BooleanField(
        default=True,
        verbose_name="unpack archives",
        db_comment="operational: Whether ZIP archives are unpacked into arrivals of their own.",
    )
    refused_formats = models.JSONField(
        default=list,
        blank=True,
        verbose_name="formats that are not taken",
        db_comment="operational: Formats whose files are refused and kept.",
    )
    duplicate_window_seconds = models.PositiveIntegerField(
        default=USUAL_WINDOW_S,
        validators=[MaxValueValidator(LONGEST_WINDOW_S)],
        db_comment="operational: Seconds between two alike ECGs of a patient to ask whether they "
        "are one; 0 never asks.",
    )
    share_rest_seconds = models.PositiveIntegerField(
        null=True,
        blank=True,
        verbose_name="seconds a file on a share must rest",
        validators=[MinValueValidator(LEAST_REST_S), MaxValueValidator(LONGEST_REST_S)],
        db_comment="operational: Seconds a file on a share must be unchanged to be taken; empty "
        "for the installation's.",
    )
    share_unfinished_minutes = models.PositiveIntegerField(
        null=True,
        blank=True,
        verbose_name="minutes a file on a share may be unfinished",
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_UNFINISHED_MIN)],
        db_comment="operational: Minutes after which a file on a share that is not whole is "
        "quarantined; empty for the installation's.",
    )
    uploads_open = models.PositiveIntegerField(
        null=True,
        blank=True,
        verbose_name="uploads in parts, not finished, at most",
        validators=[MinValueValidator(1), MaxValueValidator(MOST_UPLOADS)],
        db_comment="operational: Uploads in parts that may be open at a time, half of them by one "
        "sender; empty for the installation's.",
    )
    uploads_open_gb = models.PositiveIntegerField(
        null=True,
        blank=True,
        verbose_name="gigabytes of them together, at most",
        validators=[MinValueValidator(1), MaxValueValidator(MOST_UPLOADS_GB)],
        db_comment="operational: Gigabytes that open uploads in parts may announce together; "
        "empty for the installation's.",
    )
    order_minutes_before = models.PositiveIntegerField(
        default=USUAL_BEFORE_MIN,
        verbose_name="minutes before an order's start",
        validators=[MaxValueValidator(LONGEST_MIN)],
        db_comment="operational: Minutes before an order's start from which an ECG of the patient "
        "answers it.",
    )
    order_minutes_after = models.PositiveIntegerField(
        default=USUAL_AFTER_MIN,
        verbose_name="minutes after an order's start",
        validators=[MaxValueValidator(LONGEST_MIN)],
        db_comment="operational: Minutes after an order's start until which an ECG of the patient "
        "answers it.",
    )
    takes_nearest_order = models.BooleanField(
        default=False,
        verbose_name="take the nearest of several orders",
        db_comment="operational: Whether the nearest of several fitting orders is taken, or asked.",
    )

    approves_identity = models.BooleanField(
        default=False,
        verbose_name="a second person approves another patient",
        db_comment="operational: Whether an ECG becomes another patient's only once a second "
        "person approves.",
    )

    class Meta:
        verbose_name = "processing of files"
        constraints = [
            models.UniqueConstraint(fields=["organization"], name="one_set_of_rules_each")
        ]

    def __str__(self) -> str:
        return "Processing of files"

    @property
    def passes_unscanned(self) -> bool:
        return self.unscanned == self.Unscanned.PASS

    @property
    def duplicate_window(self) -> dt.timedelta:
        return dt.timedelta(seconds=self.duplicate_window_seconds)
