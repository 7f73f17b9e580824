from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ecg", "0009_stated_numbers"),
    ]

    operations = [
        migrations.AddField(
            model_name="recording",
            name="stated_age_years",
            field=models.DecimalField(
                db_comment=(
                    "identifier: Age at the recording as the file says it; null where it does not."
                ),
                decimal_places=2,
                max_digits=5,
                null=True,
            ),
        ),
    ]
