import apps.audit.alarm_kinds
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0004_clients_act"),
    ]

    operations = [
        migrations.AlterField(
            model_name="alarm",
            name="code",
            field=models.CharField(
                choices=apps.audit.alarm_kinds.codes,
                db_comment="operational: What is wrong, a code of alarm_kinds.",
                max_length=48,
            ),
        ),
    ]
