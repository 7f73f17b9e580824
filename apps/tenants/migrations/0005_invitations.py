import apps.core.fields
import apps.tenants.model_invitation
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from apps.core.rls import secure


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0004_second_factor"),
    ]

    operations = [
        migrations.CreateModel(
            name="Invitation",
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
                    "email",
                    models.EmailField(
                        db_comment="identifier: The address the link is sent to.", max_length=254
                    ),
                ),
                (
                    "full_name",
                    models.CharField(
                        blank=True,
                        db_comment="identifier: The name proposed for signatures; the person may correct it.",
                        max_length=150,
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=apps.tenants.model_invitation.role_choices,
                        db_comment="operational: What the person will do here.",
                        max_length=16,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("accepted", "Accepted"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        db_comment="operational: Whether the link still works.",
                        default="open",
                        max_length=16,
                    ),
                ),
                (
                    "sendings",
                    models.PositiveSmallIntegerField(
                        db_comment="operational: How often it was sent; only the latest link works.",
                        default=0,
                    ),
                ),
                (
                    "sent_at",
                    models.DateTimeField(
                        blank=True,
                        db_comment="operational: When the latest link was sent.",
                        null=True,
                    ),
                ),
                (
                    "invited_by",
                    apps.core.fields.SharedForeignKey(
                        db_comment="operational: The administrator who asked.",
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
                    "site",
                    apps.core.fields.OrgForeignKey(
                        blank=True,
                        db_comment="operational: The place the person will usually work at.",
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.site",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("organization", "email"),
                        name="one_open_invitation_each",
                    )
                ],
            },
        ),
        secure(
            "tenants_invitation",
            [("site_id", "tenants_site")],
            shared=[("invited_by_id", "tenants_user")],
        ),
    ]
