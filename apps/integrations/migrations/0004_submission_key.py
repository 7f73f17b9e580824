import apps.core.fields
import django.db.models.deletion
from django.db import migrations

from apps.core.rls import refer


class Migration(migrations.Migration):
    dependencies = [
        ("integrations", "0003_submissions"),
        ("tenants", "0014_client_keys"),
    ]

    operations = [
        migrations.AddField(
            model_name="submission",
            name="signing_key",
            field=apps.core.fields.OrgForeignKey(
                db_comment="operational: The key that signed the request, where it was signed.",
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tenants.signingkey",
            ),
        ),
        refer("integrations_submission", "signing_key_id", "tenants_signingkey"),
    ]
