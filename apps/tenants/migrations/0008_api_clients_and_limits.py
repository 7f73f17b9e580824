import apps.core.fields
import django.core.validators
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


from apps.core.rls import ALL, KEEP, lookup_function, secure


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0007_roles_and_entries"),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiClient",
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
                        db_comment="operational: What the program is called.", max_length=80
                    ),
                ),
                (
                    "scopes",
                    models.CharField(
                        db_comment="operational: What it may do, names with spaces between.",
                        max_length=200,
                    ),
                ),
                (
                    "expires_at",
                    models.DateTimeField(
                        blank=True,
                        db_comment="operational: When its keys end; empty for no end.",
                        null=True,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        auto_now_add=True, db_comment="operational: When it was made."
                    ),
                ),
                (
                    "revoked_at",
                    models.DateTimeField(
                        db_comment="operational: When it was shut out; no key of it works since.",
                        null=True,
                    ),
                ),
                (
                    "created_by",
                    apps.core.fields.SharedForeignKey(
                        db_comment="operational: The person who made it.",
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
                "verbose_name": "API client",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "prefix",
                    models.CharField(
                        db_comment="operational: How the key begins, to tell one from another.",
                        max_length=16,
                    ),
                ),
                (
                    "key_hash",
                    models.CharField(
                        db_comment="operational: SHA-256 of the key.", max_length=64, unique=True
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        auto_now_add=True, db_comment="operational: When it was made."
                    ),
                ),
                (
                    "expires_at",
                    models.DateTimeField(
                        db_comment="operational: When it ends; empty while its client goes on.",
                        null=True,
                    ),
                ),
                (
                    "last_used_on",
                    models.DateField(
                        db_comment="operational: The last day it was shown, UTC.", null=True
                    ),
                ),
                (
                    "revoked_at",
                    models.DateTimeField(
                        db_comment="operational: When it was ended early.", null=True
                    ),
                ),
                (
                    "client",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: The program it admits.",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="keys",
                        to="tenants.apiclient",
                    ),
                ),
                (
                    "created_by",
                    apps.core.fields.SharedForeignKey(
                        db_comment="operational: The person who made it.",
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
                "verbose_name": "API key",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="RateCounter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "door",
                    models.CharField(
                        choices=[
                            ("web", "Pages"),
                            ("upload", "Web upload"),
                            ("api", "API"),
                            ("sign-in", "Sign-in"),
                            ("api-key", "Unknown API keys"),
                        ],
                        db_comment="operational: Where it counts.",
                        max_length=8,
                    ),
                ),
                (
                    "subject",
                    models.CharField(
                        blank=True,
                        db_comment="operational: Keyed hash of a network address, at doors that count addresses.",
                        max_length=32,
                    ),
                ),
                (
                    "spent_until",
                    models.DateTimeField(
                        db_comment="operational: The moment the requests so far would last to at the limit's pace."
                    ),
                ),
                (
                    "is_over",
                    models.BooleanField(
                        db_comment="operational: Whether the last request was one too many.",
                        default=False,
                    ),
                ),
                (
                    "noted_at",
                    models.DateTimeField(
                        db_comment="operational: When a refusal was last put on the record.",
                        null=True,
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
            name="RateLimit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "door",
                    models.CharField(
                        choices=[("web", "Pages"), ("upload", "Web upload"), ("api", "API")],
                        db_comment="operational: Where it counts.",
                        max_length=8,
                    ),
                ),
                (
                    "per_minute",
                    models.PositiveIntegerField(
                        db_comment="operational: Requests a minute; a whole minute's worth may come at once.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1000000),
                        ],
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
                "ordering": ["door"],
            },
        ),
        migrations.AddConstraint(
            model_name="apiclient",
            constraint=models.UniqueConstraint(
                fields=("organization", "name"), name="one_client_a_name"
            ),
        ),
        migrations.AddIndex(
            model_name="apikey",
            index=models.Index(fields=["organization", "client"], name="api_key_by_client"),
        ),
        migrations.AddConstraint(
            model_name="ratecounter",
            constraint=models.UniqueConstraint(
                fields=("organization", "door", "subject"), name="one_counter_a_door"
            ),
        ),
        migrations.AddConstraint(
            model_name="ratelimit",
            constraint=models.UniqueConstraint(
                fields=("organization", "door"), name="one_limit_a_door"
            ),
        ),
        migrations.AddConstraint(
            model_name="ratelimit",
            constraint=models.CheckConstraint(
                condition=models.Q(("per_minute__gte", 1), ("per_minute__lte", 1000000)),
                name="limit_is_sensible",
            ),
        ),
        secure(
            "tenants_apiclient",
            shared=[("created_by_id", "tenants_user")],
            privileges=KEEP,
            platform="SELECT",
            lookup=True,
        ),
        secure(
            "tenants_apikey",
            [("client_id", "tenants_apiclient")],
            shared=[("created_by_id", "tenants_user")],
            privileges=KEEP,
            platform="SELECT",
            lookup=True,
        ),
        lookup_function(
            "client_by_key_hash",
            "wanted text",
            "TABLE(organization_id bigint, client_id bigint, client_name uuid, key_id bigint,"
            " scopes text, used_on date)",
            """SELECT c.organization_id, c.id, c.public_id, k.id, c.scopes, k.last_used_on
               FROM public.tenants_apikey k
               JOIN public.tenants_apiclient c
                 ON c.organization_id = k.organization_id AND c.id = k.client_id
               JOIN public.tenants_organization o ON o.id = c.organization_id
               WHERE k.key_hash = wanted AND o.is_live
                 AND k.revoked_at IS NULL AND c.revoked_at IS NULL
                 AND coalesce(k.expires_at, 'infinity') > statement_timestamp()
                 AND coalesce(c.expires_at, 'infinity') > statement_timestamp()""",
        ),
        secure("tenants_ratelimit", privileges=KEEP, platform="SELECT"),
        # Counters are written at every request and worth nothing after a minute.
        migrations.RunSQL(
            "ALTER TABLE tenants_ratecounter SET UNLOGGED;"
            " ALTER TABLE tenants_ratecounter SET (fillfactor = 50);",
            migrations.RunSQL.noop,
        ),
        secure("tenants_ratecounter", privileges=ALL),
        # A function, so that its plans are kept by the session. It runs with its caller's rights.
        migrations.RunSQL(
            """CREATE FUNCTION app.spend(
                 org bigint, at_door text, whom text, usual integer,
                 OUT is_over boolean, OUT to_note boolean, OUT wait_s double precision)
               LANGUAGE plpgsql SET search_path = '' AS $$
               #variable_conflict use_column
               DECLARE
                 pace integer := coalesce(
                   (SELECT per_minute FROM public.tenants_ratelimit
                    WHERE organization_id = org AND door = at_door), usual);
                 step interval := interval '1 minute' / pace;
                 most interval := step * pace;
                 at timestamptz := statement_timestamp();
                 c record;
               BEGIN
                 INSERT INTO public.tenants_ratecounter AS kept
                        (organization_id, door, subject, spent_until, is_over, noted_at)
                 VALUES (org, at_door, whom, at + step, false, NULL)
                 ON CONFLICT (organization_id, door, subject) DO UPDATE SET
                   is_over = greatest(kept.spent_until, at) + step > at + most,
                   spent_until = CASE
                     WHEN greatest(kept.spent_until, at) + step > at + most THEN kept.spent_until
                     ELSE greatest(kept.spent_until, at) + step END,
                   noted_at = CASE
                     WHEN greatest(kept.spent_until, at) + step > at + most
                      AND coalesce(kept.noted_at, '-infinity') <= at - interval '1 minute'
                     THEN at ELSE kept.noted_at END
                 RETURNING kept.is_over, kept.noted_at, kept.spent_until INTO c;
                 is_over := c.is_over;
                 to_note := c.is_over AND c.noted_at = at;
                 wait_s := extract(epoch FROM c.spent_until + step - most - at);
               END $$""",
            "DROP FUNCTION app.spend(bigint, text, text, integer)",
        ),
    ]
