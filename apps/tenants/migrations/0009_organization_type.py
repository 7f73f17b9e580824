from django.db import migrations, models

from apps.core.rls import lookup_function


class Migration(migrations.Migration):
    dependencies = [("tenants", "0008_api_clients_and_limits")]

    operations = [
        migrations.AddField(
            model_name="organization",
            name="type",
            field=models.CharField(
                choices=[
                    ("hospital", "Hospital"),
                    ("laboratory", "Laboratory"),
                    ("research", "Research"),
                ],
                db_comment="operational: What it may do at all: care, sending, or nothing clinical.",
                default="hospital",
                max_length=12,
            ),
        ),
        lookup_function(
            "organization_type",
            "wanted bigint",
            "text",
            "SELECT type FROM public.tenants_organization WHERE id = wanted",
        ),
    ]
