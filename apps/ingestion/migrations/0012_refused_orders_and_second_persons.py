import apps.core.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from apps.core.rls import shared_reference

# ECGs by the number they carry, for an order that comes after them. The table is of an app below;
# what looks for it there is of this one.
RECORDINGS_BY_NUMBER = migrations.RunSQL(
    """CREATE INDEX recording_by_number ON ecg_recording
         (organization_id, accession_number, received_at) WHERE accession_number <> ''""",
    "DROP INDEX recording_by_number",
)


class Migration(migrations.Migration):
    dependencies = [
        ("ecg", "0007_reader_measurements"),
        ("ingestion", "0011_orders"),
        ("tenants", "0014_client_keys"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="identitycase",
            name="approved_at",
            field=models.DateTimeField(
                db_comment="operational: When the second person approved.", null=True
            ),
        ),
        migrations.AddField(
            model_name="identitycase",
            name="approved_by",
            field=apps.core.fields.SharedForeignKey(
                db_comment="operational: The second person, never the one who decided.",
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="identitycase",
            name="refusal",
            field=models.CharField(
                blank=True,
                db_comment="note: Why the last decision was not approved; empty where none was refused.",
                max_length=400,
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="starts_doubt",
            field=models.CharField(
                blank=True,
                choices=[
                    (
                        "repeated",
                        "The clock went back in this hour: the time may be an hour later.",
                    ),
                    (
                        "skipped",
                        "The clock went forward in this hour: this local time did not exist.",
                    ),
                ],
                db_comment="operational: Why the start may be an hour off, where a clock changed then.",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="ordermessage",
            name="refusal_code",
            field=models.CharField(
                blank=True, db_comment="operational: Why it was refused, as a code.", max_length=40
            ),
        ),
        migrations.AddField(
            model_name="ordermessage",
            name="refusal_field",
            field=models.CharField(
                blank=True,
                db_comment="operational: Which of its fields was at fault.",
                max_length=80,
            ),
        ),
        migrations.AddField(
            model_name="ordermessage",
            name="refusal_words",
            field=models.CharField(
                blank=True,
                db_comment="operational: Why it was refused, in our words.",
                max_length=300,
            ),
        ),
        migrations.AddField(
            model_name="processingrules",
            name="approves_identity",
            field=models.BooleanField(
                db_comment="operational: Whether an ECG becomes another patient's only once a second person approves.",
                default=False,
                verbose_name="a second person approves another patient",
            ),
        ),
        migrations.AlterField(
            model_name="identitycase",
            name="state",
            field=models.CharField(
                choices=[
                    ("open", "Open"),
                    ("proposed", "Decided, waits for a second person"),
                    ("waiting", "Decided, waits for an amendment"),
                    ("closed", "Closed"),
                ],
                db_comment="operational: Where the question stands.",
                default="open",
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="ordermessage",
            name="control",
            field=models.CharField(
                blank=True,
                db_comment="operational: Order control code, ORC-1 of HL7 v2; empty where it was refused.",
                max_length=2,
            ),
        ),
        migrations.AlterField(
            model_name="ordermessage",
            name="effect",
            field=models.CharField(
                choices=[
                    ("applied", "Applied"),
                    ("older", "Older than what was known"),
                    ("refused", "Refused"),
                ],
                db_comment="operational: What became of it.",
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="ordermessage",
            name="order",
            field=apps.core.fields.OrgForeignKey(
                db_comment="operational: The order it speaks of; none where it was refused.",
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="messages",
                to="ingestion.order",
            ),
        ),
        migrations.AlterField(
            model_name="ordermessage",
            name="stated_at",
            field=models.DateTimeField(
                db_comment="operational: When it was made, by its own time; null where it was refused.",
                null=True,
            ),
        ),
        migrations.AddIndex(
            model_name="ordermessage",
            index=models.Index(
                condition=models.Q(("effect", "refused")),
                fields=["organization", "-id"],
                name="refused_order_messages",
            ),
        ),
        migrations.AddConstraint(
            model_name="identitycase",
            constraint=models.CheckConstraint(
                condition=models.Q(("approved_by", models.F("decided_by")), _negated=True),
                name="case_approved_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="ordermessage",
            constraint=models.UniqueConstraint(
                condition=models.Q(("effect", "refused")),
                fields=("organization", "sha256"),
                name="one_row_a_refused_message",
            ),
        ),
        shared_reference("ingestion_identitycase", "approved_by_id", "tenants_user"),
        RECORDINGS_BY_NUMBER,
    ]
