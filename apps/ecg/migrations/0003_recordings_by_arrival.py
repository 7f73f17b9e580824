from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ecg", "0002_sealed_again"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="recording",
            index=models.Index(
                fields=["organization", "-received_at", "-id"], name="recording_newest"
            ),
        ),
    ]
