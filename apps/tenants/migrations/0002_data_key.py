import apps.core.fields
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from apps.core.rls import KEEP, secure


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="DataKey",
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
                        db_comment="operational: Its random name, in the header of what it sealed.",
                        max_length=16,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("active", "Active"),
                            ("retired", "Retired"),
                            ("destroyed", "Destroyed"),
                        ],
                        db_comment="operational: Active seals and opens, retired only opens, destroyed is gone.",
                        default="active",
                        max_length=16,
                    ),
                ),
                (
                    "kek_id",
                    models.CharField(
                        db_comment="operational: The key-encryption key, outside the database, that opens it.",
                        max_length=80,
                        verbose_name="wrapped by",
                    ),
                ),
                (
                    "wrapped",
                    models.BinaryField(
                        db_comment="operational: The wrapped key; empty once destroyed.", null=True
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        auto_now_add=True, db_comment="operational: When it was made."
                    ),
                ),
                (
                    "retired_at",
                    models.DateTimeField(
                        blank=True,
                        db_comment="operational: When a newer key took its place.",
                        null=True,
                    ),
                ),
                (
                    "destroyed_at",
                    models.DateTimeField(
                        blank=True,
                        db_comment="operational: When it was destroyed for good.",
                        null=True,
                    ),
                ),
                (
                    "destroyed_reason",
                    models.CharField(
                        blank=True, db_comment="operational: Why it was destroyed.", max_length=200
                    ),
                ),
                (
                    "destroyed_by",
                    apps.core.fields.SharedForeignKey(
                        blank=True,
                        db_comment="operational: Who destroyed it; empty for the platform itself.",
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
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "name"), name="one_data_key_a_name"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "active")),
                        fields=("organization",),
                        name="one_active_data_key",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("destroyed_at__isnull", False),
                                ("state", "destroyed"),
                                ("wrapped", None),
                            ),
                            models.Q(
                                models.Q(("state", "destroyed"), _negated=True),
                                ("destroyed_at", None),
                                ("wrapped__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="a_destroyed_data_key_is_empty",
                    ),
                ],
            },
        ),
        secure(
            "tenants_datakey",
            shared=[("destroyed_by_id", "tenants_user")],
            privileges=KEEP,
            platform="SELECT",
        ),
    ]
