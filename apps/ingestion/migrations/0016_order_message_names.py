from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ingestion", "0015_uploads_open_and_sites"),
    ]

    operations = [
        migrations.AddField(
            model_name="ordermessage",
            name="name_hash",
            field=models.CharField(
                blank=True,
                db_comment="operational: Hash of listener, sender and control id; empty by other doors.",
                default="",
                max_length=64,
            ),
        ),
        migrations.AddIndex(
            model_name="ordermessage",
            index=models.Index(
                condition=models.Q(("name_hash", ""), _negated=True),
                fields=["organization", "name_hash"],
                name="order_messages_by_name",
            ),
        ),
    ]
