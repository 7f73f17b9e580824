from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ingestion", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="ingress",
            name="source",
            field=models.CharField(
                choices=[
                    ("web", "Web upload"),
                    ("import", "Bulk import"),
                    ("smb", "File share"),
                    ("ehr", "EHR"),
                    ("dicom", "DICOM network"),
                    ("api", "API"),
                ],
                db_comment="operational: The door it came through.",
                max_length=8,
            ),
        ),
    ]
