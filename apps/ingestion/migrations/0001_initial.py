import apps.core.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.conf import settings
from django.db import migrations, models


from apps.core.rls import APPEND, secure


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("ecg", "0001_initial"),
        ("tenants", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Ingress",
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
                    "source",
                    models.CharField(
                        choices=[
                            ("web", "Web upload"),
                            ("import", "Bulk import"),
                            ("smb", "File share"),
                            ("ehr", "EHR"),
                            ("dicom", "DICOM network"),
                        ],
                        db_comment="operational: The door it came through.",
                        max_length=8,
                    ),
                ),
                (
                    "idem_key",
                    models.CharField(
                        db_comment="operational: The sender's own name for this delivery.",
                        max_length=80,
                    ),
                ),
                (
                    "sha256",
                    models.CharField(db_comment="identifier: Hash of the bytes.", max_length=64),
                ),
                ("size", models.BigIntegerField(db_comment="operational: Length in bytes.")),
                (
                    "filename",
                    models.CharField(
                        blank=True,
                        db_comment="identifier: Name given by the sender, for display.",
                        max_length=255,
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
                    "received_at",
                    models.DateTimeField(
                        auto_now_add=True, db_comment="operational: When it was accepted."
                    ),
                ),
                (
                    "scanned_at",
                    models.DateTimeField(
                        db_comment="operational: When its content was sniffed and capped.",
                        null=True,
                    ),
                ),
                (
                    "decoded_at",
                    models.DateTimeField(db_comment="operational: When it was decoded.", null=True),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("pending", "In work"),
                            ("new", "New recording"),
                            ("same_bytes", "Same file again"),
                            ("same_signal", "Same recording in another file"),
                            ("identity_conflict", "Same signal, other patient"),
                            ("time_conflict", "Same signal, other time"),
                            ("quarantined", "Refused"),
                        ],
                        db_comment="operational: What became of it.",
                        default="pending",
                        max_length=20,
                    ),
                ),
                (
                    "refusal_field",
                    models.CharField(
                        blank=True,
                        db_comment="operational: The field at fault, where refused.",
                        max_length=64,
                    ),
                ),
                (
                    "refusal_message",
                    models.TextField(
                        blank=True,
                        db_comment="operational: What the sender can do, without patient data.",
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
                        db_comment="operational: The recording it became.",
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ecg.recording",
                    ),
                ),
                (
                    "sender",
                    apps.core.fields.SharedForeignKey(
                        db_comment="operational: The person who sent it, where a person did.",
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "site",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: Where it came from.",
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
            name="RecordingArrival",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("pending", "In work"),
                            ("new", "New recording"),
                            ("same_bytes", "Same file again"),
                            ("same_signal", "Same recording in another file"),
                            ("identity_conflict", "Same signal, other patient"),
                            ("time_conflict", "Same signal, other time"),
                            ("quarantined", "Refused"),
                        ],
                        db_comment="operational: How it was recognised.",
                        max_length=20,
                    ),
                ),
                (
                    "identity",
                    models.JSONField(
                        db_comment="identifier: Demographics in this copy, for the resolve page only.",
                        default=dict,
                    ),
                ),
                (
                    "arrived_at",
                    models.DateTimeField(
                        auto_now_add=True, db_comment="operational: When it was linked."
                    ),
                ),
                (
                    "ingress",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: The file that carried it.",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ingestion.ingress",
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
                        db_comment="operational: The recording it is a copy of.",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="arrivals",
                        to="ecg.recording",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="ingress",
            index=models.Index(
                fields=["organization", "-received_at", "-id"], name="ingress_newest"
            ),
        ),
        migrations.AddIndex(
            model_name="ingress",
            index=models.Index(fields=["organization", "sha256"], name="ingress_by_bytes"),
        ),
        migrations.AddConstraint(
            model_name="ingress",
            constraint=models.UniqueConstraint(
                fields=("organization", "source", "idem_key"), name="one_ingress_a_delivery"
            ),
        ),
        migrations.AddIndex(
            model_name="recordingarrival",
            index=models.Index(fields=["organization", "recording"], name="arrival_by_recording"),
        ),
        migrations.AddConstraint(
            model_name="recordingarrival",
            constraint=models.UniqueConstraint(
                fields=("organization", "ingress"), name="one_arrival_a_file"
            ),
        ),
        secure(
            "ingestion_ingress",
            [("site_id", "tenants_site"), ("recording_id", "ecg_recording")],
            shared=[("sender_id", "tenants_user")],
            leased=True,
        ),
        secure(
            "ingestion_recordingarrival",
            [("recording_id", "ecg_recording"), ("ingress_id", "ingestion_ingress")],
            privileges=APPEND,
        ),
    ]
