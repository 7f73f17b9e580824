import django.core.validators
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ingestion", "0012_refused_orders_and_second_persons"),
    ]

    operations = [
        migrations.AddField(
            model_name="processingrules",
            name="share_rest_seconds",
            field=models.PositiveIntegerField(
                blank=True,
                db_comment="operational: Seconds a file on a share must be unchanged to be taken; empty for the installation's.",
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(10),
                    django.core.validators.MaxValueValidator(3600),
                ],
                verbose_name="seconds a file on a share must rest",
            ),
        ),
        migrations.AddField(
            model_name="processingrules",
            name="share_unfinished_minutes",
            field=models.PositiveIntegerField(
                blank=True,
                db_comment="operational: Minutes after which a file on a share that is not whole is quarantined; empty for the installation's.",
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(1440),
                ],
                verbose_name="minutes a file on a share may be unfinished",
            ),
        ),
        migrations.AddField(
            model_name="sharesource",
            name="added_at",
            field=models.DateTimeField(
                auto_now_add=True,
                db_comment="operational: When it was added.",
                default=django.utils.timezone.now,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="sharesource",
            name="signature_required",
            field=models.BooleanField(
                db_comment="operational: True where each file there must have its signature beside it.",
                default=False,
            ),
        ),
    ]
