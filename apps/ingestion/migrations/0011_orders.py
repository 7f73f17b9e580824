import apps.core.fields
import django.core.validators
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from apps.core.rls import APPEND, secure


class Migration(migrations.Migration):
    dependencies = [
        ("ecg", "0007_reader_measurements"),
        ("ingestion", "0010_path_canaries"),
        ("tenants", "0014_client_keys"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="identitycase",
            name="decision",
            field=models.CharField(
                blank=True,
                choices=[
                    ("keep", "What is held is right: reject the copy"),
                    ("move", "The patient of this copy is right"),
                    ("new_patient", "A new patient, as this copy says"),
                    ("retime", "The time of this copy is right"),
                    ("separate", "Two different ECGs"),
                    ("duplicate", "The same ECG twice"),
                ],
                db_comment="operational: What a person decided.",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="processingrules",
            name="order_minutes_after",
            field=models.PositiveIntegerField(
                db_comment="operational: Minutes after an order's start until which an ECG of the patient answers it.",
                default=1440,
                validators=[django.core.validators.MaxValueValidator(20160)],
                verbose_name="minutes after an order's start",
            ),
        ),
        migrations.AddField(
            model_name="processingrules",
            name="order_minutes_before",
            field=models.PositiveIntegerField(
                db_comment="operational: Minutes before an order's start from which an ECG of the patient answers it.",
                default=60,
                validators=[django.core.validators.MaxValueValidator(20160)],
                verbose_name="minutes before an order's start",
            ),
        ),
        migrations.AddField(
            model_name="processingrules",
            name="takes_nearest_order",
            field=models.BooleanField(
                db_comment="operational: Whether the nearest of several fitting orders is taken, or asked.",
                default=False,
                verbose_name="take the nearest of several orders",
            ),
        ),
        migrations.CreateModel(
            name="Order",
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
                    "placer_number",
                    models.CharField(
                        db_comment="identifier: Number that who ordered gave it.", max_length=64
                    ),
                ),
                (
                    "placer_authority",
                    models.CharField(
                        db_comment="identifier: Who assigns the placer's numbers.", max_length=64
                    ),
                ),
                (
                    "filler_number",
                    models.CharField(
                        blank=True,
                        db_comment="identifier: Number that who makes the ECG gave it.",
                        max_length=64,
                    ),
                ),
                (
                    "filler_authority",
                    models.CharField(
                        blank=True,
                        db_comment="identifier: Who assigns the filler's numbers.",
                        max_length=64,
                    ),
                ),
                (
                    "accession_number",
                    models.CharField(
                        blank=True, db_comment="identifier: Accession number.", max_length=64
                    ),
                ),
                (
                    "patient_number",
                    models.CharField(
                        blank=True,
                        db_comment="identifier: Record number of the patient, as stated.",
                        max_length=64,
                    ),
                ),
                (
                    "patient_authority",
                    models.CharField(
                        blank=True,
                        db_comment="identifier: Who assigns the record number.",
                        max_length=64,
                    ),
                ),
                (
                    "identity",
                    models.JSONField(
                        db_comment="identifier: Demographics as the order states them; shown only.",
                        default=dict,
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        blank=True,
                        db_comment="operational: Code of what is asked for.",
                        max_length=64,
                    ),
                ),
                (
                    "coding_system",
                    models.CharField(
                        blank=True, db_comment="operational: System of the code.", max_length=64
                    ),
                ),
                (
                    "text",
                    models.CharField(
                        blank=True, db_comment="note: What is asked for, in words.", max_length=200
                    ),
                ),
                (
                    "priority",
                    models.CharField(
                        choices=[("stat", "STAT"), ("urgent", "Urgent"), ("routine", "Routine")],
                        db_comment="operational: How soon it must be made and read.",
                        default="routine",
                        max_length=8,
                    ),
                ),
                (
                    "requester",
                    models.CharField(
                        blank=True,
                        db_comment="operational: Who ordered it, as stated.",
                        max_length=120,
                    ),
                ),
                (
                    "callback",
                    models.CharField(
                        blank=True,
                        db_comment="operational: Where who ordered it is called back.",
                        max_length=40,
                    ),
                ),
                (
                    "starts_at",
                    models.DateTimeField(
                        db_comment="identifier: When it is to be made, UTC; null where not stated.",
                        null=True,
                    ),
                ),
                (
                    "starts_local",
                    models.CharField(
                        blank=True,
                        db_comment="identifier: The same as the order says it.",
                        max_length=40,
                    ),
                ),
                (
                    "starts_zone",
                    models.CharField(
                        blank=True,
                        db_comment="operational: Zone used to turn local into UTC.",
                        max_length=64,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("ordered", "Ordered"),
                            ("in_progress", "In progress"),
                            ("completed", "Completed"),
                            ("cancelled", "Cancelled"),
                            ("discontinued", "Discontinued"),
                        ],
                        db_comment="operational: Where the request stands.",
                        default="ordered",
                        max_length=12,
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[("api", "API"), ("hl7", "HL7 message")],
                        db_comment="operational: Door it came by first.",
                        max_length=8,
                    ),
                ),
                (
                    "stated_at",
                    models.DateTimeField(
                        db_comment="operational: When the newest message that holds was made, by its own time."
                    ),
                ),
                (
                    "received_at",
                    models.DateTimeField(
                        db_comment="operational: When the first message about it came."
                    ),
                ),
                ("trace_id", models.UUIDField(db_comment="operational: Given at the door.")),
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
            name="OrderCase",
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("other_patient", "The order is for another patient"),
                            ("several", "Several orders fit"),
                            ("asked", "Another order is asked for"),
                        ],
                        db_comment="operational: What is in question.",
                        max_length=14,
                    ),
                ),
                (
                    "opened_at",
                    models.DateTimeField(db_comment="operational: When the question came up."),
                ),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("link", "It answers this order"),
                            ("unsolicited", "No order: leave it unsolicited"),
                            ("wrong_patient", "The ECG may be of the wrong patient"),
                        ],
                        db_comment="operational: What a person decided; empty where it settled itself.",
                        max_length=14,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        db_comment="note: Why it was decided so, in the person's words.",
                        max_length=400,
                    ),
                ),
                (
                    "closed_at",
                    models.DateTimeField(db_comment="operational: When it was closed.", null=True),
                ),
                (
                    "decided_by",
                    apps.core.fields.SharedForeignKey(
                        db_comment="operational: Who decided.",
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "order",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: The order whose number it names, or that it was given.",
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ingestion.order",
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
                    "recording",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: The ECG in question.",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ecg.recording",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OrderLink",
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
                    "how",
                    models.CharField(
                        choices=[
                            ("number", "By the order's number and the patient"),
                            ("patient", "By the patient and the time"),
                            ("person", "By a person"),
                        ],
                        db_comment="operational: What the match rests on.",
                        max_length=8,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True, db_comment="note: Why, in the person's words.", max_length=400
                    ),
                ),
                ("made_at", models.DateTimeField(db_comment="operational: When it was matched.")),
                (
                    "ended_at",
                    models.DateTimeField(db_comment="operational: When it was undone.", null=True),
                ),
                (
                    "end_reason",
                    models.CharField(
                        blank=True, db_comment="note: Why it was undone.", max_length=400
                    ),
                ),
                (
                    "ended_by",
                    apps.core.fields.SharedForeignKey(
                        db_comment="operational: Who undid it; empty for the platform.",
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "made_by",
                    apps.core.fields.SharedForeignKey(
                        db_comment="operational: Who matched it; empty for the platform.",
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "order",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: The order that is answered.",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="links",
                        to="ingestion.order",
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
                    "recording",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: The ECG that answers it.",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="order_links",
                        to="ecg.recording",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OrderMessage",
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
                    "control",
                    models.CharField(
                        db_comment="operational: Order control code, ORC-1 of HL7 v2.", max_length=2
                    ),
                ),
                (
                    "effect",
                    models.CharField(
                        choices=[("applied", "Applied"), ("older", "Older than what was known")],
                        db_comment="operational: What became of it.",
                        max_length=8,
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[("api", "API"), ("hl7", "HL7 message")],
                        db_comment="operational: Door it came by.",
                        max_length=8,
                    ),
                ),
                (
                    "sha256",
                    models.CharField(
                        db_comment="identifier: Names the stored bytes of the message.",
                        max_length=64,
                    ),
                ),
                (
                    "stated_at",
                    models.DateTimeField(
                        db_comment="operational: When it was made, by its own time."
                    ),
                ),
                ("received_at", models.DateTimeField(db_comment="operational: When it came.")),
                (
                    "client",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: The program that sent it.",
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.apiclient",
                    ),
                ),
                (
                    "order",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: The order it speaks of.",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="ingestion.order",
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
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("filler_number", ""), _negated=True),
                fields=["organization", "filler_number"],
                name="order_by_filler",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("accession_number", ""), _negated=True),
                fields=["organization", "accession_number"],
                name="order_by_accession",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("status__in", ["ordered", "in_progress"])),
                fields=["organization", "patient_number", "patient_authority"],
                name="open_orders_of_patient",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["organization", "-received_at", "-id"], name="order_newest"),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.UniqueConstraint(
                fields=("organization", "placer_number", "placer_authority"),
                name="one_order_a_placer_number",
            ),
        ),
        migrations.AddIndex(
            model_name="ordercase",
            index=models.Index(
                condition=models.Q(("closed_at", None)),
                fields=["organization", "opened_at", "id"],
                name="open_order_cases",
            ),
        ),
        migrations.AddConstraint(
            model_name="ordercase",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at", None)),
                fields=("organization", "recording"),
                name="one_open_order_question",
            ),
        ),
        migrations.AddIndex(
            model_name="orderlink",
            index=models.Index(fields=["organization", "order"], name="links_of_order"),
        ),
        migrations.AddConstraint(
            model_name="orderlink",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("organization", "recording"),
                name="one_current_order_an_ecg",
            ),
        ),
        migrations.AddIndex(
            model_name="ordermessage",
            index=models.Index(fields=["organization", "order", "id"], name="messages_of_order"),
        ),
        migrations.AddConstraint(
            model_name="ordermessage",
            constraint=models.UniqueConstraint(
                fields=("organization", "sha256", "order", "control"), name="one_row_a_message"
            ),
        ),
        secure("ingestion_order"),
        secure(
            "ingestion_ordermessage",
            [("order_id", "ingestion_order"), ("client_id", "tenants_apiclient")],
            privileges=APPEND,
        ),
        secure(
            "ingestion_orderlink",
            [("order_id", "ingestion_order"), ("recording_id", "ecg_recording")],
            shared=[("made_by_id", "tenants_user"), ("ended_by_id", "tenants_user")],
        ),
        secure(
            "ingestion_ordercase",
            [("order_id", "ingestion_order"), ("recording_id", "ecg_recording")],
            shared=[("decided_by_id", "tenants_user")],
        ),
    ]
