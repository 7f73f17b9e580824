"""Views, functions, triggers and owners: nothing answers with more rights than its asker has."""

from __future__ import annotations

from apps.core.isolation.catalog import Found, column, compare, leased_tables, rows
from config.isolation import (
    FIXED_TABLES,
    FLOOR,
    FOLLOWED_TABLES,
    LOOKUP_FUNCTIONS,
    WRITTEN_ONCE_TABLES,
)

OURS = "IN ('public'::regnamespace, 'app'::regnamespace)"
# Before a row's UPDATE or DELETE; before a whole table's TRUNCATE; before a row's INSERT.
EACH_CHANGE, EMPTYING, EACH_NEW = 1 + 2 + 16 + 8, 2 + 32, 1 + 2 + 4
EACH_UPDATE = 1 + 2 + 16
# After a row's INSERT or UPDATE; the latter only where something of it changed.
AFTER_NEW, AFTER_UPDATE = 1 + 4, 1 + 16


def views_ask_as_the_asker() -> Found:
    found = rows(
        f"""SELECT relname::text, relkind = 'v'
              AND coalesce(reloptions, '{{}}') @> '{{security_invoker=true}}'
            FROM pg_class WHERE relnamespace {OURS} AND relkind IN ('v', 'm')"""
    )
    return Found(len(found), [f"{name} shows every row" for name, right in found if not right])


def definer_functions_are_the_allowed_ones() -> Found:
    """By owner, arguments and result; a function that answers more is another function."""
    found = rows(
        """SELECT p.proname::text, p.proowner::regrole::text, pg_get_function_arguments(p.oid),
                  pg_get_function_result(p.oid) FROM pg_proc p
           WHERE p.prosecdef AND p.pronamespace NOT IN ('pg_catalog'::regnamespace,
                                                        'information_schema'::regnamespace)"""
    )
    wanted = {(name, "ecg_lookup", *shape) for name, shape in LOOKUP_FUNCTIONS.items()}
    wanted |= {(f"{table}_floor", "ecg_dispatch", *FLOOR) for table in leased_tables()}
    return compare(wanted, set(found))


def definer_functions_answer_the_application_only() -> Found:
    found = rows(
        """SELECT p.proname::text, coalesce(nullif(a.grantee, 0)::regrole::text, 'everyone')
           FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
           WHERE p.prosecdef AND p.pronamespace = 'app'::regnamespace AND a.grantee <> p.proowner"""
    )
    names = [*LOOKUP_FUNCTIONS, *(f"{table}_floor" for table in leased_tables())]
    return compare({(name, "ecg_app") for name in names}, set(found))


def functions_are_fixed() -> Found:
    """A search path of their own, none immutable, definers stable."""
    found = rows(
        f"""SELECT proname::text, 'search_path=""' = ANY(coalesce(proconfig, '{{}}'))
              AND provolatile <> 'i' AND (NOT prosecdef OR provolatile = 's')
            FROM pg_proc WHERE pronamespace {OURS}"""
    )
    return Found(len(found), [f"{name} may change its mind" for name, right in found if not right])


def triggers_are_the_known_ones() -> Found:
    """Table, name, enabled, the moments and the function of each."""
    found = rows(
        """SELECT tgrelid::regclass::text, tgname::text, tgenabled::text, tgtype::int,
                  tgfoid::regproc::text, tgqual IS NULL AND cardinality(tgattr::int2[]) = 0
           FROM pg_trigger WHERE NOT tgisinternal"""
    )
    wanted = {(t, "turn", "O", EACH_NEW, f"app.{t}_set_turn", True) for t in leased_tables()}
    for table in WRITTEN_ONCE_TABLES:
        refuse = ("app.refuse_change", True)
        wanted.add((table, "append_only", "O", EACH_CHANGE, *refuse))
        wanted.add((table, "append_only_whole", "O", EMPTYING, *refuse))
    for table, function in FIXED_TABLES.items():
        wanted.add((table, "fixed_once_live", "O", EACH_UPDATE, f"app.{function}", True))
    for table, function in FOLLOWED_TABLES.items():
        wanted.add((table, "search_new", "O", AFTER_NEW, f"app.{function}", True))
        wanted.add((table, "search_changed", "O", AFTER_UPDATE, f"app.{function}", False))
    return compare(wanted, set(found))


def changes_are_refused() -> Found:
    """The triggers' function raises and does nothing else."""
    found = column(
        """SELECT prosrc FROM pg_proc WHERE oid = to_regprocedure('app.refuse_change()')
             AND prosrc ~ '^\\s*BEGIN\\s+RAISE EXCEPTION [^;]+;\\s+END\\s*$'"""
    )
    return Found(1, [] if found else ["app.refuse_change() does not refuse"])


def everything_belongs_to_the_owner() -> Found:
    """And a sequence follows its identity column only: a serial's would need a grant."""
    found = rows(
        f"""SELECT c.relname::text, c.relowner = 'ecg_owner'::regrole AND (c.relkind <> 'S'
              OR EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'i'))
            FROM pg_class c WHERE c.relnamespace {OURS}"""
    )
    return Found(len(found), [f"{name} has another owner" for name, right in found if not right])
