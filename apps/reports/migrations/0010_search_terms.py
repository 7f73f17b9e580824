import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations import RunSQL

import apps.core.fields
from apps.core.rls import ALL, secure

# What a report's own row says of a recording follows it in the same transaction, whoever writes.
FOLLOW = """
    CREATE FUNCTION app.write_report_terms(of_organization bigint, of_recording bigint)
      RETURNS void LANGUAGE plpgsql SET search_path = '' AS
    $$ BEGIN
         DELETE FROM public.reports_searchterm
          WHERE organization_id = of_organization AND recording_id = of_recording
            AND term >= 'report.' AND term < 'report/';
         INSERT INTO public.reports_searchterm (organization_id, recording_id, term, source, at)
         SELECT r.organization_id, r.recording_id, said.term, '',
                coalesce(e.acquired_at, e.received_at)
           FROM public.reports_report r
           JOIN public.ecg_recording e
             ON e.organization_id = r.organization_id AND e.id = r.recording_id
           CROSS JOIN LATERAL (VALUES
                ('report.status.' || r.status),
                ('report.rank.' || r.priority_rank),
                ('report.reader.' || coalesce(r.assigned_to_id, r.draft_saved_by_id)),
                (CASE WHEN r.submitted_at IS NOT NULL THEN 'report.submitted' END)
           ) AS said (term)
          WHERE r.organization_id = of_organization AND r.recording_id = of_recording
               AND r.id = (
                 SELECT max(n.id) FROM public.reports_report n
                 WHERE n.organization_id = of_organization AND n.recording_id = of_recording
               )
            AND e.duplicate_of_id IS NULL AND said.term IS NOT NULL;
       END $$;
    CREATE FUNCTION app.report_terms_follow() RETURNS trigger
      LANGUAGE plpgsql SET search_path = '' AS
    $$ BEGIN
         PERFORM app.write_report_terms(NEW.organization_id, NEW.recording_id);
         RETURN NULL;
       END $$;
    CREATE TRIGGER search_new AFTER INSERT ON reports_report
      FOR EACH ROW EXECUTE FUNCTION app.report_terms_follow();
    CREATE TRIGGER search_changed AFTER UPDATE ON reports_report
      FOR EACH ROW WHEN (
        (OLD.status, OLD.priority_rank, OLD.assigned_to_id, OLD.draft_saved_by_id,
         OLD.submitted_at IS NULL)
        IS DISTINCT FROM
        (NEW.status, NEW.priority_rank, NEW.assigned_to_id, NEW.draft_saved_by_id,
         NEW.submitted_at IS NULL)
      ) EXECUTE FUNCTION app.report_terms_follow();
"""
UNFOLLOW = """
    DROP TRIGGER search_changed ON reports_report;
    DROP TRIGGER search_new ON reports_report;
    DROP FUNCTION app.report_terms_follow();
    DROP FUNCTION app.write_report_terms(bigint, bigint);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("ecg", "0007_reader_measurements"),
        ("reports", "0009_templates"),
        ("tenants", "0013_dicom_peers"),
    ]

    operations = [
        migrations.AddField(
            model_name="savedview",
            name="search",
            field=models.CharField(
                blank=True,
                db_comment="operational: A search in words of our own, which name no patient;"
                " empty for filters of the worklist.",
                max_length=500,
            ),
        ),
        migrations.CreateModel(
            name="SearchTerm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "term",
                    models.CharField(
                        db_collation="C",
                        db_comment="derived: Kind and code: is.af, n.qtc, report.status.draft;"
                        " names and numbers of patients as keyed hashes only.",
                        max_length=160,
                    ),
                ),
                (
                    "value",
                    models.FloatField(
                        db_comment="derived: The number of a term that has one, in its quantity's"
                        " unit.",
                        null=True,
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("device", "Device"),
                            ("platform", "Platform"),
                            ("human", "Reader"),
                            ("model", "AI"),
                        ],
                        db_comment="derived: Of who states it, the one shown to most; empty for no"
                        " statement.",
                        max_length=8,
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(
                        db_comment="identifier: Copy of when it was acquired, else received, for"
                        " the order."
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_comment="operational: The organization that owns the row; row-level"
                        " security reads it.",
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
                        db_comment="operational: What is found.",
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="search_terms",
                        to="ecg.recording",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["organization", "term", "-at", "-recording"], name="search_newest"
                    ),
                    models.Index(
                        condition=models.Q(("value__isnull", False)),
                        fields=["organization", "term", "value"],
                        name="search_by_value",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "recording", "term"), name="one_row_a_term"
                    )
                ],
            },
        ),
        secure("reports_searchterm", [("recording_id", "ecg_recording")], privileges=ALL),
        RunSQL(FOLLOW, UNFOLLOW),
    ]
