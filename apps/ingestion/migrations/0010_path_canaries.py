import apps.core.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.db import migrations, models

from apps.core.rls import KEEP, refer, secure


class Migration(migrations.Migration):
    dependencies = [
        ("ingestion", "0009_uploads"),
        ("tenants", "0014_client_keys"),
    ]

    operations = [
        migrations.AddField(
            model_name="ingress",
            name="signature_code",
            field=models.CharField(
                blank=True,
                db_comment="operational: Why its signature does not hold, until a person sets that aside.",
                default="",
                max_length=32,
            ),
        ),
        migrations.AddField(
            model_name="ingress",
            name="signing_key",
            field=apps.core.fields.OrgForeignKey(
                db_comment="operational: The key that signed it, where it was signed.",
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tenants.signingkey",
            ),
        ),
        migrations.CreateModel(
            name="PathCanary",
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
                    "path",
                    models.CharField(
                        choices=[
                            ("upload", "Upload by the API"),
                            ("ehr", "EHR, $submit-ecg"),
                            ("dicom", "DICOM network"),
                            ("smb", "File share"),
                        ],
                        db_comment="operational: The door it went to.",
                        max_length=8,
                    ),
                ),
                (
                    "place",
                    models.CharField(
                        blank=True,
                        db_comment="operational: Which one of that kind: an AE title, the name of a share.",
                        max_length=80,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("wanted", "To be sent"),
                            ("sent", "Awaited"),
                            ("passed", "Passed"),
                            ("failed", "Failed"),
                            ("missing", "Missing"),
                            ("impossible", "Cannot be sent"),
                        ],
                        db_comment="operational: What became of it.",
                        default="wanted",
                        max_length=12,
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        blank=True,
                        db_comment="operational: Where it failed, or could not be sent.",
                        max_length=8,
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        blank=True,
                        db_comment="operational: Why it failed or could not be sent.",
                        max_length=64,
                    ),
                ),
                (
                    "sha256",
                    models.CharField(
                        blank=True,
                        db_comment="operational: Hash of its bytes, to know it by.",
                        max_length=64,
                    ),
                ),
                (
                    "canonical_hash",
                    models.CharField(
                        blank=True,
                        db_comment="operational: Hash of the signal it must come out as.",
                        max_length=80,
                    ),
                ),
                (
                    "wanted_at",
                    models.DateTimeField(
                        auto_now_add=True, db_comment="operational: When it was asked for."
                    ),
                ),
                (
                    "sent_at",
                    models.DateTimeField(db_comment="operational: When it was sent.", null=True),
                ),
                ("due_at", models.DateTimeField(db_comment="operational: When it is missing.")),
                (
                    "settled_at",
                    models.DateTimeField(
                        db_comment="operational: When it had passed, failed or was missing.",
                        null=True,
                    ),
                ),
                (
                    "ingress",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: The file it became.",
                        db_constraint=False,
                        db_index=False,
                        null=True,
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
            ],
            options={
                "verbose_name": "test ECG",
                "verbose_name_plural": "test ECGs",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["organization", "sha256"], name="canary_by_bytes"),
                    models.Index(
                        fields=["organization", "path", "place", "-id"], name="canary_by_path"
                    ),
                ],
            },
        ),
        refer("ingestion_ingress", "signing_key_id", "tenants_signingkey"),
        secure(
            "ingestion_pathcanary",
            [("ingress_id", "ingestion_ingress")],
            privileges=KEEP,
            leased=True,
        ),
    ]
