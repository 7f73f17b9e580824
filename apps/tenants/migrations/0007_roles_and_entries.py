import apps.core.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.conf import settings
from django.db import migrations, models

from apps.core.rls import KEEP, changed_lookup_function, secure, shared_reference

STAFF = """INSERT INTO tenants_platformrole (user_id, role)
  SELECT id, 'operator' FROM tenants_user WHERE is_staff AND NOT is_superuser"""

MEMBERSHIPS = """SELECT m.organization_id, m.role FROM public.tenants_membership m
               JOIN public.tenants_organization o ON o.id = m.organization_id
               WHERE m.user_id = person AND m.is_active AND o.is_live{}
               ORDER BY o.name"""
OPEN = " AND (m.ends_on IS NULL OR m.ends_on >= current_date)"


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0006_identity_providers"),
    ]

    operations = [
        migrations.AddField(
            model_name="membership",
            name="ends_on",
            field=models.DateField(
                blank=True,
                db_comment="operational: Its last day; empty while none is agreed.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="given_by",
            field=apps.core.fields.SharedForeignKey(
                db_comment="operational: Who gave the role; empty for a command.",
                db_constraint=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="organization",
            name="allows_emergency_entry",
            field=models.BooleanField(
                db_comment="operational: Platform support may enter at once and is reviewed afterwards.",
                default=False,
            ),
        ),
        migrations.AlterField(
            model_name="membership",
            name="role",
            field=models.CharField(
                choices=[
                    ("technician", "Technician"),
                    ("reader", "Reader"),
                    ("trainee", "Trainee"),
                    ("administrator", "Organization administrator"),
                    ("researcher", "Researcher"),
                    ("labeler", "Labeler"),
                    ("auditor", "Auditor"),
                    ("billing", "Billing"),
                ],
                db_comment="operational: What the person may do here.",
                max_length=16,
            ),
        ),
        migrations.CreateModel(
            name="AccessReview",
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
                    "begun_at",
                    models.DateTimeField(
                        auto_now_add=True,
                        db_comment="operational: When its first decision was made.",
                    ),
                ),
                (
                    "signed_off_at",
                    models.DateTimeField(
                        db_comment="operational: When it was completed; empty while it is open.",
                        null=True,
                    ),
                ),
                (
                    "next_due_on",
                    models.DateField(
                        db_comment="operational: The day by which the next one is completed.",
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
                    "signed_off_by",
                    apps.core.fields.SharedForeignKey(
                        db_comment="operational: Who completed it.",
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AccessDecision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        db_comment="operational: What has access: a member, an API client.",
                        max_length=16,
                    ),
                ),
                (
                    "subject_id",
                    models.UUIDField(
                        db_comment="operational: Public id of who or what has access."
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        db_comment="operational: The role at that time.", max_length=16
                    ),
                ),
                (
                    "flags",
                    models.CharField(
                        blank=True,
                        db_comment="operational: What was flagged at that time.",
                        max_length=200,
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[("kept", "Kept"), ("removed", "Removed")],
                        db_comment="operational: Kept or removed.",
                        max_length=8,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        db_comment="note: Why, in the reviewer's words.", max_length=400
                    ),
                ),
                (
                    "decided_at",
                    models.DateTimeField(
                        auto_now=True, db_comment="operational: When it was decided."
                    ),
                ),
                (
                    "decided_by",
                    apps.core.fields.SharedForeignKey(
                        db_comment="operational: The reviewer.",
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
                    "review",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: The review it is part of.",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="tenants.accessreview",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="EmergencyAccess",
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
                    "asked_at",
                    models.DateTimeField(
                        auto_now_add=True, db_comment="operational: When it was asked for."
                    ),
                ),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("incident", "Something does not work"),
                            ("delivery", "Results do not arrive"),
                            ("identity", "A recording is under the wrong patient"),
                            ("question", "The organization asked for help"),
                            ("security", "Suspected misuse"),
                        ],
                        db_comment="operational: The kind of need.",
                        max_length=16,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        db_comment="note: What is wrong or asked for, in words; no patient data.",
                        max_length=400,
                        validators=[django.core.validators.MinLengthValidator(20)],
                    ),
                ),
                (
                    "ticket",
                    models.CharField(
                        db_comment="operational: The case it belongs to in the support system.",
                        max_length=64,
                    ),
                ),
                (
                    "is_emergency",
                    models.BooleanField(
                        db_comment="operational: Entered without approval, reviewed afterwards.",
                        default=False,
                    ),
                ),
                (
                    "approved_at",
                    models.DateTimeField(
                        db_comment="operational: When it was approved.", null=True
                    ),
                ),
                (
                    "usable_until",
                    models.DateTimeField(
                        db_comment="operational: Lapses where nobody has entered by then.",
                    ),
                ),
                (
                    "entered_at",
                    models.DateTimeField(
                        db_comment="operational: When the person went in.", null=True
                    ),
                ),
                (
                    "expires_at",
                    models.DateTimeField(
                        db_comment="operational: When the visit ends by itself.", null=True
                    ),
                ),
                (
                    "last_seen_at",
                    models.DateTimeField(
                        db_comment="operational: The visitor's last request.", null=True
                    ),
                ),
                (
                    "ended_at",
                    models.DateTimeField(
                        db_comment="operational: When it was over, for whatever reason.", null=True
                    ),
                ),
                (
                    "ending",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("refused", "Refused"),
                            ("lapsed", "Not used in time"),
                            ("left", "Left"),
                            ("expired", "Time ran out"),
                            ("idle", "Idle"),
                            ("ended", "Ended by the organization"),
                        ],
                        db_comment="operational: How it ended.",
                        max_length=8,
                    ),
                ),
                (
                    "review_due_at",
                    models.DateTimeField(
                        db_comment="operational: An emergency entry is looked at by a second person before.",
                        null=True,
                    ),
                ),
                (
                    "reviewed_at",
                    models.DateTimeField(
                        db_comment="operational: When it was looked at.", null=True
                    ),
                ),
                (
                    "review_note",
                    models.CharField(
                        blank=True, db_comment="note: What the review found.", max_length=400
                    ),
                ),
                (
                    "approved_by",
                    apps.core.fields.SharedForeignKey(
                        db_comment="operational: The second person, never the one who asked.",
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "asked_by",
                    apps.core.fields.SharedForeignKey(
                        db_comment="operational: Who asked, and may enter.",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ended_by",
                    apps.core.fields.SharedForeignKey(
                        db_comment="operational: Who refused or ended it; empty for the platform itself.",
                        db_constraint=False,
                        null=True,
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
                    "reviewed_by",
                    apps.core.fields.SharedForeignKey(
                        db_comment="operational: The second person who looked at an emergency entry.",
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PlatformRole",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("operator", "Platform operator"),
                            ("support", "Platform support"),
                            ("security", "Platform security"),
                        ],
                        db_comment="operational: What the person does there.",
                        max_length=16,
                    ),
                ),
                (
                    "given_at",
                    models.DateTimeField(
                        db_comment="operational: When the role was given.",
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                    ),
                ),
                (
                    "given_by",
                    models.ForeignKey(
                        db_comment="operational: Who gave the role; empty for a command.",
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        db_comment="operational: The member of platform staff.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "member of platform staff",
                "verbose_name_plural": "platform staff",
            },
        ),
        migrations.AddConstraint(
            model_name="accessreview",
            constraint=models.UniqueConstraint(
                condition=models.Q(("signed_off_at", None)),
                fields=("organization",),
                name="one_open_access_review",
            ),
        ),
        migrations.AddConstraint(
            model_name="accessdecision",
            constraint=models.UniqueConstraint(
                fields=("organization", "review", "kind", "subject_id"),
                name="one_access_decision_each",
            ),
        ),
        migrations.AddConstraint(
            model_name="emergencyaccess",
            constraint=models.CheckConstraint(
                condition=models.Q(("approved_by", models.F("asked_by")), _negated=True),
                name="entry_approved_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="emergencyaccess",
            constraint=models.CheckConstraint(
                condition=models.Q(("reviewed_by", models.F("asked_by")), _negated=True),
                name="entry_reviewed_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="emergencyaccess",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("entered_at", None),
                    ("is_emergency", True),
                    models.Q(("approved_at", None), _negated=True),
                    _connector="OR",
                ),
                name="entry_is_approved_or_an_emergency",
            ),
        ),
        migrations.AddConstraint(
            model_name="emergencyaccess",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("organization", "asked_by"),
                name="one_open_entry_each",
            ),
        ),
        shared_reference("tenants_membership", "given_by_id", "tenants_user"),
        secure("tenants_accessreview", shared=[("signed_off_by_id", "tenants_user")]),
        secure(
            "tenants_accessdecision",
            [("review_id", "tenants_accessreview")],
            shared=[("decided_by_id", "tenants_user")],
        ),
        secure(
            "tenants_emergencyaccess",
            shared=[
                ("asked_by_id", "tenants_user"),
                ("approved_by_id", "tenants_user"),
                ("ended_by_id", "tenants_user"),
                ("reviewed_by_id", "tenants_user"),
            ],
            platform=KEEP,
        ),
        migrations.RunSQL(
            """GRANT SELECT, INSERT, UPDATE, DELETE ON tenants_platformrole TO ecg_app;
               GRANT SELECT ON tenants_platformrole TO ecg_backup""",
            "REVOKE ALL ON tenants_platformrole FROM ecg_app, ecg_backup",
        ),
        # Staff of before had what an operator has now.
        migrations.RunSQL(STAFF, migrations.RunSQL.noop),
        changed_lookup_function(
            "memberships_of",
            "person bigint",
            "TABLE(organization_id bigint, role text)",
            MEMBERSHIPS.format(OPEN),
            MEMBERSHIPS.format(""),
        ),
    ]
