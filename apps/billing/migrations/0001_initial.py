import apps.core.fields
import django.db.models.deletion
import uuid
from django.db import migrations, models


from apps.core.rls import APPEND, KEEP, append_only, secure


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("ecg", "0001_initial"),
        ("tenants", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Charge",
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
                    "meter",
                    models.CharField(
                        choices=[
                            ("inference.accepted", "Accepted algorithm result"),
                            ("report.signed", "Signed report"),
                        ],
                        db_comment="operational: What is counted.",
                        max_length=32,
                    ),
                ),
                (
                    "subject_id",
                    models.CharField(
                        db_comment="operational: What was done, once for each meter.",
                        max_length=128,
                    ),
                ),
                (
                    "quantity",
                    models.PositiveIntegerField(
                        db_comment="operational: Units charged.", default=1
                    ),
                ),
                (
                    "unit_price",
                    models.DecimalField(
                        db_comment="operational: Price of one unit that day.",
                        decimal_places=4,
                        max_digits=12,
                    ),
                ),
                (
                    "currency",
                    models.CharField(db_comment="operational: ISO 4217 code.", max_length=3),
                ),
                (
                    "occurred_at",
                    models.DateTimeField(
                        db_comment="operational: When the result was accepted or the report signed."
                    ),
                ),
                (
                    "billed_on",
                    models.DateField(
                        db_comment="operational: The same as a day in the organization's zone."
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
                (
                    "recording",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: The recording it was done on.",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ecg.recording",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "subject_id", "meter"), name="charged_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Price",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "meter",
                    models.CharField(
                        choices=[
                            ("inference.accepted", "Accepted algorithm result"),
                            ("report.signed", "Signed report"),
                        ],
                        db_comment="operational: What is counted.",
                        max_length=32,
                    ),
                ),
                (
                    "unit_price",
                    models.DecimalField(
                        db_comment="operational: Price of one unit.",
                        decimal_places=4,
                        max_digits=12,
                    ),
                ),
                (
                    "currency",
                    models.CharField(db_comment="operational: ISO 4217 code.", max_length=3),
                ),
                (
                    "effective_from",
                    models.DateField(
                        db_comment="operational: First day it applies, in the organization's zone."
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
                "ordering": ["meter", "-effective_from"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "meter", "effective_from"), name="one_price_a_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("unit_price__gte", 0)), name="price_not_below_0"
                    ),
                ],
            },
        ),
        secure("billing_price", platform=KEEP),
        secure("billing_charge", [("recording_id", "ecg_recording")], privileges=APPEND),
        append_only("billing_charge"),
    ]
