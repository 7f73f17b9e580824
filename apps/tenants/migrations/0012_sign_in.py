from django.db import migrations, models

from apps.core.rls import lookup_function, opened_to_lookup

STANDING = """SELECT m.organization_id, m.role, o.type, o.second_factor_required,
       CASE WHEN via IS NULL THEN NOT EXISTS (
         SELECT FROM public.tenants_identityprovider p
         WHERE p.organization_id = m.organization_id AND p.is_active AND NOT p.password_allowed)
       ELSE EXISTS (
         SELECT FROM public.tenants_identityprovider p
         JOIN public.tenants_externalidentity e
           ON e.organization_id = p.organization_id AND e.provider_id = p.id
         WHERE p.organization_id = m.organization_id AND p.public_id = via AND p.is_active
           AND e.user_id = person AND e.subject = named) END
   FROM public.tenants_membership m
   JOIN public.tenants_organization o ON o.id = m.organization_id
   WHERE m.user_id = person AND m.is_active AND o.is_live
     AND (m.ends_on IS NULL OR m.ends_on >= current_date)
   ORDER BY o.name"""

# Closed to passwords, all of them: nothing is left that a password would open.
GOVERNED = """SELECT coalesce(bool_and(EXISTS (
     SELECT FROM public.tenants_identityprovider p
     WHERE p.organization_id = m.organization_id AND p.is_active AND NOT p.password_allowed)), false)
   FROM public.tenants_membership m
   JOIN public.tenants_organization o ON o.id = m.organization_id
   WHERE m.user_id = person AND m.is_active AND o.is_live
     AND (m.ends_on IS NULL OR m.ends_on >= current_date)"""

WORDS = """SELECT unnest(ARRAY[o.name, o.slug]) FROM public.tenants_organization o
   JOIN public.tenants_membership m ON m.organization_id = o.id
   WHERE m.user_id = person AND m.is_active
   UNION SELECT s.name FROM public.tenants_site s
   JOIN public.tenants_membership m ON m.organization_id = s.organization_id
   WHERE m.user_id = person AND m.is_active"""

CLOSED = lookup_function(
    "closed_to_passwords",
    "person bigint",
    "SETOF bigint",
    """SELECT DISTINCT m.organization_id FROM public.tenants_membership m
       JOIN public.tenants_identityprovider p ON p.organization_id = m.organization_id
       WHERE m.user_id = person AND p.is_active AND NOT p.password_allowed""",
)


class Migration(migrations.Migration):
    dependencies = [("tenants", "0011_offboarding")]

    operations = [
        migrations.AddField(
            model_name="identityprovider",
            name="required_contexts",
            field=models.TextField(
                blank=True,
                db_comment="operational: Classes of sign-in, one a line, of which an answer must name one.",
                verbose_name="required strength",
            ),
        ),
        migrations.AddField(
            model_name="identityprovider",
            name="required_methods",
            field=models.CharField(
                blank=True,
                db_comment="operational: Methods that an answer must all name (amr, OpenID Connect).",
                max_length=200,
                verbose_name="required methods",
            ),
        ),
        opened_to_lookup("tenants_externalidentity"),
        opened_to_lookup("tenants_site"),
        lookup_function(
            "standing_of",
            "person bigint, via uuid, named text",
            "TABLE(organization_id bigint, role text, type text, needs_factor boolean,"
            " is_open boolean)",
            STANDING,
        ),
        migrations.RunSQL(CLOSED.reverse_sql, CLOSED.sql),
        lookup_function("governed_by_sign_on", "person bigint", "boolean", GOVERNED),
        lookup_function("words_around", "person bigint", "SETOF text", WORDS),
        # Links are taken away; proven answers are of no use after a few minutes and name people.
        migrations.RunSQL(
            "GRANT DELETE ON tenants_externalidentity, tenants_signonanswer TO ecg_app",
            "REVOKE DELETE ON tenants_externalidentity, tenants_signonanswer FROM ecg_app",
        ),
    ]
