import apps.core.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.db import migrations, models

from apps.core.rls import APPEND, secure


def given_up_index(table: str) -> migrations.RunSQL:
    """Counting what was given up must not read what was done."""
    name = f"{table}_given_up"
    return migrations.RunSQL(
        f"CREATE INDEX {name} ON {table} (organization_id) WHERE state = 'dead'",
        f"DROP INDEX {name}",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("ingestion", "0007_file_shares"),
        ("tenants", "0013_dicom_peers"),
    ]

    operations = [
        migrations.AddField(
            model_name="ingress",
            name="stated",
            field=models.JSONField(
                db_comment="identifier: Whom and which order its sender says it is of, where it said so.",
                default=dict,
            ),
        ),
        migrations.CreateModel(
            name="DicomObject",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "sop_class_uid",
                    models.CharField(db_comment="operational: What kind it is.", max_length=64),
                ),
                (
                    "sop_instance_uid",
                    models.CharField(
                        db_comment="identifier: The object's name, as its sender called it.",
                        max_length=64,
                    ),
                ),
                (
                    "calling_title",
                    models.CharField(
                        db_comment="operational: AE title of the device that sent it.",
                        max_length=16,
                    ),
                ),
                (
                    "called_title",
                    models.CharField(
                        db_comment="operational: AE title that was called.", max_length=16
                    ),
                ),
                (
                    "ingress",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: The file it was kept as.",
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
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["organization", "sop_instance_uid"], name="dicom_object_by_uid"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "ingress"), name="one_object_a_file"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StorageCommitment",
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
                    "calling_title",
                    models.CharField(
                        db_comment="operational: AE title of the peer that asked.", max_length=16
                    ),
                ),
                (
                    "called_title",
                    models.CharField(
                        db_comment="operational: AE title that was called, and answers.",
                        max_length=16,
                    ),
                ),
                (
                    "transaction_uid",
                    models.CharField(
                        db_comment="operational: The peer's name for its question.", max_length=64
                    ),
                ),
                (
                    "asked_for",
                    models.JSONField(
                        db_comment="identifier: SOP class and instance UID of each object that is asked for."
                    ),
                ),
                (
                    "asked_at",
                    models.DateTimeField(
                        auto_now_add=True, db_comment="operational: When it asked."
                    ),
                ),
                (
                    "answered_at",
                    models.DateTimeField(
                        db_comment="operational: When the peer took the answer.", null=True
                    ),
                ),
                (
                    "kept",
                    models.PositiveIntegerField(
                        db_comment="operational: How many of the objects are kept.", null=True
                    ),
                ),
                (
                    "missing",
                    models.PositiveIntegerField(
                        db_comment="operational: How many are not, and why was told.", null=True
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "calling_title", "transaction_uid"),
                        name="one_commitment_a_question",
                    )
                ],
            },
        ),
        secure(
            "ingestion_dicomobject",
            [("ingress_id", "ingestion_ingress")],
            privileges=APPEND,
        ),
        secure("ingestion_storagecommitment", leased=True),
        given_up_index("ingestion_storagecommitment"),
    ]
