from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0004_reading_room")]

    operations = [
        migrations.AddIndex(
            model_name="report",
            index=models.Index(
                condition=models.Q(("status", "inadequate")),
                fields=["organization", "-waiting_since"],
                name="report_to_repeat",
            ),
        ),
    ]
