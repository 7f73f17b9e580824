"""A version has a one-page form beside its report; an organization says which of both is sent."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0011_dashboards")]

    operations = [
        migrations.AddField(
            model_name="reportversion",
            name="form_sha256",
            field=models.CharField(
                blank=True,
                db_comment="operational: The same of its one-page form; empty where none was"
                " printed.",
                default="",
                max_length=64,
            ),
        ),
        migrations.AddField(
            model_name="readingpolicy",
            name="ehr_document",
            field=models.CharField(
                choices=[("report", "The whole report"), ("form", "The one-page form")],
                db_comment="operational: Which PDF of a signed report travels in messages to the"
                " EHR.",
                default="report",
                max_length=8,
            ),
        ),
    ]
