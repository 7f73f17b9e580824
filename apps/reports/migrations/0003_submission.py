import apps.core.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from apps.core.rls import shared_reference


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0002_signature_methods"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="report",
            name="submitted_at",
            field=models.DateTimeField(
                db_comment="operational: When a trainee handed the draft over for signing.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="report",
            name="submitted_by",
            field=apps.core.fields.SharedForeignKey(
                db_comment="operational: The trainee who handed it over; empty once the text changes.",
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        shared_reference("reports_report", "submitted_by_id", "tenants_user"),
    ]
