"""Every statement that would open a border of the schema, read from its own catalog."""

from __future__ import annotations

from collections.abc import Iterator

from apps.core.isolation import catalog
from apps.core.isolation.catalog import column, rows
from apps.core.rls import DISPATCH_READS, DISPATCH_WRITES
from config.isolation import (
    ADDED_TABLES,
    CONFIGURATION_TABLES,
    ORGANIZATIONS,
    PASSING_TABLES,
)
from tests.mutants.schema import SchemaMutant

OPEN = "USING (true) WITH CHECK (true)"


def policies_dropped() -> Iterator[SchemaMutant]:
    for table, policy in rows("SELECT tablename, policyname FROM pg_policies ORDER BY 1, 2"):
        statement = f"DROP POLICY {policy} ON {table}"
        yield SchemaMutant("policy dropped", f"{table} {policy}", statement, table)


def policies_opened() -> Iterator[SchemaMutant]:
    """The guard lets everything through, or everything in, or only adds to what others allow."""
    for table in sorted(catalog.tenant_tables()):
        alter = f"ALTER POLICY org_guard ON {table}"
        inside = f"{catalog.owner_column(table)} = (SELECT app.current_org())"
        statements = {
            "sees all": f"{alter} USING (true)",
            "takes all": f"{alter} WITH CHECK (true)",
            "adds only": f"DROP POLICY org_guard ON {table}; CREATE POLICY org_guard ON {table}"
            f" USING ({inside}) WITH CHECK ({inside})",
            "another beside it": f"CREATE POLICY more ON {table} {OPEN}",
        }
        for name, statement in statements.items():
            yield SchemaMutant("policy opened", f"{table} {name}", statement, table)


def row_security_off() -> Iterator[SchemaMutant]:
    for table in sorted(catalog.tenant_tables()):
        for word in ("DISABLE", "NO FORCE"):
            statement = f"ALTER TABLE {table} {word} ROW LEVEL SECURITY"
            yield SchemaMutant("row security off", f"{table} {word.lower()}", statement, table)


def keys_dropped() -> Iterator[SchemaMutant]:
    for table, name in _composite_keys():
        statement = f"ALTER TABLE {table} DROP CONSTRAINT {name}"
        yield SchemaMutant("key dropped", name, statement, table)


def keys_plain() -> Iterator[SchemaMutant]:
    """The same reference without the organization."""
    for table, name in _composite_keys():
        ((reference, parent),) = rows(
            """SELECT a.attname, n.confrelid::regclass::text FROM pg_constraint n
               JOIN pg_attribute a ON a.attrelid = n.conrelid
                 AND a.attnum = n.conkey[cardinality(n.conkey)]
               WHERE n.conname = %s""",
            name,
        )
        if reference == "organization_id" or parent not in catalog.tenant_tables():
            continue
        statement = (
            f"ALTER TABLE {parent} NO FORCE ROW LEVEL SECURITY;"
            f" ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;"
            f" ALTER TABLE {table} DROP CONSTRAINT {name};"
            f" ALTER TABLE {table} ADD CONSTRAINT {name}"
            f" FOREIGN KEY ({reference}) REFERENCES {parent} (id);"
            f" ALTER TABLE {parent} FORCE ROW LEVEL SECURITY;"
            f" ALTER TABLE {table} FORCE ROW LEVEL SECURITY;"
        )
        yield SchemaMutant("key plain", name, statement, table)


def keys_global() -> Iterator[SchemaMutant]:
    """A unique key that tells of rows on the other side."""
    found = rows(
        """SELECT c.relname, i.indexrelid::regclass::text, array_agg(a.attname ORDER BY k.place),
                  pg_get_expr(i.indpred, i.indrelid)
           FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid,
                unnest(i.indkey) WITH ORDINALITY AS k(attnum, place)
                JOIN pg_attribute a ON a.attnum = k.attnum
           WHERE a.attrelid = i.indrelid AND i.indisunique AND NOT i.indisprimary
             AND c.relname = ANY(%s) GROUP BY i.indexrelid, c.relname, i.indpred, i.indrelid
           ORDER BY 1, 2""",
        sorted(catalog.tenant_tables()),
    )
    for table, name, columns, condition in found:
        rest = [part for part in columns if part != "organization_id"]
        if columns[0] == "organization_id" and rest not in ([], ["id"]):
            statement = _later_rows_only(table, ", ".join(rest), condition)
            yield SchemaMutant("key global", name, statement, table)


def _later_rows_only(table: str, columns: str, condition: str | None) -> str:
    """Two organizations have rows that such a key would not have let in."""
    and_so = f" AND {condition}" if condition else ""
    index = f"CREATE UNIQUE INDEX leak ON {table} ({columns}) WHERE id > %s{and_so}"
    last = f"pg_sequence_last_value(pg_get_serial_sequence('{table}', 'id')::regclass)"
    return f"DO $do$ BEGIN EXECUTE format($${index}$$, coalesce({last}, 0)); END $do$"


def triggers_off() -> Iterator[SchemaMutant]:
    found = rows(
        """SELECT tgrelid::regclass::text, tgname FROM pg_trigger
           WHERE NOT tgisinternal AND tgname LIKE 'append%' ORDER BY 1, 2"""
    )
    for table, name in found:
        for statement in (
            f"DROP TRIGGER {name} ON {table}",
            f"ALTER TABLE {table} DISABLE TRIGGER {name}",
            f"ALTER TABLE {table} ENABLE REPLICA TRIGGER {name}",
        ):
            yield SchemaMutant("trigger off", statement, statement, table)
    quiet = (
        "CREATE OR REPLACE FUNCTION app.refuse_change() RETURNS trigger LANGUAGE plpgsql"
        " SET search_path = '' AS $$ BEGIN RETURN NEW; END $$"
    )
    yield SchemaMutant("trigger off", "app.refuse_change returns", quiet, "billing_charge")


def functions_opened() -> Iterator[SchemaMutant]:
    """Executable by everyone, by another search path, or with an answer that outlives its row."""
    definers = column(
        "SELECT oid::regprocedure::text FROM pg_proc WHERE prosecdef AND proowner <> 10 ORDER BY 1"
    )
    for function in definers:
        # A function's owner is not the tables'; the owner becomes it for the moment.
        role = "ecg_dispatch" if "_floor" in function else "ecg_lookup"
        for change in (
            f"GRANT EXECUTE ON FUNCTION {function} TO PUBLIC",
            f"GRANT EXECUTE ON FUNCTION {function} TO ecg_platform",
            f"ALTER FUNCTION {function} RESET search_path",
            f"ALTER FUNCTION {function} IMMUTABLE",
            f"ALTER FUNCTION {function} VOLATILE",
        ):
            statement = f"SET LOCAL ROLE {role}; {change}; RESET ROLE"
            yield SchemaMutant("function opened", change, statement)
    for change in (
        "ALTER FUNCTION app.current_org() IMMUTABLE",
        "ALTER FUNCTION app.current_org() RESET search_path",
        "ALTER FUNCTION app.current_org() SECURITY DEFINER",
        "CREATE OR REPLACE FUNCTION app.current_org() RETURNS bigint LANGUAGE sql STABLE"
        " SET search_path = '' AS $$ SELECT coalesce(nullif(pg_catalog.current_setting("
        "'app.organization_id', true), '')::bigint, 2) $$",
    ):
        yield SchemaMutant("function opened", change, change, "ecg_patient")


def grants_to_claim() -> Iterator[SchemaMutant]:
    """Each column of a leased table that a claim has no use for, read or written."""
    reads, writes = DISPATCH_READS.split(", "), DISPATCH_WRITES.split(", ")
    for table in sorted(catalog.leased_tables()):
        names = column(
            """SELECT attname FROM pg_attribute
               WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum""",
            table,
        )
        powers = [f"SELECT ({name})" for name in names if name not in reads]
        powers += [f"UPDATE ({name})" for name in names if name not in writes]
        for power in (*powers, "INSERT", "DELETE"):
            yield _granted("grant to dispatch", power, table, "ecg_dispatch")


def grants_to_others() -> Iterator[SchemaMutant]:
    for table in sorted(catalog.tenant_tables()):
        yield _granted("grant to everyone", "SELECT", table, "PUBLIC")
        if table not in PASSING_TABLES:
            yield _granted("grant to application", "DELETE", table, "ecg_app")
        yield _granted("grant to application", "TRUNCATE", table, "ecg_app")
        yield _granted("grant to lookup", "UPDATE", table, "ecg_lookup")
        if table not in CONFIGURATION_TABLES:
            yield _granted("grant to platform", "SELECT", table, "ecg_platform")
        else:
            yield _granted("grant to platform", "DELETE", table, "ecg_platform")
        if table in ADDED_TABLES:
            yield _granted("grant to application", "UPDATE", table, "ecg_app")
    yield _granted("grant to application", "INSERT", ORGANIZATIONS, "ecg_app")


def _granted(kind: str, power: str, table: str, role: str) -> SchemaMutant:
    statement = f"GRANT {power} ON {table} TO {role}"
    return SchemaMutant(kind, f"{power} on {table}", statement, table)


def doors_added() -> Iterator[SchemaMutant]:
    """New objects that a careless migration would bring."""
    body = "LANGUAGE sql STABLE SET search_path = ''"
    for statement in (
        "CREATE VIEW leak AS SELECT * FROM ecg_patient",
        "CREATE VIEW app.leak AS SELECT * FROM ecg_patient",
        "CREATE MATERIALIZED VIEW leak AS SELECT 1 AS organization_id",
        "CREATE TABLE leak (organization_id bigint)",
        "CREATE TABLE leak (id bigint)",
        f"CREATE FUNCTION app.leak() RETURNS bigint SECURITY DEFINER {body} AS $$ SELECT 1 $$",
        f"CREATE FUNCTION public.leak() RETURNS bigint SECURITY DEFINER {body} AS $$ SELECT 1 $$",
        "CREATE FUNCTION app.leak() RETURNS bigint LANGUAGE sql AS $$ SELECT 1 $$",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO ecg_platform",
        "GRANT CREATE ON SCHEMA app TO ecg_app",
        "GRANT USAGE ON SCHEMA app TO PUBLIC",
    ):
        yield SchemaMutant("door added", statement, statement)


def _composite_keys() -> list[tuple[str, str]]:
    return rows(
        """SELECT conrelid::regclass::text, conname FROM pg_constraint
           WHERE contype = 'f' AND conrelid::regclass::text = ANY(%s) ORDER BY 1, 2""",
        sorted(catalog.tenant_tables()),
    )


GENERATORS = (
    policies_dropped,
    policies_opened,
    row_security_off,
    keys_dropped,
    keys_plain,
    keys_global,
    triggers_off,
    functions_opened,
    grants_to_claim,
    grants_to_others,
    doors_added,
)
