import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ecg", "0007_reader_measurements"),
        ("tenants", "0014_client_keys"),
    ]

    operations = [
        migrations.AddField(
            model_name="patient",
            name="found_as",
            field=models.GeneratedField(
                db_comment="identifier: Family and given name in small letters, to be found by.",
                db_persist=True,
                expression=django.db.models.functions.text.Lower(
                    django.db.models.functions.text.Concat(
                        "family_name", models.Value(" "), "given_name"
                    )
                ),
                output_field=models.CharField(db_collation="C", max_length=401),
            ),
        ),
        migrations.AddField(
            model_name="patientidentifier",
            name="found_as",
            field=models.GeneratedField(
                db_comment="identifier: The number without spaces, in small letters, to be found by.",
                db_persist=True,
                expression=django.db.models.functions.text.Lower(
                    django.db.models.functions.text.Replace("value", models.Value(" "))
                ),
                output_field=models.CharField(db_collation="C", max_length=64),
            ),
        ),
        migrations.AddIndex(
            model_name="patient",
            index=models.Index(fields=["organization", "found_as", "id"], name="patient_found"),
        ),
        migrations.AddIndex(
            model_name="patient",
            index=models.Index(
                fields=["organization", "born_on", "found_as", "id"], name="patient_by_birthday"
            ),
        ),
        migrations.AddIndex(
            model_name="patientidentifier",
            index=models.Index(fields=["organization", "found_as"], name="identifier_found"),
        ),
    ]
