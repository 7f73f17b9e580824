import apps.core.fields
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from apps.core.rls import ALL, secure


class Migration(migrations.Migration):
    dependencies = [
        ("ingestion", "0008_dicom_network"),
        ("tenants", "0012_sign_in"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="ingress",
            name="content",
            field=models.CharField(
                choices=[
                    ("ecg", "ECG"),
                    ("pdf", "PDF"),
                    ("log", "Device log"),
                    ("archive", "Archive (zip)"),
                    ("video", "Video"),
                ],
                db_comment="operational: What its sender says it is.",
                default="ecg",
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="ingress",
            name="sha256",
            field=models.CharField(
                blank=True,
                db_comment="identifier: Hash of the bytes; empty while they lie in staging.",
                max_length=64,
            ),
        ),
        migrations.CreateModel(
            name="UploadSession",
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
                    "source",
                    models.CharField(
                        db_comment="operational: The door it comes through.", max_length=8
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
                    "filename",
                    models.CharField(
                        blank=True,
                        db_comment="identifier: Name given by the sender, for display.",
                        max_length=255,
                    ),
                ),
                (
                    "content",
                    models.CharField(
                        choices=[
                            ("ecg", "ECG"),
                            ("pdf", "PDF"),
                            ("log", "Device log"),
                            ("archive", "Archive (zip)"),
                            ("video", "Video"),
                        ],
                        db_comment="operational: What it is said to be.",
                        max_length=8,
                    ),
                ),
                (
                    "size",
                    models.BigIntegerField(
                        db_comment="operational: Length in bytes, as announced."
                    ),
                ),
                (
                    "content_hash",
                    models.CharField(
                        blank=True,
                        db_comment="identifier: SHA-256 of the bytes, as announced; in hex.",
                        max_length=64,
                    ),
                ),
                (
                    "part_size",
                    models.PositiveIntegerField(
                        db_comment="operational: Length of every part but the last."
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
                    "storage_upload",
                    models.CharField(
                        blank=True,
                        db_comment="operational: The bucket's own name of the upload; empty for other storage.",
                        default="",
                        max_length=255,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Parts are taken"),
                            ("accepted", "Accepted, in staging"),
                            ("kept", "Accepted and kept"),
                            ("aborted", "Ended by its sender"),
                            ("expired", "Not finished in time"),
                        ],
                        db_comment="operational: How far it is.",
                        default="open",
                        max_length=8,
                    ),
                ),
                (
                    "is_cleared",
                    models.BooleanField(
                        db_comment="operational: Whether nothing of it is left in staging.",
                        default=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        auto_now_add=True, db_comment="operational: When it was announced."
                    ),
                ),
                (
                    "expires_at",
                    models.DateTimeField(
                        db_comment="operational: When it ends unless it is finished before."
                    ),
                ),
                (
                    "client",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: The program that sends it, where one does.",
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.apiclient",
                    ),
                ),
                (
                    "ingress",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: The arrival it became.",
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ingestion.ingress",
                    ),
                ),
                (
                    "location",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: The bucket its parts go to directly, where they do.",
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.storagelocation",
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
                    "sender",
                    apps.core.fields.SharedForeignKey(
                        db_comment="operational: The person who sends it, where a person does.",
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
                        db_comment="operational: Where it comes from.",
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
            name="UploadPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "number",
                    models.PositiveIntegerField(db_comment="operational: Its place, from 1."),
                ),
                (
                    "content_hash",
                    models.CharField(
                        db_comment="identifier: SHA-256 of its bytes; in hex.", max_length=64
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
                    "upload",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: The upload it is a part of.",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ingestion.uploadsession",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="uploadsession",
            index=models.Index(fields=["organization", "ingress"], name="upload_by_ingress"),
        ),
        migrations.AddIndex(
            model_name="uploadsession",
            index=models.Index(
                condition=models.Q(("is_cleared", False)),
                fields=["organization", "expires_at"],
                name="upload_to_clear",
            ),
        ),
        migrations.AddConstraint(
            model_name="uploadsession",
            constraint=models.UniqueConstraint(
                fields=("organization", "source", "idem_key"), name="one_upload_a_delivery"
            ),
        ),
        migrations.AddConstraint(
            model_name="uploadpart",
            constraint=models.UniqueConstraint(
                fields=("organization", "upload", "number"), name="one_part_a_number"
            ),
        ),
        secure(
            "ingestion_uploadsession",
            [
                ("client_id", "tenants_apiclient"),
                ("ingress_id", "ingestion_ingress"),
                ("location_id", "tenants_storagelocation"),
                ("site_id", "tenants_site"),
            ],
            shared=[("sender_id", "tenants_user")],
        ),
        secure(
            "ingestion_uploadpart",
            [("upload_id", "ingestion_uploadsession")],
            privileges=ALL,
        ),
    ]
