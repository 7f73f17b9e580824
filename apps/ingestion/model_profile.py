"""Vendor profiles of an organization, the files they were tried on, and formats switched on."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.conf import settings
from django.db import models

from apps.core.fields import OrgForeignKey, Public, SharedForeignKey, Tenant
from apps.core.leases import Leased
from apps.ecg.formats.profiles import lines


class VendorProfile(Tenant, Public):
    """What is so in the files of one device and is not said in them. Fixed once it is live."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        LIVE = "live", "Live"
        SUPERSEDED = "superseded", "Superseded"
        RETIRED = "retired", "Retired"

    class DateOrder(models.TextChoices):
        DMY = "DMY", "Day, month, year"
        MDY = "MDY", "Month, day, year"
        YMD = "YMD", "Year, month, day"

    name = models.CharField(max_length=48, db_comment="operational: What it is called here.")
    version = models.PositiveSmallIntegerField(
        default=1, db_comment="operational: Rises with every change of a live profile."
    )
    state = models.CharField(
        max_length=10,
        choices=State.choices,
        default=State.DRAFT,
        db_comment="operational: Draft, live, or no longer used.",
    )
    manufacturer = models.CharField(
        max_length=64, db_comment="operational: Maker as the file names it; * stands for any text."
    )
    model_name = models.CharField(
        max_length=64,
        blank=True,
        db_comment="operational: Model as the file names it, with *; empty is every model.",
    )
    software = models.CharField(
        max_length=64,
        blank=True,
        db_comment="operational: Software as the file names it, with *; empty is every version.",
    )
    units = models.TextField(
        blank=True,
        db_comment="operational: One a line: stated = uV, or stated 1 to 10 = uV by its number.",
    )
    leads = models.TextField(
        blank=True, db_comment="operational: One a line: code or label in the file = V4R."
    )
    measurements = models.TextField(
        blank=True, db_comment="operational: One a line: code in the file = qt_ms."
    )
    signal_seconds = models.DecimalField(
        max_digits=7,
        decimal_places=3,
        null=True,
        blank=True,
        db_comment="operational: Seconds of ECG before a calibration tail, which is cut off.",
    )
    date_order = models.CharField(
        max_length=3,
        blank=True,
        choices=DateOrder.choices,
        db_comment="operational: How its dates are written, where a file does not say.",
    )
    zone = models.CharField(
        max_length=64,
        blank=True,
        db_comment="operational: Zone of its clock where files carry none, instead of the site's.",
    )
    demo_hashes = models.TextField(
        blank=True,
        db_comment="operational: Hashes of the device's demo signals, one a line; never of people.",
    )
    evidence = models.CharField(
        max_length=400,
        db_comment="operational: Where this is known from: manual, service note, measurement.",
    )
    created_at = models.DateTimeField(
        auto_now_add=True, db_comment="operational: When it was drafted."
    )
    created_by = SharedForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        related_name="+",
        db_comment="operational: Who drafted it.",
    )
    live_at = models.DateTimeField(
        null=True, editable=False, db_comment="operational: When it was put live."
    )
    live_by = SharedForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        related_name="+",
        db_comment="operational: Who put it live.",
    )
    ended_at = models.DateTimeField(
        null=True, editable=False, db_comment="operational: When it was superseded or retired."
    )

    class Meta:
        ordering = ["name", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name", "version"], name="one_profile_a_version"
            ),
            models.UniqueConstraint(
                fields=["organization", "name"],
                condition=models.Q(state="live"),
                name="one_live_profile_a_name",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, version {self.version}"

    def as_json(self) -> dict[str, Any]:
        """Plain JSON for the decoder. Raises BadProfile with the line at fault."""
        return {
            "name": self.name,
            "version": self.version,
            "manufacturer": self.manufacturer,
            "model": self.model_name,
            "software": self.software,
            "units": lines.units(self.units),
            "leads": lines.pairs(self.leads),
            "measurements": lines.pairs(self.measurements),
            "signal_seconds": str(self.signal_seconds) if self.signal_seconds else "",
            "date_order": self.date_order,
            "zone": self.zone,
            "demo_hashes": self.demo_hashes.split(),
        }

    @property
    def facts_digest(self) -> str:
        """Names what it says: a trial holds for these facts only."""
        return hashlib.sha256(json.dumps(self.as_json(), sort_keys=True).encode()).hexdigest()


class ProfileSample(Leased, Public):
    """One file a profile is tried on: read without it and with it, by a worker."""

    class Origin(models.TextChoices):
        UPLOAD = "upload", "Uploaded"
        ARRIVAL = "arrival", "Arrived file"

    profile = OrgForeignKey(
        VendorProfile, related_name="samples", db_comment="operational: The profile on trial."
    )
    origin = models.CharField(
        max_length=8, choices=Origin.choices, db_comment="operational: How the file came here."
    )
    sha256 = models.CharField(max_length=64, db_comment="identifier: Names the stored bytes.")
    facts_digest = models.CharField(
        max_length=64, blank=True, db_comment="operational: The facts it was last tried with."
    )
    passed = models.BooleanField(
        null=True, db_comment="operational: Whether the profile reads it rightly; null untried."
    )
    before = models.JSONField(
        default=dict, db_comment="derived: What the file is without the profile, no patient data."
    )
    after = models.JSONField(
        default=dict, db_comment="derived: What the file is with the profile, no patient data."
    )
    added_at = models.DateTimeField(
        auto_now_add=True, db_comment="operational: When it was added to the trial."
    )
    checked_at = models.DateTimeField(null=True, db_comment="operational: When it was last tried.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "profile", "sha256"], name="one_sample_a_file"
            )
        ]

    def __str__(self) -> str:
        return f"Sample {self.public_id}"


class ExperimentalFormat(Tenant):
    """A format that no real file proves here yet and that the organization takes all the same."""

    format = models.CharField(max_length=32, db_comment="operational: Name of the format.")
    is_on = models.BooleanField(
        default=True, db_comment="operational: Whether its files are taken, marked as experimental."
    )
    reason = models.CharField(
        max_length=200, db_comment="operational: Why it is taken before it is proven."
    )
    added_at = models.DateTimeField(
        auto_now_add=True, db_comment="operational: When it was first switched on."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "format"], name="one_switch_a_format")
        ]

    def __str__(self) -> str:
        return f"{self.format} ({'on' if self.is_on else 'off'})"
