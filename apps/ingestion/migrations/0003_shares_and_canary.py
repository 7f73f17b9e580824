import apps.core.fields
import django.core.validators
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from apps.core.rls import secure


class Migration(migrations.Migration):
    dependencies = [
        ("ecg", "0004_canary"),
        ("ingestion", "0002_api_door"),
        ("tenants", "0010_inbound_addresses"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ShareSource",
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
                    "name",
                    models.CharField(
                        db_comment="operational: Name shown with its files.", max_length=80
                    ),
                ),
                (
                    "server",
                    models.CharField(
                        db_comment="operational: Host name or address.", max_length=253
                    ),
                ),
                (
                    "share",
                    models.CharField(
                        db_comment="operational: Name of the share there.", max_length=80
                    ),
                ),
                (
                    "folder",
                    models.CharField(
                        blank=True,
                        db_comment="operational: Folder of the share, parts divided by /; empty for all of it.",
                        default="",
                        max_length=400,
                    ),
                ),
                (
                    "username",
                    models.CharField(
                        db_comment="operational: Who signs in there, with the domain where there is one.",
                        max_length=128,
                        verbose_name="user",
                    ),
                ),
                (
                    "password_sealed",
                    apps.core.fields.SecretField(
                        db_comment="operational: Sealed password of the user.", null=True
                    ),
                ),
                (
                    "poll_seconds",
                    models.PositiveIntegerField(
                        db_comment="operational: Seconds between two looks.",
                        default=30,
                        validators=[
                            django.core.validators.MinValueValidator(5),
                            django.core.validators.MaxValueValidator(86400),
                        ],
                    ),
                ),
                (
                    "archive",
                    models.CharField(
                        choices=[
                            ("leave", "Leave it where it is"),
                            ("move", "Move it to the folder “archive”"),
                            ("copy", "Copy it to the folder “archive”"),
                        ],
                        db_comment="operational: What becomes of a file there once it is accepted.",
                        default="leave",
                        max_length=8,
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        db_comment="operational: Whether it is looked into.", default=True
                    ),
                ),
                (
                    "polled_at",
                    models.DateTimeField(
                        db_comment="operational: When it was last looked into.",
                        editable=False,
                        null=True,
                    ),
                ),
            ],
            options={
                "verbose_name": "file share",
                "ordering": ["name"],
            },
        ),
        migrations.AddField(
            model_name="ingress",
            name="is_canary",
            field=models.BooleanField(
                db_comment="operational: Sent by the platform itself to prove that it works.",
                default=False,
            ),
        ),
        migrations.AlterField(
            model_name="ingress",
            name="source",
            field=models.CharField(
                choices=[
                    ("web", "Web upload"),
                    ("import", "Bulk import"),
                    ("smb", "File share"),
                    ("ehr", "EHR"),
                    ("dicom", "DICOM network"),
                    ("api", "API"),
                    ("canary", "The platform's own test"),
                ],
                db_comment="operational: The door it came through.",
                max_length=8,
            ),
        ),
        migrations.AddIndex(
            model_name="ingress",
            index=models.Index(
                condition=models.Q(("is_canary", True)),
                fields=["organization", "-id"],
                name="ingress_canaries",
            ),
        ),
        migrations.AddField(
            model_name="sharesource",
            name="organization",
            field=models.ForeignKey(
                db_comment="operational: The organization that owns the row; row-level security reads it.",
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tenants.organization",
            ),
        ),
        migrations.AddField(
            model_name="sharesource",
            name="site",
            field=apps.core.fields.OrgForeignKey(
                blank=True,
                db_comment="operational: Where its files are recorded; empty for several places.",
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tenants.site",
            ),
        ),
        migrations.AddConstraint(
            model_name="sharesource",
            constraint=models.UniqueConstraint(
                fields=("organization", "name"), name="one_share_a_name"
            ),
        ),
        secure("ingestion_sharesource", [("site_id", "tenants_site")], platform="SELECT"),
    ]
