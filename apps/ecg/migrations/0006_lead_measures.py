from django.db import migrations, models


class Migration(migrations.Migration):
    """What was measured in each lead is kept beside what holds for all."""

    dependencies = [("ecg", "0005_quality_and_overrides")]

    operations = [
        migrations.AddField(
            model_name="analysis",
            name="leads",
            field=models.JSONField(
                default=dict,
                db_comment="derived: Borders, amplitudes and ST levels of each lead's median beat.",
            ),
        ),
        migrations.AlterField(
            model_name="analysis",
            name="beats",
            field=models.JSONField(
                default=list,
                db_comment="derived: Global wave borders of each beat in ms from the start, "
                "its class.",
            ),
        ),
    ]
