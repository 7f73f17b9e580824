"""Events name the software that wrote them; counts of a day for platform staff."""

import django.db.models.deletion
from django.db import migrations, models

from apps.core.rls import KEEP, secure


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        ("tenants", "0001_initial"),
    ]

    operations = [
        # Rows that are there say form 1: their codes cover what they did when they were written.
        migrations.AddField(
            model_name="auditevent",
            name="form",
            field=models.PositiveSmallIntegerField(
                db_comment="operational: Which fields the code covers, and how.", db_default=1
            ),
        ),
        migrations.AddField(
            model_name="auditevent",
            name="software",
            field=models.CharField(
                blank=True,
                db_comment="operational: Version of the platform that wrote it; empty before form 2.",
                db_default="",
                max_length=64,
            ),
        ),
        migrations.AddIndex(
            model_name="auditevent",
            index=models.Index(fields=["organization", "code", "seq"], name="audit_by_code"),
        ),
        migrations.CreateModel(
            name="AuditCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(db_comment="operational: The day, UTC.")),
                (
                    "code",
                    models.CharField(
                        db_comment="operational: What happened: app.object.past_participle.",
                        max_length=64,
                    ),
                ),
                (
                    "events",
                    models.PositiveIntegerField(
                        db_comment="operational: How often it happened that day."
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
                "ordering": ["-day", "code"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "day", "code"), name="one_count_a_day_and_code"
                    )
                ],
            },
        ),
        secure("audit_auditcount", privileges=KEEP, platform="SELECT"),
    ]
