import apps.core.fields
import django.db.models.deletion
from django.db import migrations, models


from apps.core.rls import refer


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0003_alarms"),
        ("tenants", "0008_api_clients_and_limits"),
    ]

    operations = [
        migrations.AddField(
            model_name="auditevent",
            name="client",
            field=apps.core.fields.OrgForeignKey(
                db_comment="operational: The program that did it, where none of our people did.",
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tenants.apiclient",
            ),
        ),
        migrations.AddIndex(
            model_name="auditevent",
            index=models.Index(fields=["organization", "client", "seq"], name="audit_by_client"),
        ),
        refer("audit_auditevent", "client_id", "tenants_apiclient"),
    ]
