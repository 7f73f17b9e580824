import apps.core.fields
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from apps.core.rls import secure

# What was measured stays as it is; it is struck once, by name. The organization is guarded already.
STRUCK_ONLY = migrations.RunSQL(
    """CREATE FUNCTION app.refuse_measurement_change() RETURNS trigger
         LANGUAGE plpgsql SET search_path = '' AS
       $$ BEGIN
            IF OLD.struck_at IS NOT NULL
               OR to_jsonb(NEW) - '{struck_at,struck_by_id,organization_id}'::text[]
                  IS DISTINCT FROM to_jsonb(OLD) - '{struck_at,struck_by_id,organization_id}'::text[] THEN
              RAISE EXCEPTION 'a kept measurement is struck, not changed';
            END IF;
            RETURN NEW;
          END $$;
       CREATE TRIGGER fixed_once_live BEFORE UPDATE ON ecg_readermeasurement
         FOR EACH ROW EXECUTE FUNCTION app.refuse_measurement_change();""",
    """DROP TRIGGER fixed_once_live ON ecg_readermeasurement;
       DROP FUNCTION app.refuse_measurement_change();""",
)


class Migration(migrations.Migration):
    dependencies = [
        ("ecg", "0006_lead_measures"),
        ("tenants", "0012_sign_in"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReaderMeasurement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.UUIDField(
                        db_comment="operational: The row's random name in addresses and messages.",
                        default=uuid.uuid4,
                        editable=False,
                        unique=True,
                    ),
                ),
                (
                    "tool",
                    models.CharField(
                        choices=[
                            ("time", "Interval"),
                            ("amplitude", "Amplitude"),
                            ("march", "March-out"),
                            ("angle", "Angle"),
                            ("border", "Border of a wave"),
                        ],
                        db_comment="operational: With which tool.",
                        max_length=12,
                    ),
                ),
                (
                    "lead",
                    models.CharField(
                        blank=True,
                        db_comment="derived: The lead; empty for all together.",
                        max_length=8,
                    ),
                ),
                (
                    "places",
                    models.JSONField(
                        db_comment="derived: Where it was placed: sample indexes and mV, or ms from R."
                    ),
                ),
                (
                    "value",
                    models.DecimalField(
                        db_comment="derived: The number, computed from the places.",
                        decimal_places=3,
                        max_digits=12,
                    ),
                ),
                ("unit", models.CharField(db_comment="derived: UCUM unit.", max_length=16)),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        db_comment="note: Why a border was moved, in the reader's words.",
                        max_length=400,
                    ),
                ),
                ("made_at", models.DateTimeField(db_comment="operational: When it was kept.")),
                (
                    "struck_at",
                    models.DateTimeField(db_comment="operational: When it was struck.", null=True),
                ),
                (
                    "made_by",
                    apps.core.fields.SharedForeignKey(
                        db_comment="operational: Who measured it.",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_comment="operational: The organization that owns the row; row-level security reads it.",
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.organization",
                    ),
                ),
                (
                    "recording",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: What was measured.",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ecg.recording",
                    ),
                ),
                (
                    "struck_by",
                    apps.core.fields.SharedForeignKey(
                        db_comment="operational: Who struck it.",
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["organization", "recording", "id"], name="kept_on_recording"
                    )
                ],
            },
        ),
        secure(
            "ecg_readermeasurement",
            [("recording_id", "ecg_recording")],
            shared=[("made_by_id", "tenants_user"), ("struck_by_id", "tenants_user")],
        ),
        STRUCK_ONLY,
    ]
