from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ecg", "0003_recordings_by_arrival"),
    ]

    operations = [
        migrations.AddField(
            model_name="recording",
            name="is_canary",
            field=models.BooleanField(
                db_comment="operational: Sent by the platform itself to prove that it works.",
                default=False,
            ),
        ),
    ]
