from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ingestion", "0016_order_message_names"),
    ]

    operations = [
        migrations.AddField(
            model_name="ingress",
            name="released_before",
            field=models.JSONField(
                db_comment="operational: Refusals that persons set aside before that one.",
                default=list,
            ),
        ),
    ]
