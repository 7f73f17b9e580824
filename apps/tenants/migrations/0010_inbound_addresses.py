import apps.core.fields
import django.core.validators
import django.db.models.deletion
import uuid
from django.db import migrations, models

from apps.core.rls import lookup_function, secure


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0009_organization_type"),
    ]

    operations = [
        migrations.CreateModel(
            name="ApplicationEntity",
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
                        db_comment="operational: What devices call; of one organization only.",
                        max_length=16,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Z0-9][A-Z0-9_.-]{0,15}$",
                                "Capitals, digits, _ . and -, 16 at most.",
                            )
                        ],
                        verbose_name="AE title",
                    ),
                ),
                (
                    "calling_titles",
                    models.TextField(
                        blank=True,
                        db_comment="operational: AE titles that may call it, one a line; empty for any.",
                        default="",
                        verbose_name="calling AE titles",
                    ),
                ),
                (
                    "calling_hosts",
                    models.TextField(
                        blank=True,
                        db_comment="operational: Addresses or networks that may call, one a line; empty for any.",
                        default="",
                        verbose_name="calling addresses",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        db_comment="operational: False refuses every device that calls it.",
                        default=True,
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
                        db_comment="operational: Where its devices stand; empty where they are in several places.",
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.site",
                    ),
                ),
            ],
            options={
                "verbose_name": "AE title",
                "verbose_name_plural": "AE titles",
                "ordering": ["title"],
            },
        ),
        migrations.CreateModel(
            name="Hl7Listener",
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
                        db_comment="operational: Name shown with messages.", max_length=80
                    ),
                ),
                (
                    "host",
                    models.CharField(
                        blank=True,
                        db_comment="operational: The platform's own address it listens on; empty for all of them.",
                        default="",
                        max_length=45,
                        verbose_name="address",
                    ),
                ),
                (
                    "port",
                    models.PositiveIntegerField(
                        db_comment="operational: TCP port; of one organization only.",
                        unique=True,
                        validators=[
                            django.core.validators.MinValueValidator(1024),
                            django.core.validators.MaxValueValidator(65535),
                        ],
                    ),
                ),
                (
                    "peers",
                    models.TextField(
                        db_comment="operational: Addresses or networks that may send, one a line.",
                        verbose_name="senders",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        db_comment="operational: False closes the port for it.", default=True
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
                        db_comment="operational: Where the sending system stands; empty for several places.",
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.site",
                    ),
                ),
            ],
            options={
                "verbose_name": "HL7 listener",
                "verbose_name_plural": "HL7 listeners",
                "ordering": ["port"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "name"), name="one_listener_a_name"
                    )
                ],
            },
        ),
        secure(
            "tenants_applicationentity",
            [("site_id", "tenants_site")],
            platform="SELECT",
            lookup=True,
        ),
        secure(
            "tenants_hl7listener", [("site_id", "tenants_site")], platform="SELECT", lookup=True
        ),
        lookup_function(
            "organization_by_ae_title",
            "wanted text",
            "bigint",
            """SELECT a.organization_id FROM public.tenants_applicationentity a
               JOIN public.tenants_organization o ON o.id = a.organization_id
               WHERE a.title = wanted AND a.is_active AND o.is_live""",
        ),
        lookup_function(
            "organization_by_listener",
            "wanted integer",
            "bigint",
            """SELECT l.organization_id FROM public.tenants_hl7listener l
               JOIN public.tenants_organization o ON o.id = l.organization_id
               WHERE l.port = wanted AND l.is_active AND o.is_live""",
        ),
    ]
