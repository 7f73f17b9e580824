import apps.core.fields
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from apps.core.rls import secure

# What is signed changes only to an amendment's draft, by an addendum, or to retracted; locked, not
# even to a draft before it is unlocked; retracted, to nothing. A retraction has a second person.
# The organization is guarded already.
SIGNED_STAYS = migrations.RunSQL(
    """CREATE FUNCTION app.refuse_report_change() RETURNS trigger
         LANGUAGE plpgsql SET search_path = '' AS
       $$ DECLARE
            becomes CONSTANT jsonb := '{
              "amending": ["amended", "entered_in_error"],
              "signed": ["amending", "addended", "locked", "entered_in_error"],
              "amended": ["amending", "addended", "locked", "entered_in_error"],
              "addended": ["amending", "locked", "entered_in_error"],
              "locked": ["signed", "amended", "addended", "entered_in_error"],
              "entered_in_error": []
            }';
            free text[] := '{organization_id,priority_rank,assigned_to_id,reading_by_id,reading_beat_at}';
            is_more boolean := NEW.version_count = OLD.version_count + 1;
            is_other boolean := NEW.status <> OLD.status;
          BEGIN
            IF is_other AND becomes ? OLD.status AND NOT becomes -> OLD.status ? NEW.status THEN
              RAISE EXCEPTION 'a report that is % does not become %', OLD.status, NEW.status;
            END IF;
            IF is_other AND NEW.status = 'entered_in_error' AND NOT EXISTS (
              SELECT FROM public.reports_retraction r
              WHERE r.organization_id = NEW.organization_id AND r.report_id = NEW.id
                AND r.approved_at IS NOT NULL
            ) THEN
              RAISE EXCEPTION 'nobody approved that the report is retracted';
            END IF;
            IF NOT becomes ? OLD.status OR OLD.status = 'amending' THEN
              RETURN NEW;
            END IF;
            IF NEW.status = 'amending' THEN
              free := free || '{status,draft_text,draft_revision,draft_saved_at,draft_saved_by_id,amendment_reason}';
            ELSIF is_other AND (is_more OR NEW.version_count = OLD.version_count) THEN
              free := free || '{status,version_count,settled_at,unlocked_at,unlock_reason}';
            ELSIF is_more AND OLD.status <> 'entered_in_error' THEN
              free := free || '{version_count,settled_at,unlocked_at,unlock_reason}';
            END IF;
            IF to_jsonb(NEW) - free IS DISTINCT FROM to_jsonb(OLD) - free THEN
              RAISE EXCEPTION 'a report that is % stays as it is', OLD.status;
            END IF;
            RETURN NEW;
          END $$;
       CREATE TRIGGER fixed_once_live BEFORE UPDATE ON reports_report
         FOR EACH ROW EXECUTE FUNCTION app.refuse_report_change();""",
    """DROP TRIGGER fixed_once_live ON reports_report;
       DROP FUNCTION app.refuse_report_change();""",
)


class Migration(migrations.Migration):
    dependencies = [
        ("ecg", "0007_reader_measurements"),
        ("reports", "0006_critical_first"),
        ("tenants", "0013_dicom_peers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Retraction",
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
                    "reason",
                    models.CharField(
                        db_comment="note: Why, in the asking person's words.", max_length=400
                    ),
                ),
                (
                    "asked_at",
                    models.DateTimeField(db_comment="operational: When it was asked for."),
                ),
                (
                    "approved_at",
                    models.DateTimeField(
                        db_comment="operational: When it was approved, and the report retracted.",
                        null=True,
                    ),
                ),
                (
                    "refused_at",
                    models.DateTimeField(
                        db_comment="operational: When it was refused; the report stayed as it was.",
                        null=True,
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
                    "report",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: What is retracted.",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="retractions",
                        to="reports.report",
                    ),
                ),
                (
                    "patient",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: Whose the report was said to be; stays when the ECG moves.",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ecg.patient",
                    ),
                ),
                (
                    "asked_by",
                    apps.core.fields.SharedForeignKey(
                        db_comment="operational: Who asked.",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "approved_by",
                    apps.core.fields.SharedForeignKey(
                        db_comment="operational: The second person, who approved it.",
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "refused_by",
                    apps.core.fields.SharedForeignKey(
                        db_comment="operational: Who refused it or took it back.",
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [
                    models.Index(fields=["organization", "patient"], name="retraction_by_patient")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("approved_by", models.F("asked_by")), _negated=True),
                        name="retraction_approved_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approved_at", None), ("refused_at", None), _connector="OR"
                        ),
                        name="retraction_decided_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("refused_at", None)),
                        fields=("organization", "report"),
                        name="one_retraction_a_report",
                    ),
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name="report",
            name="one_report_a_recording",
        ),
        migrations.AddField(
            model_name="keptdraft",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("draft", "Not saved, because somebody else's was"),
                    ("addendum", "An addendum to be signed"),
                ],
                db_comment="operational: What the text is to become.",
                default="draft",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="readingpolicy",
            name="lock_hours",
            field=models.PositiveSmallIntegerField(
                db_comment="operational: Hours from signing until a report locks; 0 locks it at once.",
                default=24,
            ),
        ),
        migrations.AddField(
            model_name="readingpolicy",
            name="locks_when_acknowledged",
            field=models.BooleanField(
                db_comment="operational: Whether an acknowledgement of the EHR locks it before that.",
                default=True,
            ),
        ),
        migrations.AddField(
            model_name="report",
            name="settled_at",
            field=models.DateTimeField(
                db_comment="operational: When the newest version was signed; empty before any.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="report",
            name="unlocked_at",
            field=models.DateTimeField(
                db_comment="operational: When it was last unlocked; empty since that signing.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="report",
            name="unlock_reason",
            field=models.CharField(
                blank=True, db_comment="note: Why it was last unlocked.", max_length=400
            ),
        ),
        migrations.AddField(
            model_name="reportversion",
            name="addendum",
            field=models.TextField(
                blank=True, db_comment="note: What an addendum adds; empty for any other version."
            ),
        ),
        migrations.AddField(
            model_name="reportversion",
            name="kind",
            field=models.CharField(
                choices=[
                    ("reading", "Interpretation"),
                    ("addendum", "Addendum"),
                    ("retraction", "Retraction"),
                ],
                db_comment="operational: What it adds to the version before.",
                default="reading",
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="report",
            name="status",
            field=models.CharField(
                choices=[
                    ("draft", "Unconfirmed"),
                    ("signed", "Signed"),
                    ("amending", "Being amended"),
                    ("amended", "Amended"),
                    ("addended", "Signed, with addendum"),
                    ("locked", "Locked"),
                    ("inadequate", "To be repeated"),
                    ("entered_in_error", "Retracted: wrong patient"),
                ],
                db_comment="operational: Where the reading stands.",
                default="draft",
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="signature",
            name="meaning",
            field=models.CharField(
                choices=[
                    ("approval", "Interpretation approved"),
                    ("review", "Interpretation reviewed"),
                    ("responsibility", "Responsible for the interpretation"),
                    ("authorship", "Author of the interpretation"),
                    ("amendment", "Amendment approved"),
                    ("addendum", "Author of the addendum"),
                    ("retraction", "Retraction approved"),
                ],
                db_comment="operational: What the signature means.",
                max_length=16,
            ),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(
                condition=models.Q(("status__in", ["signed", "amended", "addended"])),
                fields=["organization", "settled_at"],
                name="report_to_lock",
            ),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(fields=["organization", "recording"], name="report_by_recording"),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "entered_in_error"), _negated=True),
                fields=("organization", "recording"),
                name="one_report_a_recording",
            ),
        ),
        secure(
            "reports_retraction",
            [("report_id", "reports_report"), ("patient_id", "ecg_patient")],
            shared=[
                ("asked_by_id", "tenants_user"),
                ("approved_by_id", "tenants_user"),
                ("refused_by_id", "tenants_user"),
            ],
        ),
        SIGNED_STAYS,
    ]
