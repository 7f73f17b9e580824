from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ingestion", "0013_share_rules"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("requester", ""), _negated=True),
                fields=["organization", "requester"],
                name="order_by_requester",
            ),
        ),
    ]
