import django.db.models.deletion
from django.db import migrations, models

import apps.core.fields
from apps.core.rls import secure


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0010_search_terms"),
        ("tenants", "0013_dicom_peers"),
    ]

    operations = [
        migrations.CreateModel(
            name="DayFigure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "day",
                    models.DateField(db_comment="operational: The day in the organization's zone."),
                ),
                (
                    "figure",
                    models.CharField(
                        db_comment="derived: What is counted, by its name in the definitions.",
                        max_length=24,
                    ),
                ),
                (
                    "part",
                    models.BigIntegerField(
                        db_comment="derived: The count, the part of a share, or seconds; empty"
                        " where none.",
                        null=True,
                    ),
                ),
                (
                    "whole",
                    models.BigIntegerField(
                        db_comment="derived: Of how many the share or the percentile is.",
                        default=0,
                    ),
                ),
                (
                    "counted_at",
                    models.DateTimeField(db_comment="operational: When it was counted last."),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_comment="operational: The organization that owns the row; row-level"
                        " security reads it.",
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
                        db_comment="operational: The site; empty for the whole organization.",
                        db_constraint=False,
                        db_index=False,
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
                        fields=("organization", "site", "day", "figure"),
                        name="one_figure_a_day",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        secure("reports_dayfigure", [("site_id", "tenants_site")]),
        migrations.AddIndex(
            model_name="signature",
            index=models.Index(fields=["organization", "signed_at"], name="signature_by_time"),
        ),
        migrations.AddIndex(
            model_name="statementdecision",
            index=models.Index(fields=["organization", "decided_at"], name="decision_by_time"),
        ),
    ]
