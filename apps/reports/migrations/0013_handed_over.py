from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ecg", "0007_reader_measurements"),
        ("reports", "0012_pdf"),
        ("tenants", "0014_client_keys"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="report",
            index=models.Index(
                condition=models.Q(
                    ("status__in", ["draft", "amending"]), ("submitted_at__isnull", False)
                ),
                fields=["organization", "priority_rank", "waiting_since", "id"],
                name="report_handed_over",
            ),
        ),
    ]
