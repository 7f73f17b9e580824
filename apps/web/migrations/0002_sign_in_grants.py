"""Rights on the tables of sign-in: of no organization, without patient data."""

from django.db import migrations

TABLES = ", ".join(
    (
        "account_emailaddress",
        "account_emailconfirmation",
        "mfa_authenticator",
        "socialaccount_socialaccount",
        "socialaccount_socialapp",
        "socialaccount_socialtoken",
        "usersessions_usersession",
        "axes_accessattempt",
        "axes_accessattemptexpiration",
        "axes_accessfailurelog",
        "axes_accesslog",
    )
)

GRANT = f"""
GRANT SELECT, INSERT, UPDATE, DELETE ON {TABLES} TO ecg_app;
GRANT SELECT ON {TABLES} TO ecg_backup;
"""
REVOKE = f"REVOKE ALL ON {TABLES} FROM ecg_app, ecg_backup;"


class Migration(migrations.Migration):
    dependencies = [
        ("account", "0009_emailaddress_unique_primary_email"),
        ("axes", "0010_accessattemptexpiration"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
        ("usersessions", "0001_initial"),
        ("web", "0001_grants"),
    ]
    operations = [migrations.RunSQL(GRANT, REVOKE)]
