from django.db import migrations, models

DOORS = [
    ("web", "Pages"),
    ("upload", "Web upload"),
    ("api", "API"),
    ("dicom", "DICOM network"),
    ("hl7", "HL7 listeners"),
]
OF_ADDRESSES = [("sign-in", "Sign-in"), ("api-key", "Unknown API keys")]


class Migration(migrations.Migration):
    dependencies = [("tenants", "0015_dicom_limit")]

    operations = [
        *(
            migrations.AlterField(
                model_name=model,
                name="door",
                field=models.CharField(
                    choices=choices, db_comment="operational: Where it counts.", max_length=8
                ),
            )
            for model, choices in (("ratelimit", DOORS), ("ratecounter", DOORS + OF_ADDRESSES))
        ),
        migrations.AddField(
            model_name="hl7listener",
            name="certificates",
            field=models.TextField(
                blank=True,
                db_comment="operational: SHA-256 of certificates that must be shown, one a line; or none.",
                default="",
                verbose_name="client certificates",
            ),
        ),
    ]
