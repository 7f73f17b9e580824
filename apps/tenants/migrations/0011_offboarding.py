"""An organization that leaves or arrives: exports, offboardings, the trail it came with."""

import apps.core.fields
import django.core.validators
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from apps.core.rls import secure


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0010_inbound_addresses"),
    ]

    operations = [
        migrations.AddField(
            model_name="organization",
            name="offboarded_at",
            field=models.DateTimeField(
                db_comment="operational: When it had left: its keys are gone and its claims are free.",
                editable=False,
                null=True,
            ),
        ),
        migrations.CreateModel(
            name="OrganizationExport",
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
                    "manifest_sha256",
                    models.CharField(
                        db_comment="operational: Names the export: hash of its signed manifest.",
                        max_length=64,
                    ),
                ),
                (
                    "last_event",
                    models.BigIntegerField(
                        db_comment="operational: Number of the last event of the trail that is in it."
                    ),
                ),
                (
                    "files",
                    models.PositiveBigIntegerField(
                        db_comment="operational: How many files it has."
                    ),
                ),
                (
                    "size",
                    models.PositiveBigIntegerField(
                        db_comment="operational: Their length together in bytes, before any encryption."
                    ),
                ),
                (
                    "is_encrypted",
                    models.BooleanField(
                        db_comment="operational: Whether only the customer's key opens it."
                    ),
                ),
                (
                    "verified_at",
                    models.DateTimeField(
                        db_comment="operational: When every file was last read back and was as listed."
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
            name="Offboarding",
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
                    "reason",
                    models.CharField(
                        db_comment="operational: Why the organization leaves, and why without an export.",
                        max_length=200,
                        validators=[django.core.validators.MinLengthValidator(10)],
                    ),
                ),
                (
                    "asked_at",
                    models.DateTimeField(
                        auto_now_add=True, db_comment="operational: When it was asked for."
                    ),
                ),
                (
                    "approved_at",
                    models.DateTimeField(
                        db_comment="operational: When it was approved.", null=True
                    ),
                ),
                (
                    "refused_at",
                    models.DateTimeField(
                        db_comment="operational: When it was refused; nothing was destroyed.",
                        null=True,
                    ),
                ),
                (
                    "proven_at",
                    models.DateTimeField(
                        db_comment="operational: When the export was found to hold the last change.",
                        null=True,
                    ),
                ),
                (
                    "shredded_at",
                    models.DateTimeField(
                        db_comment="operational: When the keys were destroyed: from here there is no way back.",
                        null=True,
                    ),
                ),
                (
                    "done_at",
                    models.DateTimeField(
                        db_comment="operational: When the last step was done.", null=True
                    ),
                ),
                (
                    "approved_by",
                    apps.core.fields.SharedForeignKey(
                        db_comment="operational: The second person, never the one who asked.",
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "asked_by",
                    apps.core.fields.SharedForeignKey(
                        db_comment="operational: Who asked for it.",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                    "refused_by",
                    apps.core.fields.SharedForeignKey(
                        db_comment="operational: Who refused it or took it back.",
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "export",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: The export the customer keeps; empty where none was wanted.",
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.organizationexport",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ImportedTrail",
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
                    "sha256",
                    models.CharField(
                        db_comment="operational: Names the stored part, a signed audit export.",
                        max_length=64,
                    ),
                ),
                (
                    "first",
                    models.BigIntegerField(
                        db_comment="operational: Number of its first event there."
                    ),
                ),
                (
                    "last",
                    models.BigIntegerField(
                        db_comment="operational: Number of its last event there."
                    ),
                ),
                (
                    "source_id",
                    models.UUIDField(
                        db_comment="operational: Public id of the organization whose trail it was."
                    ),
                ),
                (
                    "signed_by",
                    models.CharField(
                        db_comment="operational: The public key that signed it, base64.",
                        max_length=64,
                    ),
                ),
                (
                    "manifest_sha256",
                    models.CharField(
                        db_comment="operational: Names the export it came in.", max_length=64
                    ),
                ),
                (
                    "imported_at",
                    models.DateTimeField(
                        auto_now_add=True, db_comment="operational: When it was taken in."
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
                        fields=("organization", "source_id", "first"),
                        name="one_imported_part_a_place",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="organizationexport",
            constraint=models.UniqueConstraint(
                fields=("organization", "manifest_sha256"), name="one_export_a_manifest"
            ),
        ),
        migrations.AddConstraint(
            model_name="offboarding",
            constraint=models.CheckConstraint(
                condition=models.Q(("approved_by", models.F("asked_by")), _negated=True),
                name="offboarding_approved_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="offboarding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("shredded_at", None),
                    models.Q(("approved_at", None), _negated=True),
                    _connector="OR",
                ),
                name="offboarding_is_approved",
            ),
        ),
        migrations.AddConstraint(
            model_name="offboarding",
            constraint=models.UniqueConstraint(
                condition=models.Q(("done_at", None), ("refused_at", None)),
                fields=("organization",),
                name="one_open_offboarding",
            ),
        ),
        secure("tenants_organizationexport", platform="SELECT"),
        secure(
            "tenants_offboarding",
            [("export_id", "tenants_organizationexport")],
            shared=[
                ("asked_by_id", "tenants_user"),
                ("approved_by_id", "tenants_user"),
                ("refused_by_id", "tenants_user"),
            ],
            platform="SELECT",
        ),
        secure("tenants_importedtrail"),
    ]
