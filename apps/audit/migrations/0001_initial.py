import apps.core.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


from apps.core.rls import APPEND, KEEP, append_only, secure


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenants", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "seq",
                    models.BigIntegerField(
                        db_comment="operational: Gapless number in the organization."
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        db_comment="operational: What happened: app.object.past_participle.",
                        max_length=64,
                    ),
                ),
                (
                    "object_type",
                    models.CharField(
                        blank=True,
                        db_comment="operational: Kind of record, app.model.",
                        max_length=64,
                    ),
                ),
                (
                    "object_id",
                    models.CharField(
                        blank=True, db_comment="operational: The record's public id.", max_length=64
                    ),
                ),
                (
                    "trace_id",
                    models.UUIDField(
                        db_comment="operational: Ties the event to the request or file it came from.",
                        null=True,
                    ),
                ),
                (
                    "details",
                    models.TextField(
                        db_comment="operational: Canonical JSON of ids, codes, versions and reasons.",
                        default="{}",
                    ),
                ),
                (
                    "occurred_at",
                    models.DateTimeField(db_comment="operational: When it happened, UTC."),
                ),
                (
                    "previous_mac",
                    models.BinaryField(
                        db_comment="operational: The chain's code before this event."
                    ),
                ),
                (
                    "mac",
                    models.BinaryField(
                        db_comment="operational: Keyed code over the previous one and this."
                    ),
                ),
                (
                    "actor",
                    apps.core.fields.SharedForeignKey(
                        db_comment="operational: The person who did it; empty for the platform itself.",
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
                "ordering": ["-seq"],
                "indexes": [
                    models.Index(
                        fields=["organization", "object_type", "object_id", "seq"],
                        name="audit_by_object",
                    ),
                    models.Index(fields=["organization", "actor", "seq"], name="audit_by_actor"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "seq"), name="audit_seq_is_gapless"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditHead",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "seq",
                    models.BigIntegerField(
                        db_comment="operational: Number of the last event written.", default=0
                    ),
                ),
                (
                    "mac",
                    models.BinaryField(
                        db_comment="operational: Code of the last event written.", default=b""
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
                    models.UniqueConstraint(fields=("organization",), name="one_chain_each")
                ],
            },
        ),
        secure(
            "audit_auditevent",
            shared=[("actor_id", "tenants_user")],
            privileges=APPEND,
        ),
        append_only("audit_auditevent"),
        # The table of organizations is forced; its owner reads it through the lookup function.
        migrations.RunSQL(
            """SET LOCAL row_security = on;
               SET LOCAL ROLE ecg_lookup;
               SELECT set_config('app.seed', id::text, true)
                 FROM public.tenants_organization WHERE slug = 'platform';
               RESET ROLE;
               SET LOCAL row_security = off;
               INSERT INTO audit_audithead (organization_id, seq, mac)
               VALUES (current_setting('app.seed')::bigint, 0, '')""",
            "DELETE FROM audit_audithead",
        ),
        secure("audit_audithead", privileges=KEEP),
    ]
