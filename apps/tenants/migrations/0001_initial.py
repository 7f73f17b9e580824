import apps.core.fields
import apps.tenants.zones
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


from apps.core.rls import KEEP, lookup_function, secure


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0001_schema"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="Organization",
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
                    "slug",
                    models.SlugField(
                        db_comment="operational: Short name in commands and addresses.", unique=True
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        db_comment="operational: Name shown and printed.", max_length=120
                    ),
                ),
                (
                    "region",
                    models.CharField(
                        choices=[("uk", "United Kingdom"), ("us", "United States")],
                        db_comment="operational: Where its data is kept.",
                        default="uk",
                        max_length=2,
                    ),
                ),
                (
                    "time_zone",
                    models.CharField(
                        db_comment="operational: Zone of its days and of recordings without one.",
                        default="Europe/London",
                        max_length=64,
                        validators=[apps.tenants.zones.validate_zone],
                    ),
                ),
                (
                    "assigning_authority",
                    models.CharField(
                        db_comment="operational: Authority of record numbers whose file names none.",
                        default="LOCAL",
                        max_length=64,
                    ),
                ),
                (
                    "is_live",
                    models.BooleanField(
                        db_comment="operational: True once everything it needs is in place.",
                        default=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        auto_now_add=True, db_comment="operational: When it was onboarded."
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="User",
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
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "email",
                    models.EmailField(
                        db_comment="identifier: The address the person signs in with.",
                        max_length=254,
                        unique=True,
                    ),
                ),
                (
                    "full_name",
                    models.CharField(
                        db_comment="identifier: The name printed in signatures.", max_length=150
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        db_comment="operational: False keeps the person out; users are not deleted.",
                        default=True,
                    ),
                ),
                (
                    "is_staff",
                    models.BooleanField(
                        db_comment="operational: Platform staff: configuration in the admin, no clinical rows.",
                        default=False,
                        verbose_name="platform staff",
                    ),
                ),
                (
                    "date_joined",
                    models.DateTimeField(
                        auto_now_add=True, db_comment="operational: When the account was made."
                    ),
                ),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Site",
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
                        db_comment="operational: Name shown in lists.", max_length=120
                    ),
                ),
                (
                    "time_zone",
                    models.CharField(
                        db_comment="operational: Zone of recordings made here that carry none.",
                        default="Europe/London",
                        max_length=64,
                        validators=[apps.tenants.zones.validate_zone],
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
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("technician", "Technician"),
                            ("reader", "Reader"),
                            ("administrator", "Organization administrator"),
                        ],
                        db_comment="operational: What the person may do here.",
                        max_length=16,
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        db_comment="operational: False ends the membership without deleting it.",
                        default=True,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        auto_now_add=True, db_comment="operational: When the role was given."
                    ),
                ),
                (
                    "user",
                    apps.core.fields.SharedForeignKey(
                        db_comment="operational: The person who has the role.",
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
                        db_comment="operational: The place the person usually works at.",
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.site",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="site",
            constraint=models.UniqueConstraint(
                fields=("organization", "name"), name="one_site_a_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                fields=("organization", "user"), name="one_membership_each"
            ),
        ),
        # Owns the events of no customer; inserted before the table is forced.
        migrations.RunSQL(
            """INSERT INTO tenants_organization
                 (public_id, slug, name, region, time_zone, assigning_authority, is_live,
                  created_at)
               VALUES (gen_random_uuid(), 'platform', 'Platform', 'uk', 'UTC', 'LOCAL', false, now())""",
            "DELETE FROM tenants_organization",
        ),
        secure(
            "tenants_organization",
            column="id",
            privileges="SELECT, UPDATE",
            platform="SELECT, INSERT, UPDATE",
            lookup=True,
        ),
        secure("tenants_site", platform=KEEP),
        secure(
            "tenants_membership",
            [("site_id", "tenants_site")],
            shared=[("user_id", "tenants_user")],
            platform=KEEP,
            lookup=True,
        ),
        lookup_function(
            "memberships_of",
            "person bigint",
            "TABLE(organization_id bigint, role text)",
            """SELECT m.organization_id, m.role FROM public.tenants_membership m
               JOIN public.tenants_organization o ON o.id = m.organization_id
               WHERE m.user_id = person AND m.is_active AND o.is_live
               ORDER BY o.name""",
        ),
        lookup_function(
            "organization_by_slug",
            "wanted text",
            "bigint",
            "SELECT id FROM public.tenants_organization WHERE slug = wanted",
        ),
        lookup_function(
            "organization_ids",
            "",
            "SETOF bigint",
            "SELECT id FROM public.tenants_organization",
        ),
    ]
