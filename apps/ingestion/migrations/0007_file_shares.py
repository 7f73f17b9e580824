import apps.core.fields
import django.db.models.deletion
import uuid
from django.db import migrations, models

from apps.core.rls import secure


class Migration(migrations.Migration):
    dependencies = [
        ("ingestion", "0006_the_gate"),
        ("tenants", "0012_sign_in"),
    ]

    operations = [
        migrations.AddField(
            model_name="sharesource",
            name="failures",
            field=models.PositiveSmallIntegerField(
                db_comment="operational: Looks that failed since the last good.",
                default=0,
                editable=False,
            ),
        ),
        migrations.AddField(
            model_name="sharesource",
            name="found",
            field=models.PositiveIntegerField(
                db_comment="operational: Files found by the last look.", default=0, editable=False
            ),
        ),
        migrations.AddField(
            model_name="sharesource",
            name="held_back",
            field=models.PositiveIntegerField(
                db_comment="operational: Files that are not whole, cannot be taken or not be archived.",
                default=0,
                editable=False,
            ),
        ),
        migrations.AddField(
            model_name="sharesource",
            name="not_before",
            field=models.DateTimeField(
                db_comment="operational: Not looked into again before, after failures.",
                editable=False,
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="sharesource",
            name="outcome",
            field=models.CharField(
                blank=True,
                choices=[
                    ("looked", "Looked into"),
                    ("share-unreachable", "The server does not answer"),
                    ("share-address-not-allowed", "The server lies outside the networks allowed"),
                    ("share-not-encrypted", "The server does not encrypt (SMB 3 is needed)"),
                    ("share-missing", "There is no such share"),
                    ("share-folder-missing", "There is no such folder"),
                    ("share-refused", "The user or password is refused"),
                    ("unsealable", "The password cannot be unsealed here"),
                    ("organization-closed", "The organization's doors are closed"),
                    ("not-kept", "Storage or database could not be reached"),
                ],
                db_comment="operational: How the last look ended.",
                default="",
                editable=False,
                max_length=32,
            ),
        ),
        migrations.AddField(
            model_name="sharesource",
            name="patterns",
            field=models.CharField(
                blank=True,
                db_comment="operational: Names to take, such as *.dcm, *.xml; empty for every file.",
                default="",
                max_length=200,
            ),
        ),
        migrations.AddField(
            model_name="sharesource",
            name="taken",
            field=models.PositiveBigIntegerField(
                db_comment="operational: Files taken from it so far.", default=0, editable=False
            ),
        ),
        migrations.AddField(
            model_name="sharesource",
            name="waiting",
            field=models.PositiveIntegerField(
                db_comment="operational: Files still written when last seen.",
                default=0,
                editable=False,
            ),
        ),
        migrations.CreateModel(
            name="ShareFile",
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
                    "place_hash",
                    models.CharField(
                        db_comment="identifier: Salted hash of its path there.", max_length=64
                    ),
                ),
                (
                    "stem_hash",
                    models.CharField(
                        db_comment="identifier: Salted hash of its path without the ending, whatever the case.",
                        max_length=64,
                    ),
                ),
                (
                    "path_sealed",
                    apps.core.fields.SealedField(
                        db_comment="identifier: Sealed path, for a person who looks for the file."
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waits until it is no longer written"),
                            ("incomplete", "Not whole yet"),
                            ("accepted", "Accepted, not yet archived"),
                            ("settled", "Accepted and archived"),
                            ("refused", "Cannot be taken"),
                            ("gone", "Gone before it was taken"),
                        ],
                        db_comment="operational: How far its content has come.",
                        default="waiting",
                        max_length=12,
                    ),
                ),
                (
                    "problem",
                    models.CharField(
                        blank=True,
                        db_comment="operational: Code of what stands in the way.",
                        max_length=48,
                    ),
                ),
                ("size", models.BigIntegerField(db_comment="operational: Length in bytes.")),
                (
                    "version",
                    models.CharField(
                        db_comment="operational: Length and time by which a change is noticed.",
                        max_length=64,
                    ),
                ),
                (
                    "looks",
                    models.PositiveIntegerField(
                        db_comment="operational: Looks that found it unchanged.", default=1
                    ),
                ),
                (
                    "first_seen_at",
                    models.DateTimeField(
                        db_comment="operational: When this content was first seen."
                    ),
                ),
                (
                    "unchanged_since",
                    models.DateTimeField(
                        db_comment="operational: When it was first seen as it is now."
                    ),
                ),
                (
                    "last_seen_at",
                    models.DateTimeField(
                        db_comment="operational: When it was last seen, until it is settled."
                    ),
                ),
                (
                    "is_document",
                    models.BooleanField(
                        db_comment="operational: Whether it is a document beside an ECG.",
                        default=False,
                    ),
                ),
                (
                    "settled_at",
                    models.DateTimeField(
                        db_comment="operational: When it was accepted and archived.", null=True
                    ),
                ),
                (
                    "ingress",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: The arrival that its content became.",
                        db_constraint=False,
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
                (
                    "source",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: The share it lies on.",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ingestion.sharesource",
                    ),
                ),
            ],
            options={
                "verbose_name": "file on a share",
                "verbose_name_plural": "files on shares",
                "indexes": [
                    models.Index(
                        fields=["organization", "source", "stem_hash"], name="share_file_by_stem"
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["settled", "gone"]), _negated=True),
                        fields=["organization", "source", "state"],
                        name="share_files_in_work",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "source", "place_hash"), name="one_row_a_place"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Sidecar",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "paired_at",
                    models.DateTimeField(
                        auto_now_add=True,
                        db_comment="operational: When the second of the two had arrived.",
                    ),
                ),
                (
                    "document",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: The arrival of the document.",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ingestion.ingress",
                    ),
                ),
                (
                    "ecg",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: The arrival of the ECG.",
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
                    models.Index(fields=["organization", "document"], name="sidecar_by_document")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "ecg", "document"), name="one_pair_of_arrivals"
                    )
                ],
            },
        ),
        secure(
            "ingestion_sharefile",
            [("source_id", "ingestion_sharesource"), ("ingress_id", "ingestion_ingress")],
        ),
        secure(
            "ingestion_sidecar",
            [("ecg_id", "ingestion_ingress"), ("document_id", "ingestion_ingress")],
        ),
    ]
