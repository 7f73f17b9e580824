import apps.core.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.conf import settings
from django.db import migrations, models

from apps.core.rls import secure


FIXED_ONCE_LIVE = migrations.RunSQL(
    """CREATE FUNCTION app.refuse_profile_change() RETURNS trigger
         LANGUAGE plpgsql SET search_path = '' AS
       $$ BEGIN
            IF OLD.state <> 'draft' AND (
                 NEW.state = 'draft'
                 OR to_jsonb(NEW) - '{state,ended_at}'::text[]
                    IS DISTINCT FROM to_jsonb(OLD) - '{state,ended_at}'::text[]
               ) THEN
              RAISE EXCEPTION 'a profile that was live does not change';
            END IF;
            RETURN NEW;
          END $$;
       CREATE TRIGGER fixed_once_live BEFORE UPDATE ON ingestion_vendorprofile
         FOR EACH ROW EXECUTE FUNCTION app.refuse_profile_change();""",
    """DROP TRIGGER fixed_once_live ON ingestion_vendorprofile;
       DROP FUNCTION app.refuse_profile_change();""",
)


class Migration(migrations.Migration):
    dependencies = [
        ("ecg", "0005_quality_and_overrides"),
        ("ingestion", "0004_document_outcome"),
        ("tenants", "0012_sign_in"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ExperimentalFormat",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "format",
                    models.CharField(db_comment="operational: Name of the format.", max_length=32),
                ),
                (
                    "is_on",
                    models.BooleanField(
                        db_comment="operational: Whether its files are taken, marked as experimental.",
                        default=True,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        db_comment="operational: Why it is taken before it is proven.",
                        max_length=200,
                    ),
                ),
                (
                    "added_at",
                    models.DateTimeField(
                        auto_now_add=True, db_comment="operational: When it was first switched on."
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="IdentityCase",
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("identity_conflict", "Same signal, other patient"),
                            ("time_conflict", "Same signal, other time"),
                            ("uid_collision", "Same object name, other signal"),
                            ("patient_correction", "Same object, other demographics"),
                            ("possible_duplicate", "Possible duplicate"),
                        ],
                        db_comment="operational: What is in question.",
                        max_length=20,
                    ),
                ),
                (
                    "subject",
                    models.CharField(
                        db_comment="operational: What one open case may exist for; keys and hashes.",
                        max_length=80,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("waiting", "Decided, waits for an amendment"),
                            ("closed", "Closed"),
                        ],
                        db_comment="operational: Where the question stands.",
                        default="open",
                        max_length=8,
                    ),
                ),
                (
                    "opened_at",
                    models.DateTimeField(
                        auto_now_add=True, db_comment="operational: When the question came up."
                    ),
                ),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("keep", "What is held is right"),
                            ("move", "The patient of this copy is right"),
                            ("retime", "The time of this copy is right"),
                            ("separate", "Two different ECGs"),
                            ("duplicate", "The same ECG twice"),
                        ],
                        db_comment="operational: What a person decided.",
                        max_length=12,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        db_comment="note: Why it was decided so, in the person's words.",
                        max_length=400,
                    ),
                ),
                (
                    "decided_at",
                    models.DateTimeField(db_comment="operational: When it was decided.", null=True),
                ),
                (
                    "closed_at",
                    models.DateTimeField(
                        db_comment="operational: When the decision had been carried out.", null=True
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ProfileSample",
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
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "Waiting"),
                            ("processing", "In work"),
                            ("done", "Done"),
                            ("duplicate", "Duplicate"),
                            ("quarantined", "Quarantined"),
                            ("dead", "Given up"),
                        ],
                        db_comment="operational: Where the row stands between waiting and done.",
                        default="received",
                        max_length=12,
                    ),
                ),
                (
                    "attempts",
                    models.PositiveSmallIntegerField(
                        db_comment="operational: How often the row was claimed.", default=0
                    ),
                ),
                (
                    "lane",
                    models.SmallIntegerField(
                        db_comment="operational: 0 live arrivals, 1 bulk import; lower goes first.",
                        default=0,
                    ),
                ),
                (
                    "turn",
                    models.BigIntegerField(
                        db_comment="operational: Fair place among organizations, set by a trigger.",
                        default=0,
                    ),
                ),
                (
                    "available_at",
                    models.DateTimeField(
                        db_comment="operational: Not to be claimed before this time.",
                        db_default=django.db.models.functions.datetime.Now(),
                    ),
                ),
                (
                    "lease_token",
                    models.UUIDField(
                        db_comment="operational: Names the claim that may finish.",
                        editable=False,
                        null=True,
                    ),
                ),
                (
                    "lease_until",
                    models.DateTimeField(
                        db_comment="operational: When the claim ends unless renewed.",
                        editable=False,
                        null=True,
                    ),
                ),
                (
                    "error_code",
                    models.CharField(
                        blank=True,
                        db_comment="operational: Why the last attempt failed, a code without patient data.",
                        default="",
                        max_length=64,
                    ),
                ),
                (
                    "trace_id",
                    models.UUIDField(
                        db_comment="operational: Given at the door and carried on every later row.",
                        default=uuid.uuid4,
                        editable=False,
                    ),
                ),
                (
                    "origin",
                    models.CharField(
                        choices=[("upload", "Uploaded"), ("arrival", "Arrived file")],
                        db_comment="operational: How the file came here.",
                        max_length=8,
                    ),
                ),
                (
                    "sha256",
                    models.CharField(
                        db_comment="identifier: Names the stored bytes.", max_length=64
                    ),
                ),
                (
                    "facts_digest",
                    models.CharField(
                        blank=True,
                        db_comment="operational: The facts it was last tried with.",
                        max_length=64,
                    ),
                ),
                (
                    "passed",
                    models.BooleanField(
                        db_comment="operational: Whether the profile reads it rightly; null untried.",
                        null=True,
                    ),
                ),
                (
                    "before",
                    models.JSONField(
                        db_comment="derived: What the file is without the profile, no patient data.",
                        default=dict,
                    ),
                ),
                (
                    "after",
                    models.JSONField(
                        db_comment="derived: What the file is with the profile, no patient data.",
                        default=dict,
                    ),
                ),
                (
                    "added_at",
                    models.DateTimeField(
                        auto_now_add=True, db_comment="operational: When it was added to the trial."
                    ),
                ),
                (
                    "checked_at",
                    models.DateTimeField(
                        db_comment="operational: When it was last tried.", null=True
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="VendorProfile",
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
                    "name",
                    models.CharField(
                        db_comment="operational: What it is called here.", max_length=48
                    ),
                ),
                (
                    "version",
                    models.PositiveSmallIntegerField(
                        db_comment="operational: Rises with every change of a live profile.",
                        default=1,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("live", "Live"),
                            ("superseded", "Superseded"),
                            ("retired", "Retired"),
                        ],
                        db_comment="operational: Draft, live, or no longer used.",
                        default="draft",
                        max_length=10,
                    ),
                ),
                (
                    "manufacturer",
                    models.CharField(
                        db_comment="operational: Maker as the file names it; * stands for any text.",
                        max_length=64,
                    ),
                ),
                (
                    "model_name",
                    models.CharField(
                        blank=True,
                        db_comment="operational: Model as the file names it, with *; empty is every model.",
                        max_length=64,
                    ),
                ),
                (
                    "software",
                    models.CharField(
                        blank=True,
                        db_comment="operational: Software as the file names it, with *; empty is every version.",
                        max_length=64,
                    ),
                ),
                (
                    "units",
                    models.TextField(
                        blank=True,
                        db_comment="operational: One a line: stated = uV, or stated 1 to 10 = uV by its number.",
                    ),
                ),
                (
                    "leads",
                    models.TextField(
                        blank=True,
                        db_comment="operational: One a line: code or label in the file = V4R.",
                    ),
                ),
                (
                    "measurements",
                    models.TextField(
                        blank=True, db_comment="operational: One a line: code in the file = qt_ms."
                    ),
                ),
                (
                    "signal_seconds",
                    models.DecimalField(
                        blank=True,
                        db_comment="operational: Seconds of ECG before a calibration tail, which is cut off.",
                        decimal_places=3,
                        max_digits=7,
                        null=True,
                    ),
                ),
                (
                    "date_order",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("DMY", "Day, month, year"),
                            ("MDY", "Month, day, year"),
                            ("YMD", "Year, month, day"),
                        ],
                        db_comment="operational: How its dates are written, where a file does not say.",
                        max_length=3,
                    ),
                ),
                (
                    "zone",
                    models.CharField(
                        blank=True,
                        db_comment="operational: Zone of its clock where files carry none, instead of the site's.",
                        max_length=64,
                    ),
                ),
                (
                    "demo_hashes",
                    models.TextField(
                        blank=True,
                        db_comment="operational: Hashes of the device's demo signals, one a line; never of people.",
                    ),
                ),
                (
                    "evidence",
                    models.CharField(
                        db_comment="operational: Where this is known from: manual, service note, measurement.",
                        max_length=400,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        auto_now_add=True, db_comment="operational: When it was drafted."
                    ),
                ),
                (
                    "live_at",
                    models.DateTimeField(
                        db_comment="operational: When it was put live.", editable=False, null=True
                    ),
                ),
                (
                    "ended_at",
                    models.DateTimeField(
                        db_comment="operational: When it was superseded or retired.",
                        editable=False,
                        null=True,
                    ),
                ),
            ],
            options={
                "ordering": ["name", "-version"],
            },
        ),
        migrations.AddField(
            model_name="ingress",
            name="refusal_checks",
            field=models.JSONField(
                db_comment="derived: The checks that were made, where refused by one of them.",
                default=list,
            ),
        ),
        migrations.AddField(
            model_name="recordingarrival",
            name="sop_instance_uid",
            field=models.CharField(
                blank=True, db_comment="identifier: DICOM object id of this copy.", max_length=64
            ),
        ),
        migrations.AlterField(
            model_name="ingress",
            name="outcome",
            field=models.CharField(
                choices=[
                    ("pending", "In work"),
                    ("new", "New recording"),
                    ("same_bytes", "Same file again"),
                    ("same_signal", "Same recording in another file"),
                    ("identity_conflict", "Same signal, other patient"),
                    ("time_conflict", "Same signal, other time"),
                    ("patient_correction", "Same object, other demographics"),
                    ("quarantined", "Refused"),
                    ("document", "Document, no ECG"),
                ],
                db_comment="operational: What became of it.",
                default="pending",
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="recordingarrival",
            name="identity",
            field=models.JSONField(
                db_comment="identifier: Demographics and time in this copy, for the resolve page only.",
                default=dict,
            ),
        ),
        migrations.AlterField(
            model_name="recordingarrival",
            name="outcome",
            field=models.CharField(
                choices=[
                    ("pending", "In work"),
                    ("new", "New recording"),
                    ("same_bytes", "Same file again"),
                    ("same_signal", "Same recording in another file"),
                    ("identity_conflict", "Same signal, other patient"),
                    ("time_conflict", "Same signal, other time"),
                    ("patient_correction", "Same object, other demographics"),
                    ("quarantined", "Refused"),
                    ("document", "Document, no ECG"),
                ],
                db_comment="operational: How it was recognised.",
                max_length=20,
            ),
        ),
        migrations.AddIndex(
            model_name="recordingarrival",
            index=models.Index(
                condition=models.Q(("sop_instance_uid", ""), _negated=True),
                fields=["organization", "sop_instance_uid"],
                name="arrival_by_uid",
            ),
        ),
        migrations.AddField(
            model_name="experimentalformat",
            name="organization",
            field=models.ForeignKey(
                db_comment="operational: The organization that owns the row; row-level security reads it.",
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tenants.organization",
            ),
        ),
        migrations.AddField(
            model_name="identitycase",
            name="chosen",
            field=apps.core.fields.OrgForeignKey(
                db_comment="operational: The copy that is right, where one is.",
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ingestion.recordingarrival",
            ),
        ),
        migrations.AddField(
            model_name="identitycase",
            name="decided_by",
            field=apps.core.fields.SharedForeignKey(
                db_comment="operational: Who decided.",
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="identitycase",
            name="organization",
            field=models.ForeignKey(
                db_comment="operational: The organization that owns the row; row-level security reads it.",
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tenants.organization",
            ),
        ),
        migrations.AddField(
            model_name="identitycase",
            name="other",
            field=apps.core.fields.OrgForeignKey(
                db_comment="operational: The earlier recording, where two are in question.",
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ecg.recording",
            ),
        ),
        migrations.AddField(
            model_name="identitycase",
            name="recording",
            field=apps.core.fields.OrgForeignKey(
                db_comment="operational: The recording in question.",
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ecg.recording",
            ),
        ),
        migrations.AddField(
            model_name="profilesample",
            name="organization",
            field=models.ForeignKey(
                db_comment="operational: The organization that owns the row; row-level security reads it.",
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tenants.organization",
            ),
        ),
        migrations.AddField(
            model_name="vendorprofile",
            name="created_by",
            field=apps.core.fields.SharedForeignKey(
                db_comment="operational: Who drafted it.",
                db_constraint=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="vendorprofile",
            name="live_by",
            field=apps.core.fields.SharedForeignKey(
                db_comment="operational: Who put it live.",
                db_constraint=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="vendorprofile",
            name="organization",
            field=models.ForeignKey(
                db_comment="operational: The organization that owns the row; row-level security reads it.",
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tenants.organization",
            ),
        ),
        migrations.AddField(
            model_name="profilesample",
            name="profile",
            field=apps.core.fields.OrgForeignKey(
                db_comment="operational: The profile on trial.",
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="samples",
                to="ingestion.vendorprofile",
            ),
        ),
        migrations.AddConstraint(
            model_name="experimentalformat",
            constraint=models.UniqueConstraint(
                fields=("organization", "format"), name="one_switch_a_format"
            ),
        ),
        migrations.AddIndex(
            model_name="identitycase",
            index=models.Index(
                condition=models.Q(("state", "closed"), _negated=True),
                fields=["organization", "opened_at", "id"],
                name="open_cases",
            ),
        ),
        migrations.AddIndex(
            model_name="identitycase",
            index=models.Index(fields=["organization", "recording"], name="cases_of_recording"),
        ),
        migrations.AddConstraint(
            model_name="identitycase",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "closed"), _negated=True),
                fields=("organization", "kind", "subject"),
                name="one_open_case_a_question",
            ),
        ),
        migrations.AddConstraint(
            model_name="vendorprofile",
            constraint=models.UniqueConstraint(
                fields=("organization", "name", "version"), name="one_profile_a_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="vendorprofile",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "live")),
                fields=("organization", "name"),
                name="one_live_profile_a_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="profilesample",
            constraint=models.UniqueConstraint(
                fields=("organization", "profile", "sha256"), name="one_sample_a_file"
            ),
        ),
        secure(
            "ingestion_vendorprofile",
            shared=[("created_by_id", "tenants_user"), ("live_by_id", "tenants_user")],
        ),
        secure(
            "ingestion_profilesample",
            [("profile_id", "ingestion_vendorprofile")],
            leased=True,
        ),
        secure("ingestion_experimentalformat"),
        secure(
            "ingestion_identitycase",
            [
                ("recording_id", "ecg_recording"),
                ("other_id", "ecg_recording"),
                ("chosen_id", "ingestion_recordingarrival"),
            ],
            shared=[("decided_by_id", "tenants_user")],
        ),
        FIXED_ONCE_LIVE,
    ]
