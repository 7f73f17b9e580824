import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ingestion", "0014_orders_by_requester"),
    ]

    operations = [
        migrations.AddField(
            model_name="processingrules",
            name="uploads_open",
            field=models.PositiveIntegerField(
                blank=True,
                db_comment="operational: Uploads in parts that may be open at a time, half of them by one sender; empty for the installation's.",
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(10000),
                ],
                verbose_name="uploads in parts, not finished, at most",
            ),
        ),
        migrations.AddField(
            model_name="processingrules",
            name="uploads_open_gb",
            field=models.PositiveIntegerField(
                blank=True,
                db_comment="operational: Gigabytes that open uploads in parts may announce together; empty for the installation's.",
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(100000),
                ],
                verbose_name="gigabytes of them together, at most",
            ),
        ),
        migrations.AddIndex(
            model_name="ingress",
            index=models.Index(
                condition=models.Q(("is_canary", False), ("lane", 0), ("site__isnull", False)),
                fields=["organization", "site", "-received_at"],
                name="ingress_of_site",
            ),
        ),
    ]
