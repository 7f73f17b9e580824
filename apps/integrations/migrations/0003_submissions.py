import apps.core.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.db import migrations, models

from apps.core.rls import ALL, secure


def given_up_index(table: str) -> migrations.RunSQL:
    """Counting what was given up must not read what was done."""
    name = f"{table}_given_up"
    return migrations.RunSQL(
        f"CREATE INDEX {name} ON {table} (organization_id) WHERE state = 'dead'",
        f"DROP INDEX {name}",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("ingestion", "0008_dicom_network"),
        ("integrations", "0002_alarms"),
        ("tenants", "0013_dicom_peers"),
    ]

    operations = [
        migrations.CreateModel(
            name="FetchHost",
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
                    "host",
                    models.CharField(
                        db_comment="operational: Name, or name:port where it is not 443.",
                        max_length=259,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[1-9][0-9]{0,4})?$",
                                "A host name in small letters, or name:port.",
                            )
                        ],
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        db_comment="operational: Whether it may be fetched from at present.",
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
            ],
            options={
                "verbose_name": "fetch host",
                "ordering": ["host"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "host"), name="one_fetch_host_a_name"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RequestNonce",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "word_hash",
                    models.CharField(
                        db_comment="operational: Keyed hash of the program and its word.",
                        max_length=64,
                    ),
                ),
                (
                    "seen_at",
                    models.DateTimeField(
                        auto_now_add=True, db_comment="operational: When it was used up."
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
                        fields=("organization", "word_hash"), name="one_nonce_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Submission",
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
                            ("received", "Waiting"),
                            ("processing", "In work"),
                            ("done", "Done"),
                            ("duplicate", "Duplicate"),
                            ("quarantined", "Quarantined"),
                            ("dead", "Given up"),
                        ],
                        db_comment="operational: Where the row stands between waiting and done.",
                        default="received",
                        max_length=12,
                    ),
                ),
                (
                    "attempts",
                    models.PositiveSmallIntegerField(
                        db_comment="operational: How often the row was claimed.", default=0
                    ),
                ),
                (
                    "lane",
                    models.SmallIntegerField(
                        db_comment="operational: 0 live arrivals, 1 bulk import; lower goes first.",
                        default=0,
                    ),
                ),
                (
                    "turn",
                    models.BigIntegerField(
                        db_comment="operational: Fair place among organizations, set by a trigger.",
                        default=0,
                    ),
                ),
                (
                    "available_at",
                    models.DateTimeField(
                        db_comment="operational: Not to be claimed before this time.",
                        db_default=django.db.models.functions.datetime.Now(),
                    ),
                ),
                (
                    "lease_token",
                    models.UUIDField(
                        db_comment="operational: Names the claim that may finish.",
                        editable=False,
                        null=True,
                    ),
                ),
                (
                    "lease_until",
                    models.DateTimeField(
                        db_comment="operational: When the claim ends unless renewed.",
                        editable=False,
                        null=True,
                    ),
                ),
                (
                    "error_code",
                    models.CharField(
                        blank=True,
                        db_comment="operational: Why the last attempt failed, a code without patient data.",
                        default="",
                        max_length=64,
                    ),
                ),
                (
                    "trace_id",
                    models.UUIDField(
                        db_comment="operational: Given at the door and carried on every later row.",
                        default=uuid.uuid4,
                        editable=False,
                    ),
                ),
                (
                    "idem_key",
                    models.CharField(
                        db_comment="operational: The program's own name for this submission.",
                        max_length=80,
                    ),
                ),
                (
                    "request_hash",
                    models.CharField(
                        db_comment="operational: Hash of what was asked, to know a repetition by.",
                        max_length=64,
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        db_comment="operational: What for, a code of HL7 v3 PurposeOfUse.",
                        max_length=16,
                    ),
                ),
                (
                    "host",
                    models.CharField(
                        blank=True,
                        db_comment="operational: Where it is fetched; empty for data.",
                        max_length=259,
                    ),
                ),
                (
                    "url_sealed",
                    apps.core.fields.SecretField(
                        db_comment="operational: Sealed address, which may open what it names.",
                        null=True,
                    ),
                ),
                (
                    "digest",
                    models.CharField(
                        blank=True,
                        db_comment="operational: Hash that the sender stated, after its kind; or empty.",
                        max_length=80,
                    ),
                ),
                (
                    "size",
                    models.BigIntegerField(
                        db_comment="operational: Length in bytes that the sender stated.", null=True
                    ),
                ),
                (
                    "stated",
                    models.JSONField(
                        db_comment="identifier: Whom and which order the sender says it is of.",
                        default=dict,
                    ),
                ),
                (
                    "priority",
                    models.CharField(
                        choices=[("stat", "STAT"), ("urgent", "Urgent"), ("routine", "Routine")],
                        db_comment="operational: How soon it must be read.",
                        default="routine",
                        max_length=8,
                    ),
                ),
                (
                    "requested_at",
                    models.DateTimeField(
                        auto_now_add=True, db_comment="operational: When it was asked for."
                    ),
                ),
                (
                    "client",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: The program that asked.",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.apiclient",
                    ),
                ),
                (
                    "ingress",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: The file it became.",
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ingestion.ingress",
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
                        db_comment="operational: Where it was recorded.",
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.site",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "idem_key"), name="one_submission_a_name"
                    )
                ],
            },
        ),
        secure("integrations_fetchhost", platform="SELECT"),
        secure("integrations_requestnonce", privileges=ALL),
        secure(
            "integrations_submission",
            [
                ("client_id", "tenants_apiclient"),
                ("site_id", "tenants_site"),
                ("ingress_id", "ingestion_ingress"),
            ],
            leased=True,
        ),
        given_up_index("integrations_submission"),
    ]
