-- The database's roles and the database itself. Run by a superuser with psql (server >= 15), as often as wanted:
--   ECG_OWNER_PASSWORD=… ECG_APP_PASSWORD=… ECG_DISPATCH_PASSWORD=… ECG_PLATFORM_PASSWORD=… ECG_BACKUP_PASSWORD=… \
--   psql -X -v ON_ERROR_STOP=1 -v database=einthoven -d postgres -f deploy/roles.sql
-- A password that is not given stays as it is. The server must not log statements while this runs.

\if :{?database}
\else
  \set database einthoven
\endif

-- ecg_owner     owns tables, migrates            ecg_app       web and workers, owns nothing
-- ecg_dispatch  claims leased rows               ecg_lookup    owns the functions needed before a scope exists
-- ecg_platform  configuration, no clinical table ecg_backup    reads everything, writes nothing
SELECT format('CREATE ROLE %I', name)
  FROM unnest(ARRAY['ecg_owner', 'ecg_app', 'ecg_dispatch', 'ecg_lookup', 'ecg_platform', 'ecg_backup']) AS name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

ALTER ROLE ecg_owner    LOGIN   NOSUPERUSER CREATEDB   NOCREATEROLE NOREPLICATION NOBYPASSRLS;
ALTER ROLE ecg_app      LOGIN   NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
ALTER ROLE ecg_dispatch LOGIN   NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
ALTER ROLE ecg_lookup   NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
ALTER ROLE ecg_platform LOGIN   NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
ALTER ROLE ecg_backup   LOGIN   NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION BYPASSRLS;

\getenv owner_password ECG_OWNER_PASSWORD
\getenv app_password ECG_APP_PASSWORD
\getenv dispatch_password ECG_DISPATCH_PASSWORD
\getenv platform_password ECG_PLATFORM_PASSWORD
\getenv backup_password ECG_BACKUP_PASSWORD
\if :{?owner_password}
  ALTER ROLE ecg_owner PASSWORD :'owner_password';
\endif
\if :{?app_password}
  ALTER ROLE ecg_app PASSWORD :'app_password';
\endif
\if :{?dispatch_password}
  ALTER ROLE ecg_dispatch PASSWORD :'dispatch_password';
\endif
\if :{?platform_password}
  ALTER ROLE ecg_platform PASSWORD :'platform_password';
\endif
\if :{?backup_password}
  ALTER ROLE ecg_backup PASSWORD :'backup_password';
\endif

-- Under FORCE the owner sees no rows; with this it fails loudly instead of changing none.
ALTER ROLE ecg_owner SET row_security = off;
GRANT pg_read_all_data TO ecg_backup;
ALTER ROLE ecg_backup SET default_transaction_read_only = on;

-- The owner may hand functions over to the two roles, and inherits nothing from them.
SELECT current_setting('server_version_num')::int >= 160000 AS grants_have_options \gset
\if :grants_have_options
  GRANT ecg_lookup, ecg_dispatch TO ecg_owner WITH INHERIT FALSE, SET TRUE;
\else
  ALTER ROLE ecg_owner NOINHERIT;
  GRANT ecg_lookup, ecg_dispatch TO ecg_owner;
\endif

SELECT format('CREATE DATABASE %I OWNER ecg_owner', :'database')
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO ecg_app, ecg_dispatch, ecg_platform, ecg_backup;

\connect :"database"
ALTER SCHEMA public OWNER TO ecg_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO ecg_app, ecg_dispatch, ecg_lookup, ecg_platform, ecg_backup;
