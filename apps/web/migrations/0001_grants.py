"""Rights on the tables of no organization, by name: read before a scope exists, or no patient data."""

from django.db import migrations

READ_AND_WRITE = (
    "tenants_user",
    "tenants_user_groups",
    "tenants_user_user_permissions",
    "auth_group",
    "auth_group_permissions",
    "django_session",
    "django_q_ormq",
    "django_q_task",
    "django_q_schedule",
)
READ = ("auth_permission", "django_content_type", "django_migrations", "django_admin_log")

GRANT = f"""
GRANT SELECT, INSERT, UPDATE, DELETE ON {", ".join(READ_AND_WRITE)} TO ecg_app;
GRANT SELECT ON {", ".join(READ)} TO ecg_app;
GRANT SELECT ON {", ".join(READ_AND_WRITE + READ)} TO ecg_backup;
GRANT SELECT ON tenants_user TO ecg_platform;
"""
REVOKE = f"""
REVOKE ALL ON {", ".join(READ_AND_WRITE + READ)} FROM ecg_app, ecg_backup, ecg_platform;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("django_q", "0018_task_success_index"),
        ("sessions", "0001_initial"),
        ("tenants", "0001_initial"),
    ]
    operations = [migrations.RunSQL(GRANT, REVOKE)]
