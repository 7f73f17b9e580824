"""The schema `app`: the scope's reader and the guard of append-only tables."""

from django.db import migrations

FORWARD = """
CREATE SCHEMA app;
GRANT USAGE ON SCHEMA app TO ecg_app, ecg_dispatch, ecg_lookup, ecg_platform, ecg_backup;
GRANT CREATE ON SCHEMA app TO ecg_lookup, ecg_dispatch;
GRANT USAGE ON SCHEMA public TO ecg_app, ecg_dispatch, ecg_lookup, ecg_platform, ecg_backup;

-- Unset, or '' (what a transaction-local setting leaves behind), is NULL and matches no row.
-- STABLE, never IMMUTABLE: a prepared plan would keep one organization's id for another's query.
CREATE FUNCTION app.current_org() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
  SET search_path = '' AS
$$ SELECT nullif(pg_catalog.current_setting('app.organization_id', true), '')::bigint $$;

CREATE FUNCTION app.refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS
$$ BEGIN
     RAISE EXCEPTION 'rows of % are written once', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
   END $$;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [migrations.RunSQL(FORWARD, "DROP SCHEMA app CASCADE;")]
