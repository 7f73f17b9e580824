import apps.core.fields
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


from apps.core.rls import APPEND, append_only, secure


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("ecg", "0001_initial"),
        ("tenants", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Report",
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
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Unconfirmed"),
                            ("signed", "Signed"),
                            ("amending", "Being amended"),
                            ("amended", "Amended"),
                        ],
                        db_comment="operational: Where the reading stands.",
                        default="draft",
                        max_length=12,
                    ),
                ),
                (
                    "priority_rank",
                    models.PositiveSmallIntegerField(
                        db_comment="operational: Copy of the priority as a number, for the worklist's order."
                    ),
                ),
                (
                    "waiting_since",
                    models.DateTimeField(
                        db_comment="operational: When the recording was received, for the worklist's order."
                    ),
                ),
                (
                    "draft_text",
                    models.TextField(
                        blank=True, db_comment="note: The interpretation being written."
                    ),
                ),
                (
                    "draft_revision",
                    models.PositiveIntegerField(
                        db_comment="operational: Rises with every saved change; signing names it.",
                        default=1,
                    ),
                ),
                (
                    "draft_saved_at",
                    models.DateTimeField(
                        db_comment="operational: When the draft was last saved.", null=True
                    ),
                ),
                (
                    "amendment_reason",
                    models.CharField(
                        blank=True,
                        db_comment="note: Why the signed version is being amended.",
                        max_length=400,
                    ),
                ),
                (
                    "version_count",
                    models.PositiveSmallIntegerField(
                        db_comment="operational: Number of the newest signed version; 0 before any.",
                        default=0,
                    ),
                ),
                (
                    "draft_saved_by",
                    apps.core.fields.SharedForeignKey(
                        db_comment="operational: Who last saved the draft; empty for the machine's.",
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
                (
                    "recording",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: What is read.",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="ecg.recording",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReportVersion",
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
                    "number",
                    models.PositiveSmallIntegerField(
                        db_comment="operational: 1 for the first signed version, then 2, 3 and on."
                    ),
                ),
                (
                    "content",
                    models.TextField(
                        db_comment="note: Canonical JSON of all that was signed: identity, numbers, statements."
                    ),
                ),
                (
                    "content_sha256",
                    models.CharField(
                        db_comment="operational: Hash of the content, which names the PDF's hash.",
                        max_length=64,
                    ),
                ),
                (
                    "interpretation",
                    models.TextField(db_comment="note: The interpretation as signed."),
                ),
                (
                    "amendment_reason",
                    models.CharField(
                        blank=True,
                        db_comment="note: Why it replaces the version before.",
                        max_length=400,
                    ),
                ),
                (
                    "pdf_sha256",
                    models.CharField(
                        db_comment="operational: Names the stored PDF and proves its bytes.",
                        max_length=64,
                    ),
                ),
                ("created_at", models.DateTimeField(db_comment="operational: When it was frozen.")),
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
                    "report",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: The report it is a version of.",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="reports.report",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="Signature",
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
                    "printed_name",
                    models.CharField(
                        db_comment="identifier: The signer's name as printed that day.",
                        max_length=150,
                    ),
                ),
                (
                    "meaning",
                    models.CharField(
                        choices=[
                            ("approval", "Interpretation approved"),
                            ("amendment", "Amendment approved"),
                        ],
                        db_comment="operational: What the signature means.",
                        max_length=12,
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[("password", "Password entered at signing")],
                        db_comment="operational: How the signer proved who they are.",
                        max_length=12,
                    ),
                ),
                (
                    "content_sha256",
                    models.CharField(
                        db_comment="operational: Hash of the content that was signed.",
                        max_length=64,
                    ),
                ),
                ("signed_at", models.DateTimeField(db_comment="operational: When it was signed.")),
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
                    "signer",
                    apps.core.fields.SharedForeignKey(
                        db_comment="operational: The person who signed.",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: What was signed.",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signatures",
                        to="reports.reportversion",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(
                condition=models.Q(("status__in", ["draft", "amending"])),
                fields=["organization", "priority_rank", "waiting_since", "id"],
                name="report_worklist",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.UniqueConstraint(
                fields=("organization", "recording"), name="one_report_a_recording"
            ),
        ),
        migrations.AddConstraint(
            model_name="reportversion",
            constraint=models.UniqueConstraint(
                fields=("organization", "report", "number"), name="one_version_a_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.UniqueConstraint(
                fields=("organization", "version"), name="one_signature_a_version"
            ),
        ),
        secure(
            "reports_report",
            [("recording_id", "ecg_recording")],
            shared=[("draft_saved_by_id", "tenants_user")],
        ),
        secure("reports_reportversion", [("report_id", "reports_report")], privileges=APPEND),
        append_only("reports_reportversion"),
        secure(
            "reports_signature",
            [("version_id", "reports_reportversion")],
            shared=[("signer_id", "tenants_user")],
            privileges=APPEND,
        ),
        append_only("reports_signature"),
    ]
