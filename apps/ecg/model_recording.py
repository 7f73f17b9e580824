"""One ECG signal and every number and statement about it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from apps.core.fields import OrgForeignKey, Public, ScopedManager, SealedField, Tenant
from apps.ecg.model_patient import Device, Patient


class Priority(models.TextChoices):
    STAT = "stat", "STAT"
    URGENT = "urgent", "Urgent"
    ROUTINE = "routine", "Routine"

    @property
    def rank(self) -> int:
        return list(Priority).index(self)


class CareManager(ScopedManager["Recording"]):
    """Recordings of patients: what the platform sends through itself is left out of everything."""

    def get_queryset(self) -> models.QuerySet[Recording]:
        return super().get_queryset().filter(is_canary=False)


class Recording(Tenant, Public):
    """One ECG in canonical form; the original bytes are kept under `original_sha256`."""

    patient = OrgForeignKey(
        Patient, related_name="recordings", db_comment="identifier: Whom it is of."
    )
    device = OrgForeignKey(
        Device, null=True, related_name="+", db_comment="operational: What recorded it."
    )
    site = OrgForeignKey(
        "tenants.Site", null=True, related_name="+", db_comment="operational: Where it was made."
    )
    acquired_at = models.DateTimeField(
        null=True, db_comment="identifier: When the signal began, UTC; null where unknown."
    )
    acquired_local = models.CharField(
        max_length=40, blank=True, db_comment="identifier: The same as the file says it, ISO 8601."
    )
    acquired_zone = models.CharField(
        max_length=64, blank=True, db_comment="operational: Zone used to turn local into UTC."
    )
    time_source = models.CharField(
        max_length=64, blank=True, db_comment="operational: Field of the file the time is from."
    )
    stated_age_years = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        null=True,
        db_comment="identifier: Age at the recording as the file says it; null where it does not.",
    )
    received_at = models.DateTimeField(
        db_comment="operational: When the first copy reached the platform."
    )
    priority = models.CharField(
        max_length=8,
        choices=Priority.choices,
        default=Priority.ROUTINE,
        db_comment="operational: How soon it must be read.",
    )
    accession_number = models.CharField(
        max_length=64, blank=True, db_comment="identifier: Accession number in the file."
    )
    format = models.CharField(max_length=32, db_comment="operational: Format of the original.")
    decoder = models.CharField(
        max_length=64, db_comment="operational: Decoder and version that read it."
    )
    sampling_rate_hz = models.DecimalField(
        max_digits=9, decimal_places=3, db_comment="waveform: Samples per second and lead."
    )
    samples = models.PositiveIntegerField(db_comment="waveform: Samples of each lead.")
    lead_names = models.JSONField(db_comment="waveform: Canonical lead names in stored order.")
    electrode_system = models.CharField(
        max_length=64, blank=True, db_comment="waveform: Lead system the file states."
    )
    filters = models.JSONField(
        default=dict, db_comment="waveform: Filters the device applied, in Hz."
    )
    canonical_hash = models.CharField(
        max_length=80, db_comment="identifier: Hash of the exact signal; equal signals are equal."
    )
    links_by_hash = models.BooleanField(
        default=True, db_comment="operational: False for flat signals, which prove no identity."
    )
    sop_instance_uid = models.CharField(
        max_length=64, blank=True, db_comment="identifier: DICOM object id, never a key alone."
    )
    study_instance_uid = models.CharField(
        max_length=64, blank=True, db_comment="identifier: DICOM study id."
    )
    original_sha256 = models.CharField(
        max_length=64, db_comment="identifier: Names the stored original."
    )
    warnings = models.JSONField(
        default=list, db_comment="derived: What the decoder and the checks warn of."
    )
    checks = models.JSONField(
        default=list, db_comment="derived: Every check of the signal with figure and limit."
    )
    overrides = models.JSONField(
        default=list, db_comment="derived: What vendor profiles changed, before and after."
    )
    is_experimental = models.BooleanField(
        default=False, db_comment="operational: Read by a decoder that no real file proves yet."
    )
    duplicate_of = OrgForeignKey(
        "self",
        null=True,
        related_name="+",
        db_comment="operational: The recording it repeats, as a person decided.",
    )
    is_synthetic = models.BooleanField(
        default=False, db_comment="operational: Made by a generator, of no patient."
    )
    is_canary = models.BooleanField(
        default=False, db_comment="operational: Sent by the platform itself to prove that it works."
    )
    trace_id = models.UUIDField(db_comment="operational: Given at the door.")

    objects: ClassVar[ScopedManager[Recording]] = CareManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "canonical_hash"],
                condition=models.Q(links_by_hash=True),
                name="one_recording_a_signal",
            )
        ]
        indexes = [
            models.Index(
                fields=["organization", "patient", "-acquired_at"], name="recording_by_patient"
            ),
            models.Index(fields=["organization", "original_sha256"], name="recording_by_bytes"),
            models.Index(fields=["organization", "sop_instance_uid"], name="recording_by_uid"),
            models.Index(fields=["organization", "-received_at", "-id"], name="recording_newest"),
            models.Index(
                fields=["organization", "id"],
                condition=models.Q(duplicate_of__isnull=False),
                name="recording_repeated",
            ),
        ]

    def __str__(self) -> str:
        return f"Recording {self.public_id}"

    @property
    def duration_s(self) -> float:
        return float(self.samples / self.sampling_rate_hz)


class Waveform(Tenant):
    """The packed samples of a recording: compressed, sealed, checked by hash on reading."""

    class Kind(models.TextChoices):
        RHYTHM = "rhythm", "Rhythm"
        MEDIAN = "median", "Median beat"

    recording = OrgForeignKey(
        Recording, related_name="waveforms", db_comment="operational: The recording it belongs to."
    )
    kind = models.CharField(
        max_length=8, choices=Kind.choices, db_comment="operational: Rhythm or median beat."
    )
    sealed = SealedField(db_comment="waveform: Packed, compressed and sealed samples.")
    packed_sha256 = models.CharField(
        max_length=64, db_comment="waveform: Hash of the packed samples before compression."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "recording", "kind"], name="one_waveform_a_kind"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of recording {self.recording_id}"


class Source(models.TextChoices):
    DEVICE = "device", "Device"
    PLATFORM = "platform", "Platform"
    HUMAN = "human", "Reader"
    MODEL = "model", "AI"


class Analysis(Tenant):
    """One run of the platform's measurement over a recording."""

    recording = OrgForeignKey(
        Recording, related_name="analyses", db_comment="operational: What was measured."
    )
    algorithm = models.CharField(
        max_length=64, db_comment="operational: Algorithm and version, name@version."
    )
    r_peaks = models.JSONField(default=list, db_comment="derived: R peaks as sample indexes.")
    beats = models.JSONField(
        default=list,
        db_comment="derived: Global wave borders of each beat in ms from the start, its class.",
    )
    leads = models.JSONField(
        default=dict,
        db_comment="derived: Borders, amplitudes and ST levels of each lead's median beat.",
    )
    rhythm = models.JSONField(default=dict, db_comment="derived: Rate and regularity.")
    quality = models.JSONField(default=dict, db_comment="derived: Signal quality of each lead.")
    reasons = models.JSONField(
        default=dict, db_comment="derived: Why a measurement has no value, by name."
    )
    created_at = models.DateTimeField(
        auto_now_add=True, db_comment="operational: When it was measured."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "recording", "algorithm"], name="one_analysis_a_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.algorithm} on recording {self.recording_id}"


class Measurement(Tenant):
    """One number with its unit, source and method. Device values are never overwritten."""

    recording = OrgForeignKey(
        Recording, related_name="measurements", db_comment="operational: What was measured."
    )
    name = models.CharField(
        max_length=32, db_comment="derived: What it is, with its unit: qrs_ms, qrs_axis_deg."
    )
    value = models.DecimalField(max_digits=12, decimal_places=3, db_comment="derived: The number.")
    unit = models.CharField(max_length=16, db_comment="derived: UCUM unit.")
    source = models.CharField(
        max_length=8, choices=Source.choices, db_comment="derived: Who measured it."
    )
    method = models.CharField(
        max_length=64, blank=True, db_comment="derived: Formula or algorithm and version."
    )
    lead = models.CharField(
        max_length=8, blank=True, db_comment="derived: The lead; empty for all together."
    )
    original_code = models.CharField(
        max_length=64, blank=True, db_comment="derived: Code in the source file."
    )
    raw_text = models.CharField(
        max_length=64, blank=True, db_comment="derived: The value as the file wrote it."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "recording", "source", "method", "name", "lead"],
                name="one_value_a_measurement",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} of recording {self.recording_id}"


class Finding(Tenant):
    """One machine statement about a recording, unconfirmed until a report is signed."""

    recording = OrgForeignKey(
        Recording, related_name="findings", db_comment="operational: What it speaks of."
    )
    source = models.CharField(
        max_length=8, choices=Source.choices, db_comment="derived: Who states it."
    )
    method = models.CharField(
        max_length=64, blank=True, db_comment="derived: Algorithm and version."
    )
    ordinal = models.PositiveSmallIntegerField(
        db_comment="operational: Place in the source's own order."
    )
    code = models.CharField(max_length=64, blank=True, db_comment="derived: Code of the statement.")
    text = models.TextField(db_comment="note: The statement in words.")
    evidence = models.JSONField(
        default=dict, db_comment="derived: The numbers and the criterion that fired."
    )

    class Meta:
        ordering = ["source", "ordinal"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "recording", "source", "method", "ordinal"],
                name="one_statement_a_place",
            )
        ]

    def __str__(self) -> str:
        return f"Statement {self.ordinal} on recording {self.recording_id}"
