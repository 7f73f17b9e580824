from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0005_to_repeat")]

    operations = [
        migrations.AlterField(
            model_name="report",
            name="priority_rank",
            field=models.SmallIntegerField(
                db_comment="operational: Copy of the priority as a number, for the worklist's"
                " order; -1 while a critical result of it is open."
            ),
        ),
    ]
