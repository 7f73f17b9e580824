"""The cache that all processes share: codes used and attempts made, no patient data."""

from django.db import migrations

CREATE = """
CREATE TABLE web_cache (
  cache_key varchar(255) PRIMARY KEY,
  value text NOT NULL,
  expires timestamptz NOT NULL
);
CREATE INDEX web_cache_expires ON web_cache (expires);
GRANT SELECT, INSERT, UPDATE, DELETE ON web_cache TO ecg_app;
GRANT SELECT ON web_cache TO ecg_backup;
"""


class Migration(migrations.Migration):
    dependencies = [("web", "0002_sign_in_grants")]
    operations = [migrations.RunSQL(CREATE, "DROP TABLE web_cache")]
