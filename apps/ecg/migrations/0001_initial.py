import apps.core.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.db import migrations, models


from apps.core.rls import APPEND, secure


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenants", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Device",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.UUIDField(
                        db_comment="operational: The row's random name in addresses and messages.",
                        default=uuid.uuid4,
                        editable=False,
                        unique=True,
                    ),
                ),
                (
                    "manufacturer",
                    models.CharField(
                        blank=True,
                        db_comment="operational: Maker as the file names it.",
                        max_length=64,
                    ),
                ),
                (
                    "model_name",
                    models.CharField(
                        blank=True,
                        db_comment="operational: Model as the file names it.",
                        max_length=64,
                    ),
                ),
                (
                    "serial_number",
                    models.CharField(
                        blank=True,
                        db_comment="identifier: Serial number of the device.",
                        max_length=64,
                    ),
                ),
                (
                    "software",
                    models.CharField(
                        blank=True,
                        db_comment="operational: Software version as the file names it.",
                        max_length=64,
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_comment="operational: The organization that owns the row; row-level security reads it.",
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.organization",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Patient",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.UUIDField(
                        db_comment="operational: The row's random name in addresses and messages.",
                        default=uuid.uuid4,
                        editable=False,
                        unique=True,
                    ),
                ),
                (
                    "family_name",
                    models.CharField(
                        blank=True, db_comment="identifier: Family name.", max_length=200
                    ),
                ),
                (
                    "given_name",
                    models.CharField(
                        blank=True, db_comment="identifier: Given names.", max_length=200
                    ),
                ),
                (
                    "name_prefix",
                    models.CharField(
                        blank=True, db_comment="identifier: Title before the name.", max_length=40
                    ),
                ),
                (
                    "born_on",
                    models.DateField(
                        blank=True, db_comment="identifier: Date of birth.", null=True
                    ),
                ),
                (
                    "sex",
                    models.CharField(
                        blank=True,
                        choices=[("F", "Female"), ("M", "Male"), ("O", "Other"), ("", "Not known")],
                        db_comment="identifier: Administrative sex; empty is not known and is never guessed.",
                        max_length=1,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        auto_now_add=True,
                        db_comment="operational: When the patient was first seen here.",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_comment="operational: The organization that owns the row; row-level security reads it.",
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.organization",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PatientIdentifier",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "value",
                    models.CharField(
                        db_comment="identifier: The number as assigned.", max_length=64
                    ),
                ),
                (
                    "assigning_authority",
                    models.CharField(
                        blank=True, db_comment="identifier: Who assigned the number.", max_length=64
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_comment="operational: The organization that owns the row; row-level security reads it.",
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.organization",
                    ),
                ),
                (
                    "patient",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: The patient it names.",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="identifiers",
                        to="ecg.patient",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Recording",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.UUIDField(
                        db_comment="operational: The row's random name in addresses and messages.",
                        default=uuid.uuid4,
                        editable=False,
                        unique=True,
                    ),
                ),
                (
                    "acquired_at",
                    models.DateTimeField(
                        db_comment="identifier: When the signal began, UTC; null where unknown.",
                        null=True,
                    ),
                ),
                (
                    "acquired_local",
                    models.CharField(
                        blank=True,
                        db_comment="identifier: The same as the file says it, ISO 8601.",
                        max_length=40,
                    ),
                ),
                (
                    "acquired_zone",
                    models.CharField(
                        blank=True,
                        db_comment="operational: Zone used to turn local into UTC.",
                        max_length=64,
                    ),
                ),
                (
                    "time_source",
                    models.CharField(
                        blank=True,
                        db_comment="operational: Field of the file the time is from.",
                        max_length=64,
                    ),
                ),
                (
                    "received_at",
                    models.DateTimeField(
                        db_comment="operational: When the first copy reached the platform."
                    ),
                ),
                (
                    "priority",
                    models.CharField(
                        choices=[("stat", "STAT"), ("urgent", "Urgent"), ("routine", "Routine")],
                        db_comment="operational: How soon it must be read.",
                        default="routine",
                        max_length=8,
                    ),
                ),
                (
                    "accession_number",
                    models.CharField(
                        blank=True,
                        db_comment="identifier: Accession number in the file.",
                        max_length=64,
                    ),
                ),
                (
                    "format",
                    models.CharField(
                        db_comment="operational: Format of the original.", max_length=32
                    ),
                ),
                (
                    "decoder",
                    models.CharField(
                        db_comment="operational: Decoder and version that read it.", max_length=64
                    ),
                ),
                (
                    "sampling_rate_hz",
                    models.DecimalField(
                        db_comment="waveform: Samples per second and lead.",
                        decimal_places=3,
                        max_digits=9,
                    ),
                ),
                (
                    "samples",
                    models.PositiveIntegerField(db_comment="waveform: Samples of each lead."),
                ),
                (
                    "lead_names",
                    models.JSONField(db_comment="waveform: Canonical lead names in stored order."),
                ),
                (
                    "electrode_system",
                    models.CharField(
                        blank=True,
                        db_comment="waveform: Lead system the file states.",
                        max_length=64,
                    ),
                ),
                (
                    "filters",
                    models.JSONField(
                        db_comment="waveform: Filters the device applied, in Hz.", default=dict
                    ),
                ),
                (
                    "canonical_hash",
                    models.CharField(
                        db_comment="identifier: Hash of the exact signal; equal signals are equal.",
                        max_length=80,
                    ),
                ),
                (
                    "links_by_hash",
                    models.BooleanField(
                        db_comment="operational: False for flat signals, which prove no identity.",
                        default=True,
                    ),
                ),
                (
                    "sop_instance_uid",
                    models.CharField(
                        blank=True,
                        db_comment="identifier: DICOM object id, never a key alone.",
                        max_length=64,
                    ),
                ),
                (
                    "study_instance_uid",
                    models.CharField(
                        blank=True, db_comment="identifier: DICOM study id.", max_length=64
                    ),
                ),
                (
                    "original_sha256",
                    models.CharField(
                        db_comment="identifier: Names the stored original.", max_length=64
                    ),
                ),
                (
                    "warnings",
                    models.JSONField(
                        db_comment="derived: What the decoder and the checks warn of.", default=list
                    ),
                ),
                (
                    "is_synthetic",
                    models.BooleanField(
                        db_comment="operational: Made by a generator, of no patient.", default=False
                    ),
                ),
                ("trace_id", models.UUIDField(db_comment="operational: Given at the door.")),
                (
                    "device",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: What recorded it.",
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ecg.device",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_comment="operational: The organization that owns the row; row-level security reads it.",
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.organization",
                    ),
                ),
                (
                    "patient",
                    apps.core.fields.OrgForeignKey(
                        db_comment="identifier: Whom it is of.",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recordings",
                        to="ecg.patient",
                    ),
                ),
                (
                    "site",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: Where it was made.",
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.site",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Measurement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        db_comment="derived: What it is, with its unit: qrs_ms, qrs_axis_deg.",
                        max_length=32,
                    ),
                ),
                (
                    "value",
                    models.DecimalField(
                        db_comment="derived: The number.", decimal_places=3, max_digits=12
                    ),
                ),
                ("unit", models.CharField(db_comment="derived: UCUM unit.", max_length=16)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("device", "Device"),
                            ("platform", "Platform"),
                            ("human", "Reader"),
                            ("model", "AI"),
                        ],
                        db_comment="derived: Who measured it.",
                        max_length=8,
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        blank=True,
                        db_comment="derived: Formula or algorithm and version.",
                        max_length=64,
                    ),
                ),
                (
                    "lead",
                    models.CharField(
                        blank=True,
                        db_comment="derived: The lead; empty for all together.",
                        max_length=8,
                    ),
                ),
                (
                    "original_code",
                    models.CharField(
                        blank=True, db_comment="derived: Code in the source file.", max_length=64
                    ),
                ),
                (
                    "raw_text",
                    models.CharField(
                        blank=True,
                        db_comment="derived: The value as the file wrote it.",
                        max_length=64,
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_comment="operational: The organization that owns the row; row-level security reads it.",
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.organization",
                    ),
                ),
                (
                    "recording",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: What was measured.",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="measurements",
                        to="ecg.recording",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("device", "Device"),
                            ("platform", "Platform"),
                            ("human", "Reader"),
                            ("model", "AI"),
                        ],
                        db_comment="derived: Who states it.",
                        max_length=8,
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        blank=True, db_comment="derived: Algorithm and version.", max_length=64
                    ),
                ),
                (
                    "ordinal",
                    models.PositiveSmallIntegerField(
                        db_comment="operational: Place in the source's own order."
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        blank=True, db_comment="derived: Code of the statement.", max_length=64
                    ),
                ),
                ("text", models.TextField(db_comment="note: The statement in words.")),
                (
                    "evidence",
                    models.JSONField(
                        db_comment="derived: The numbers and the criterion that fired.",
                        default=dict,
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_comment="operational: The organization that owns the row; row-level security reads it.",
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.organization",
                    ),
                ),
                (
                    "recording",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: What it speaks of.",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="ecg.recording",
                    ),
                ),
            ],
            options={
                "ordering": ["source", "ordinal"],
            },
        ),
        migrations.CreateModel(
            name="Analysis",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "algorithm",
                    models.CharField(
                        db_comment="operational: Algorithm and version, name@version.",
                        max_length=64,
                    ),
                ),
                (
                    "r_peaks",
                    models.JSONField(
                        db_comment="derived: R peaks as sample indexes.", default=list
                    ),
                ),
                (
                    "beats",
                    models.JSONField(
                        db_comment="derived: Global wave borders of each beat in ms from the start.",
                        default=list,
                    ),
                ),
                (
                    "rhythm",
                    models.JSONField(db_comment="derived: Rate and regularity.", default=dict),
                ),
                (
                    "quality",
                    models.JSONField(
                        db_comment="derived: Signal quality of each lead.", default=dict
                    ),
                ),
                (
                    "reasons",
                    models.JSONField(
                        db_comment="derived: Why a measurement has no value, by name.", default=dict
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        auto_now_add=True, db_comment="operational: When it was measured."
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_comment="operational: The organization that owns the row; row-level security reads it.",
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.organization",
                    ),
                ),
                (
                    "recording",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: What was measured.",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="analyses",
                        to="ecg.recording",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StageRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "Waiting"),
                            ("processing", "In work"),
                            ("done", "Done"),
                            ("duplicate", "Duplicate"),
                            ("quarantined", "Quarantined"),
                            ("dead", "Given up"),
                        ],
                        db_comment="operational: Where the row stands between waiting and done.",
                        default="received",
                        max_length=12,
                    ),
                ),
                (
                    "attempts",
                    models.PositiveSmallIntegerField(
                        db_comment="operational: How often the row was claimed.", default=0
                    ),
                ),
                (
                    "lane",
                    models.SmallIntegerField(
                        db_comment="operational: 0 live arrivals, 1 bulk import; lower goes first.",
                        default=0,
                    ),
                ),
                (
                    "turn",
                    models.BigIntegerField(
                        db_comment="operational: Fair place among organizations, set by a trigger.",
                        default=0,
                    ),
                ),
                (
                    "available_at",
                    models.DateTimeField(
                        db_comment="operational: Not to be claimed before this time.",
                        db_default=django.db.models.functions.datetime.Now(),
                    ),
                ),
                (
                    "lease_token",
                    models.UUIDField(
                        db_comment="operational: Names the claim that may finish.",
                        editable=False,
                        null=True,
                    ),
                ),
                (
                    "lease_until",
                    models.DateTimeField(
                        db_comment="operational: When the claim ends unless renewed.",
                        editable=False,
                        null=True,
                    ),
                ),
                (
                    "error_code",
                    models.CharField(
                        blank=True,
                        db_comment="operational: Why the last attempt failed, a code without patient data.",
                        default="",
                        max_length=64,
                    ),
                ),
                (
                    "trace_id",
                    models.UUIDField(
                        db_comment="operational: Given at the door and carried on every later row.",
                        default=uuid.uuid4,
                        editable=False,
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        db_comment="operational: Name of the stage in config.pipeline.",
                        max_length=16,
                    ),
                ),
                (
                    "subject",
                    models.CharField(
                        blank=True,
                        db_comment="operational: What exactly, where a recording has several: a public id.",
                        max_length=64,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        auto_now_add=True, db_comment="operational: When the stage was asked for."
                    ),
                ),
                (
                    "finished_at",
                    models.DateTimeField(
                        db_comment="operational: When the stage was done.",
                        editable=False,
                        null=True,
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_comment="operational: The organization that owns the row; row-level security reads it.",
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.organization",
                    ),
                ),
                (
                    "recording",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: What is worked on.",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stage_runs",
                        to="ecg.recording",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Waveform",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("rhythm", "Rhythm"), ("median", "Median beat")],
                        db_comment="operational: Rhythm or median beat.",
                        max_length=8,
                    ),
                ),
                (
                    "sealed",
                    models.BinaryField(
                        db_comment="waveform: Packed, compressed and sealed samples."
                    ),
                ),
                (
                    "packed_sha256",
                    models.CharField(
                        db_comment="waveform: Hash of the packed samples before compression.",
                        max_length=64,
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_comment="operational: The organization that owns the row; row-level security reads it.",
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.organization",
                    ),
                ),
                (
                    "recording",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: The recording it belongs to.",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waveforms",
                        to="ecg.recording",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="device",
            constraint=models.UniqueConstraint(
                fields=("organization", "manufacturer", "model_name", "serial_number", "software"),
                name="one_row_a_device",
            ),
        ),
        migrations.AddIndex(
            model_name="patient",
            index=models.Index(
                fields=["organization", "family_name", "given_name"], name="patient_by_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="patientidentifier",
            constraint=models.UniqueConstraint(
                fields=("organization", "assigning_authority", "value"),
                name="one_patient_an_identifier",
            ),
        ),
        migrations.AddIndex(
            model_name="recording",
            index=models.Index(
                fields=["organization", "patient", "-acquired_at"], name="recording_by_patient"
            ),
        ),
        migrations.AddIndex(
            model_name="recording",
            index=models.Index(
                fields=["organization", "original_sha256"], name="recording_by_bytes"
            ),
        ),
        migrations.AddIndex(
            model_name="recording",
            index=models.Index(
                fields=["organization", "sop_instance_uid"], name="recording_by_uid"
            ),
        ),
        migrations.AddConstraint(
            model_name="recording",
            constraint=models.UniqueConstraint(
                condition=models.Q(("links_by_hash", True)),
                fields=("organization", "canonical_hash"),
                name="one_recording_a_signal",
            ),
        ),
        migrations.AddConstraint(
            model_name="measurement",
            constraint=models.UniqueConstraint(
                fields=("organization", "recording", "source", "method", "name", "lead"),
                name="one_value_a_measurement",
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.UniqueConstraint(
                fields=("organization", "recording", "source", "method", "ordinal"),
                name="one_statement_a_place",
            ),
        ),
        migrations.AddConstraint(
            model_name="analysis",
            constraint=models.UniqueConstraint(
                fields=("organization", "recording", "algorithm"), name="one_analysis_a_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="stagerun",
            constraint=models.UniqueConstraint(
                fields=("organization", "recording", "stage", "subject"), name="one_run_a_stage"
            ),
        ),
        migrations.AddConstraint(
            model_name="waveform",
            constraint=models.UniqueConstraint(
                fields=("organization", "recording", "kind"), name="one_waveform_a_kind"
            ),
        ),
        secure("ecg_patient"),
        secure("ecg_patientidentifier", [("patient_id", "ecg_patient")]),
        secure("ecg_device"),
        secure(
            "ecg_recording",
            [
                ("patient_id", "ecg_patient"),
                ("device_id", "ecg_device"),
                ("site_id", "tenants_site"),
            ],
        ),
        secure("ecg_waveform", [("recording_id", "ecg_recording")], privileges=APPEND),
        secure("ecg_analysis", [("recording_id", "ecg_recording")], privileges=APPEND),
        secure("ecg_measurement", [("recording_id", "ecg_recording")], privileges=APPEND),
        secure("ecg_finding", [("recording_id", "ecg_recording")], privileges=APPEND),
        secure("ecg_stagerun", [("recording_id", "ecg_recording")], leased=True),
    ]
