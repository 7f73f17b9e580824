from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ecg", "0007_reader_measurements"),
        ("reports", "0012_pdf"),
        ("tenants", "0014_client_keys"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="signature",
            name="method",
            field=models.CharField(
                choices=[
                    ("password", "Password entered at signing"),
                    ("passkey", "Passkey used at signing"),
                    ("oidc", "Signed in again at the identity provider (OpenID Connect)"),
                    ("saml", "Signed in again at the identity provider (SAML)"),
                ],
                db_comment="operational: How the signer proved who they are.",
                max_length=12,
            ),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(
                condition=models.Q(
                    ("status__in", ["draft", "amending"]), ("submitted_at__isnull", False)
                ),
                fields=["organization", "priority_rank", "waiting_since", "id"],
                name="report_handed_over",
            ),
        ),
    ]
