from django.db import migrations, models

from apps.core.rls import lookup_function


class Migration(migrations.Migration):
    dependencies = [("tenants", "0003_storage")]

    operations = [
        migrations.AddField(
            model_name="organization",
            name="second_factor_required",
            field=models.BooleanField(
                db_comment="operational: True where every member must have a second factor.",
                default=False,
            ),
        ),
        lookup_function(
            "second_factor_required",
            "wanted bigint",
            "boolean",
            "SELECT second_factor_required FROM public.tenants_organization WHERE id = wanted",
        ),
    ]
