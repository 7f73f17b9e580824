"""Row-level security: the SQL of every table, applied by its first migration and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.migrations import RunSQL

Parents = Sequence[tuple[str, str]]

ALL = "SELECT, INSERT, UPDATE, DELETE"
KEEP = "SELECT, INSERT, UPDATE"
APPEND = "SELECT, INSERT"

DISPATCH_READS = (
    "id, organization_id, state, attempts, lane, turn, available_at, lease_token, lease_until"
)
# The reason is written, never read: it says that a lease was lost and nothing of the row.
DISPATCH_WRITES = "state, attempts, available_at, lease_token, lease_until, error_code"


def secure(
    table: str,
    parents: Parents = (),
    *,
    shared: Parents = (),
    privileges: str = KEEP,
    column: str = "organization_id",
    leased: bool = False,
    platform: str = "",
    lookup: bool = False,
) -> RunSQL:
    """Guard a tenant table.

    `parents` are (column, parent table) pairs that become composite keys, `shared` the same for
    tables of no organization. `platform` are the platform role's privileges on a configuration
    table; `lookup` opens the table to the allow-listed functions, `leased` to the dispatch role.
    """
    whole = not (leased or platform or lookup)
    guard_to = "PUBLIC" if whole else "ecg_app"
    inside = f"{column} = (SELECT app.current_org())"
    statements = [*_keys(table, parents, shared, column)]
    statements += [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY org_guard ON {table} AS RESTRICTIVE FOR ALL TO {guard_to}"
        f" USING ({inside}) WITH CHECK ({inside})",
        f"CREATE POLICY app_rw ON {table} FOR ALL TO ecg_app USING (true) WITH CHECK (true)",
        f"GRANT {privileges} ON {table} TO ecg_app",
        f"CREATE POLICY backup_read ON {table} FOR SELECT TO ecg_backup USING (true)",
        f"GRANT SELECT ON {table} TO ecg_backup",
    ]
    if platform:
        statements += [
            f"CREATE POLICY platform_rw ON {table} FOR ALL TO ecg_platform"
            " USING (true) WITH CHECK (true)",
            f"GRANT {platform} ON {table} TO ecg_platform",
        ]
    if lookup:
        statements += [
            f"CREATE POLICY lookup ON {table} FOR SELECT TO ecg_lookup USING (true)",
            f"GRANT SELECT ON {table} TO ecg_lookup",
        ]
    if leased:
        statements += _leased(table)
    return RunSQL(_join(statements), _join(_undo(table, parents, shared, column, leased)))


def opened_to_lookup(table: str) -> RunSQL:
    """A table, so far the application's alone or the platform's too, that a function now reads."""
    return RunSQL(
        f"""ALTER POLICY org_guard ON {table} TO ecg_app;
            CREATE POLICY lookup ON {table} FOR SELECT TO ecg_lookup USING (true);
            GRANT SELECT ON {table} TO ecg_lookup;""",
        f"REVOKE SELECT ON {table} FROM ecg_lookup; DROP POLICY lookup ON {table};",
    )


def refer(table: str, column: str, parent: str) -> RunSQL:
    """The composite key of a column that a guarded table was given later."""
    adding = _reference(
        table, column, f"organization_id, {column}", parent, "(organization_id, id)"
    )
    return RunSQL(
        _join(
            [
                f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
                *adding,
                f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            ]
        ),
        f"ALTER TABLE {table} DROP CONSTRAINT {table}_{column}_same_org",
    )


def append_only(table: str) -> RunSQL:
    """Rows are written once: UPDATE, DELETE and TRUNCATE are refused for every role."""
    return RunSQL(
        f"""CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}
              FOR EACH ROW EXECUTE FUNCTION app.refuse_change();
            CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON {table}
              FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_change();""",
        f"DROP TRIGGER append_only ON {table}; DROP TRIGGER append_only_whole ON {table};",
    )


def shared_reference(table: str, reference: str, parent: str) -> RunSQL:
    """The key of a column that came to a guarded table later, to a table of no organization."""
    name = f"{table}_{reference}_shared"
    return RunSQL(
        f"""ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;
            ALTER TABLE {table} ADD CONSTRAINT {name}
              FOREIGN KEY ({reference}) REFERENCES {parent} (id);
            ALTER TABLE {table} FORCE ROW LEVEL SECURITY;""",
        f"ALTER TABLE {table} DROP CONSTRAINT {name};",
    )


def changed_lookup_function(name: str, arguments: str, returns: str, body: str, was: str) -> RunSQL:
    """Another body for a function of the lookup role; only its owner may replace it."""

    def as_owner(text: str) -> str:
        return f"""SET LOCAL check_function_bodies = off;
            SET LOCAL ROLE ecg_lookup;
            CREATE OR REPLACE FUNCTION app.{name}({arguments}) RETURNS {returns}
              LANGUAGE sql SECURITY DEFINER STABLE SET search_path = '' AS $$ {text} $$;
            RESET ROLE;"""

    return RunSQL(as_owner(body), as_owner(was))


def lookup_function(name: str, arguments: str, returns: str, body: str) -> RunSQL:
    """A definer function of the lookup role, callable by the application before a scope exists."""
    signature = f"app.{name}({_types(arguments)})"
    return RunSQL(
        f"""SET LOCAL check_function_bodies = off;
            CREATE FUNCTION app.{name}({arguments}) RETURNS {returns}
              LANGUAGE sql SECURITY DEFINER STABLE SET search_path = '' AS $$ {body} $$;
            -- Rights first: the owner of tables inherits nothing of the function's new owner.
            REVOKE ALL ON FUNCTION {signature} FROM PUBLIC;
            GRANT EXECUTE ON FUNCTION {signature} TO ecg_app;
            ALTER FUNCTION {signature} OWNER TO ecg_lookup;""",
        f"DROP FUNCTION {signature};",
    )


def _types(arguments: str) -> str:
    return ", ".join(part.split()[-1] for part in arguments.split(",") if part.strip())


def _join(statements: Sequence[str]) -> str:
    return ";\n".join(statements) + ";"


def _keys(table: str, parents: Parents, shared: Parents, column: str) -> list[str]:
    """Composite keys. The parent is not forced while its rows are checked."""
    out = []
    if column == "organization_id":
        out.append(
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_org_id UNIQUE (organization_id, id)"
        )
        out += _reference(table, "organization", "organization_id", "tenants_organization", "(id)")
    for reference, parent in parents:
        out += _reference(
            table,
            reference,
            f"organization_id, {reference}",
            parent,
            "(organization_id, id)",
        )
    out += [
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_{reference}_shared"
        f" FOREIGN KEY ({reference}) REFERENCES {parent} (id)"
        for reference, parent in shared
    ]
    return out


def _reference(table: str, name: str, columns: str, parent: str, target: str) -> list[str]:
    itself = parent == table
    adding = (
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_{name}_same_org"
        f" FOREIGN KEY ({columns}) REFERENCES {parent} {target}"
    )
    if itself:
        return [adding]
    return [
        f"ALTER TABLE {parent} NO FORCE ROW LEVEL SECURITY",
        adding,
        f"ALTER TABLE {parent} FORCE ROW LEVEL SECURITY",
    ]


def _leased(table: str) -> list[str]:
    waiting = f"{table} WHERE state = 'received' AND lane = l"
    return [
        f"CREATE POLICY dispatch ON {table} FOR ALL TO ecg_dispatch USING (true) WITH CHECK (true)",
        f"GRANT SELECT ({DISPATCH_READS}), UPDATE ({DISPATCH_WRITES}) ON {table} TO ecg_dispatch",
        f"CREATE INDEX {table}_claim ON {table} (lane, turn, id) WHERE state = 'received'",
        f"CREATE INDEX {table}_turns ON {table} (organization_id, lane, turn)"
        " WHERE state IN ('received', 'processing')",
        f"CREATE INDEX {table}_leases ON {table} (lease_until) WHERE state = 'processing'",
        "SET LOCAL check_function_bodies = off",
        f"""CREATE FUNCTION app.{table}_floor(l smallint) RETURNS bigint
              LANGUAGE sql SECURITY DEFINER STABLE SET search_path = '' AS
            $$ SELECT turn FROM public.{waiting} AND available_at <= clock_timestamp()
               ORDER BY turn LIMIT 1 $$""",
        f"REVOKE ALL ON FUNCTION app.{table}_floor(smallint) FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION app.{table}_floor(smallint) TO ecg_app",
        f"ALTER FUNCTION app.{table}_floor(smallint) OWNER TO ecg_dispatch",
        f"""CREATE FUNCTION app.{table}_next_turn(org bigint, l smallint) RETURNS bigint
              LANGUAGE sql STABLE SET search_path = '' AS
            $$ SELECT coalesce(greatest(
                 (SELECT max(turn) FROM public.{table}
                  WHERE organization_id = org AND lane = l
                    AND state IN ('received', 'processing')),
                 app.{table}_floor(l)), 0) + 1 $$""",
        f"""CREATE FUNCTION app.{table}_set_turn() RETURNS trigger
              LANGUAGE plpgsql SET search_path = '' AS
            $$ BEGIN
                 NEW.turn := app.{table}_next_turn(NEW.organization_id, NEW.lane);
                 RETURN NEW;
               END $$""",
        f"CREATE TRIGGER turn BEFORE INSERT ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION app.{table}_set_turn()",
    ]


def _undo(table: str, parents: Parents, shared: Parents, column: str, leased: bool) -> list[str]:
    names = [f"{reference}_same_org" for reference, _ in parents]
    names += [f"{reference}_shared" for reference, _ in shared]
    if column == "organization_id":
        names += ["organization_same_org", "org_id"]
    out = [f"ALTER TABLE {table} DROP CONSTRAINT {table}_{name} CASCADE" for name in names]
    out += [
        f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        f"DROP POLICY IF EXISTS org_guard ON {table}",
        f"DROP POLICY IF EXISTS app_rw ON {table}",
        f"DROP POLICY IF EXISTS backup_read ON {table}",
        f"DROP POLICY IF EXISTS platform_rw ON {table}",
        f"DROP POLICY IF EXISTS lookup ON {table}",
        f"DROP POLICY IF EXISTS dispatch ON {table}",
    ]
    if leased:
        out += [
            f"DROP TRIGGER turn ON {table}",
            f"DROP FUNCTION app.{table}_set_turn()",
            f"DROP FUNCTION app.{table}_next_turn(bigint, smallint)",
            f"DROP FUNCTION app.{table}_floor(smallint)",
        ]
    return out
