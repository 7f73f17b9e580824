import apps.core.fields
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


from apps.core.rls import secure


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0002_data_key"),
    ]

    operations = [
        migrations.CreateModel(
            name="StorageLocation",
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
                    "kind",
                    models.CharField(
                        choices=[("folder", "Folder"), ("s3", "Bucket (S3)")],
                        db_comment="operational: How it is spoken to.",
                        max_length=8,
                    ),
                ),
                (
                    "root",
                    models.CharField(
                        blank=True,
                        db_comment="operational: Folder, an absolute path.",
                        default="",
                        max_length=500,
                    ),
                ),
                (
                    "endpoint",
                    models.CharField(
                        blank=True,
                        db_comment="operational: Address of the object gateway; empty for Amazon's own.",
                        default="",
                        max_length=253,
                    ),
                ),
                (
                    "bucket",
                    models.CharField(
                        blank=True,
                        db_comment="operational: Name of the bucket.",
                        default="",
                        max_length=63,
                    ),
                ),
                (
                    "prefix",
                    models.CharField(
                        blank=True,
                        db_comment="operational: Beginning of every key in the bucket; usually empty.",
                        default="",
                        max_length=200,
                    ),
                ),
                (
                    "region",
                    models.CharField(
                        choices=[("uk", "United Kingdom"), ("us", "United States")],
                        db_comment="operational: Where it lies; must be the organization's region.",
                        max_length=2,
                    ),
                ),
                (
                    "signing_region",
                    models.CharField(
                        blank=True,
                        db_comment="operational: The gateway's own name of the region, part of signatures.",
                        default="",
                        max_length=32,
                    ),
                ),
                (
                    "access_key_id",
                    models.CharField(
                        blank=True,
                        db_comment="operational: Name of the credential.",
                        default="",
                        max_length=128,
                    ),
                ),
                (
                    "sealed_secret",
                    apps.core.fields.SecretField(
                        db_comment="operational: The credential's secret, sealed; never shown.",
                        editable=False,
                        null=True,
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        db_comment="operational: Whether the organization's bytes lie here.",
                        default=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        auto_now_add=True, db_comment="operational: When it was set."
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
            name="StorageMove",
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
                            ("copying", "Being copied"),
                            ("switched", "In use, source kept"),
                            ("cleared", "Source emptied"),
                        ],
                        db_comment="operational: How far the move is.",
                        default="copying",
                        max_length=8,
                    ),
                ),
                (
                    "copied",
                    models.PositiveBigIntegerField(
                        db_comment="operational: Objects copied and read back so far.", default=0
                    ),
                ),
                (
                    "begun_at",
                    models.DateTimeField(
                        auto_now_add=True, db_comment="operational: When it began."
                    ),
                ),
                (
                    "switched_at",
                    models.DateTimeField(
                        db_comment="operational: When the target was proven whole and taken into use.",
                        null=True,
                    ),
                ),
                (
                    "begun_by",
                    apps.core.fields.SharedForeignKey(
                        db_comment="operational: Who began it in the admin; none for a command.",
                        db_constraint=False,
                        null=True,
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
                    "source",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: Where the bytes were; none is the platform's folder.",
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.storagelocation",
                    ),
                ),
                (
                    "target",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: Where they go; none is the platform's folder.",
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.storagelocation",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="storagelocation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_active", True)),
                fields=("organization",),
                name="one_storage_in_use",
            ),
        ),
        migrations.AddConstraint(
            model_name="storagemove",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["copying", "switched"])),
                fields=("organization",),
                name="one_open_storage_move",
            ),
        ),
        secure("tenants_storagelocation", platform="SELECT"),
        secure(
            "tenants_storagemove",
            [
                ("source_id", "tenants_storagelocation"),
                ("target_id", "tenants_storagelocation"),
            ],
            shared=[("begun_by_id", "tenants_user")],
            platform="SELECT",
        ),
    ]
