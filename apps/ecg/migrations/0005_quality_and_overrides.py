import apps.core.fields
import django.db.models.deletion
from django.db import migrations, models

from apps.core.rls import refer


class Migration(migrations.Migration):
    dependencies = [
        ("ecg", "0004_canary"),
    ]

    operations = [
        migrations.AddField(
            model_name="recording",
            name="checks",
            field=models.JSONField(
                db_comment="derived: Every check of the signal with figure and limit.", default=list
            ),
        ),
        migrations.AddField(
            model_name="recording",
            name="duplicate_of",
            field=apps.core.fields.OrgForeignKey(
                db_comment="operational: The recording it repeats, as a person decided.",
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ecg.recording",
            ),
        ),
        migrations.AddField(
            model_name="recording",
            name="is_experimental",
            field=models.BooleanField(
                db_comment="operational: Read by a decoder that no real file proves yet.",
                default=False,
            ),
        ),
        migrations.AddField(
            model_name="recording",
            name="overrides",
            field=models.JSONField(
                db_comment="derived: What vendor profiles changed, before and after.", default=list
            ),
        ),
        migrations.AddIndex(
            model_name="recording",
            index=models.Index(
                fields=["organization", "id"],
                condition=models.Q(duplicate_of__isnull=False),
                name="recording_repeated",
            ),
        ),
        refer("ecg_recording", "duplicate_of_id", "ecg_recording"),
    ]
