from django.db import migrations, models

DOORS = [("web", "Pages"), ("upload", "Web upload"), ("api", "API"), ("dicom", "DICOM network")]
OF_ADDRESSES = [("sign-in", "Sign-in"), ("api-key", "Unknown API keys")]


class Migration(migrations.Migration):
    dependencies = [("tenants", "0014_client_keys")]

    operations = [
        migrations.AlterField(
            model_name=model,
            name="door",
            field=models.CharField(
                choices=choices, db_comment="operational: Where it counts.", max_length=8
            ),
        )
        for model, choices in (("ratelimit", DOORS), ("ratecounter", DOORS + OF_ADDRESSES))
    ]
