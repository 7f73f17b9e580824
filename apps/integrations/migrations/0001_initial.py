import apps.core.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.db import migrations, models


from apps.core.rls import KEEP, secure


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("reports", "0001_initial"),
        ("tenants", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Destination",
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
                        db_comment="operational: Name shown with deliveries.", max_length=80
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("mllp", "HL7 v2 over MLLP")],
                        db_comment="operational: How it is spoken to.",
                        default="mllp",
                        max_length=8,
                    ),
                ),
                (
                    "host",
                    models.CharField(
                        db_comment="operational: Host name or address.", max_length=253
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
                    "receiving_application",
                    models.CharField(
                        db_comment="operational: MSH-5 of messages to it.",
                        default="EHR",
                        max_length=64,
                    ),
                ),
                (
                    "receiving_facility",
                    models.CharField(
                        blank=True,
                        db_comment="operational: MSH-6 of messages to it.",
                        max_length=64,
                    ),
                ),
                (
                    "processing_id",
                    models.CharField(
                        choices=[("P", "Production"), ("T", "Training")],
                        db_comment="operational: MSH-11 of messages to it.",
                        default="P",
                        max_length=1,
                    ),
                ),
                (
                    "includes_pdf",
                    models.BooleanField(
                        db_comment="operational: Whether the PDF travels in the message.",
                        default=True,
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        db_comment="operational: Whether signed reports are sent to it.",
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
        ),
        migrations.CreateModel(
            name="Delivery",
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
                    "dedupe_key",
                    models.CharField(
                        db_comment="operational: Destination and version; a message is made once.",
                        max_length=80,
                    ),
                ),
                (
                    "control_id",
                    models.CharField(
                        db_comment="operational: MSH-10, the same on every resend.", max_length=20
                    ),
                ),
                (
                    "message_sha256",
                    models.CharField(
                        blank=True,
                        db_comment="operational: Names the stored message.",
                        max_length=64,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting to be sent"),
                            ("acknowledged", "Acknowledged"),
                            ("rejected", "Rejected by the receiver"),
                            ("superseded", "Superseded by a newer version"),
                        ],
                        db_comment="operational: What the receiver said.",
                        default="queued",
                        max_length=12,
                    ),
                ),
                (
                    "ack_code",
                    models.CharField(
                        blank=True,
                        db_comment="operational: MSA-1 of the acknowledgement.",
                        max_length=2,
                    ),
                ),
                (
                    "ack_text",
                    models.CharField(
                        blank=True,
                        db_comment="note: What the receiver wrote in MSA-3 or ERR.",
                        max_length=200,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        auto_now_add=True, db_comment="operational: When it was queued."
                    ),
                ),
                (
                    "acknowledged_at",
                    models.DateTimeField(
                        db_comment="operational: When the acknowledgement came.", null=True
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
                    "report_version",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: What it carries.",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="reports.reportversion",
                    ),
                ),
                (
                    "destination",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: Where it goes.",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="integrations.destination",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "deliveries",
            },
        ),
        migrations.AddConstraint(
            model_name="destination",
            constraint=models.UniqueConstraint(
                fields=("organization", "name"), name="one_destination_a_name"
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                fields=["organization", "report_version"], name="delivery_by_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                fields=("organization", "dedupe_key"), name="one_delivery_a_message"
            ),
        ),
        secure("integrations_destination", platform=KEEP),
        secure(
            "integrations_delivery",
            [
                ("destination_id", "integrations_destination"),
                ("report_version_id", "reports_reportversion"),
            ],
            leased=True,
        ),
    ]
