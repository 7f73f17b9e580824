from django.db import migrations

import apps.core.fields


class Migration(migrations.Migration):
    """Waveforms may be sealed again under a new key; their hash keeps what they say."""

    dependencies = [("ecg", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="waveform",
            name="sealed",
            field=apps.core.fields.SealedField(
                db_comment="waveform: Packed, compressed and sealed samples."
            ),
        ),
        migrations.RunSQL(
            "GRANT UPDATE (sealed) ON ecg_waveform TO ecg_app",
            "REVOKE UPDATE (sealed) ON ecg_waveform FROM ecg_app",
        ),
    ]
