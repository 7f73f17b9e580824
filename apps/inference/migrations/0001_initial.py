import apps.core.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.db import migrations, models


from apps.core.rls import KEEP, secure


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("ecg", "0001_initial"),
        ("tenants", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Algorithm",
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
                ("slug", models.SlugField(db_comment="operational: Stable short name.")),
                (
                    "name",
                    models.CharField(
                        db_comment="operational: Name shown beside results.", max_length=120
                    ),
                ),
                (
                    "intended_use",
                    models.TextField(
                        db_comment="operational: What it is for and on whom, shown with every result."
                    ),
                ),
                (
                    "limits",
                    models.TextField(
                        blank=True,
                        db_comment="operational: What it cannot do, shown with every result.",
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
            name="AlgorithmVersion",
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
                    "version",
                    models.CharField(db_comment="operational: Semantic version.", max_length=32),
                ),
                (
                    "adapter",
                    models.CharField(
                        db_comment="operational: Which adapter calls it, by name.", max_length=64
                    ),
                ),
                (
                    "is_enabled",
                    models.BooleanField(
                        db_comment="operational: Whether new recordings are sent to it.",
                        default=True,
                    ),
                ),
                (
                    "algorithm",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: What it is a version of.",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="inference.algorithm",
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
            name="InferenceRun",
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
                    "idempotency_key",
                    models.CharField(
                        db_comment="operational: Hash of organization, recording, version and input.",
                        max_length=64,
                    ),
                ),
                (
                    "input_hash",
                    models.CharField(
                        db_comment="identifier: Canonical hash of the signal that was read.",
                        max_length=80,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("succeeded", "Succeeded"),
                            ("not_eligible", "Not eligible"),
                            ("failed_final", "Failed"),
                        ],
                        db_comment="operational: What became of the run.",
                        default="queued",
                        max_length=16,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        db_comment="operational: Why it is not eligible or failed.",
                        max_length=200,
                    ),
                ),
                (
                    "output",
                    models.JSONField(db_comment="derived: The accepted result.", default=dict),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        auto_now_add=True, db_comment="operational: When the run was asked for."
                    ),
                ),
                (
                    "accepted_at",
                    models.DateTimeField(
                        db_comment="operational: When its result was first accepted.", null=True
                    ),
                ),
                (
                    "algorithm_version",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: What reads it.",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inference.algorithmversion",
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
                        related_name="inference_runs",
                        to="ecg.recording",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="algorithm",
            constraint=models.UniqueConstraint(
                fields=("organization", "slug"), name="one_algorithm_a_slug"
            ),
        ),
        migrations.AddConstraint(
            model_name="algorithmversion",
            constraint=models.UniqueConstraint(
                fields=("organization", "algorithm", "version"), name="one_row_a_version"
            ),
        ),
        migrations.AddIndex(
            model_name="inferencerun",
            index=models.Index(fields=["organization", "recording"], name="run_by_recording"),
        ),
        migrations.AddConstraint(
            model_name="inferencerun",
            constraint=models.UniqueConstraint(
                fields=("organization", "idempotency_key"), name="one_run_an_input"
            ),
        ),
        secure("inference_algorithm", platform=KEEP),
        secure(
            "inference_algorithmversion",
            [("algorithm_id", "inference_algorithm")],
            platform=KEEP,
        ),
        secure(
            "inference_inferencerun",
            [
                ("recording_id", "ecg_recording"),
                ("algorithm_version_id", "inference_algorithmversion"),
            ],
            leased=True,
        ),
    ]
