import django.core.validators
import django.db.models.deletion
import uuid
from django.db import migrations, models

from apps.core.rls import secure


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0012_sign_in"),
    ]

    operations = [
        migrations.AddField(
            model_name="applicationentity",
            name="certificates",
            field=models.TextField(
                blank=True,
                db_comment="operational: SHA-256 of certificates that must be shown, one a line; or none.",
                default="",
                verbose_name="client certificates",
            ),
        ),
        migrations.CreateModel(
            name="DicomPeer",
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
                    "title",
                    models.CharField(
                        db_comment="operational: What it calls itself, and is called there.",
                        max_length=16,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[!-\\[\\]-~]([ -\\[\\]-~]{0,14}[!-\\[\\]-~])?$",
                                "16 printable characters without \\.",
                            )
                        ],
                        verbose_name="AE title",
                    ),
                ),
                (
                    "host",
                    models.CharField(
                        db_comment="operational: Host name or address.",
                        max_length=253,
                        verbose_name="address",
                    ),
                ),
                (
                    "port",
                    models.PositiveIntegerField(
                        db_comment="operational: TCP port.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(65535),
                        ],
                    ),
                ),
                (
                    "uses_tls",
                    models.BooleanField(
                        db_comment="operational: Whether it is spoken to by TLS, its certificate checked.",
                        default=False,
                        verbose_name="TLS",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        db_comment="operational: Whether it is called back.", default=True
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
                "verbose_name": "DICOM peer",
                "ordering": ["title"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "title"), name="one_peer_a_title"
                    )
                ],
            },
        ),
        secure("tenants_dicompeer", platform="SELECT"),
    ]
