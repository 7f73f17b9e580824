"""Nothing in the schema lets a row of one organization reach another."""

from __future__ import annotations

import pytest

from tests.isolation import catalog
from tests.isolation.catalog import ORGANIZATION, column, rows

pytestmark = pytest.mark.django_db

GUARD = "({0} = ( SELECT app.current_org() AS current_org))"
OTHER_ROLES = {"ecg_dispatch", "ecg_lookup", "ecg_platform", "ecg_backup"}


def test_every_table_is_guarded_or_named_as_shared():
    guarded, shared = catalog.tenant_tables(), catalog.SHARED_TABLES
    assert catalog.all_tables() == guarded | shared
    assert not guarded & shared


def test_row_security_is_on_and_forced():
    secured = column("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
    assert set(secured) == catalog.tenant_tables()


def test_every_table_has_the_restrictive_guard_with_exactly_this_condition():
    found = rows(
        """SELECT tablename, qual, with_check FROM pg_policies
           WHERE policyname = 'org_guard' AND permissive = 'RESTRICTIVE' AND cmd = 'ALL'"""
    )
    expected = {
        (table, GUARD.format("id" if table == ORGANIZATION else "organization_id"))
        for table in catalog.tenant_tables()
    }
    assert {(table, qual) for table, qual, _ in found} == expected
    assert all(qual == check for _, qual, check in found)


def test_the_guard_binds_everyone_or_the_application_where_other_roles_work():
    found = rows("SELECT tablename, roles::text[] FROM pg_policies WHERE policyname = 'org_guard'")
    wider = {table for table, roles in found if roles != ["public"]}
    assert all(roles in (["public"], ["ecg_app"]) for _, roles in found)
    helped = set(
        column(
            """SELECT tablename FROM pg_policies, unnest(roles) AS r
               WHERE r IN ('ecg_dispatch', 'ecg_lookup', 'ecg_platform')"""
        )
    )
    assert wider == helped


def test_permissive_policies_name_their_role():
    found = rows(
        """SELECT tablename, policyname, roles::text[] FROM pg_policies
           WHERE permissive = 'PERMISSIVE'"""
    )
    names = {"app_rw": {"ecg_app"}, "backup_read": {"ecg_backup"}, "platform_rw": {"ecg_platform"}}
    names |= {"lookup": {"ecg_lookup"}, "dispatch": {"ecg_dispatch"}}
    assert [row for row in found if set(row[2]) != names.get(row[1])] == []


def test_unique_keys_begin_with_the_organization():
    """Exempt: bigint primary keys, random UUIDs, the organization's slug."""
    found = rows(
        """SELECT c.relname, i.indisprimary,
                  array_agg(a.attname::text ORDER BY k.place), array_agg(a.atttypid::regtype::text)
           FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid,
                unnest(i.indkey) WITH ORDINALITY AS k(attnum, place)
                JOIN pg_attribute a ON a.attnum = k.attnum
           WHERE a.attrelid = i.indrelid AND i.indisunique AND c.relname = ANY(%s)
           GROUP BY i.indexrelid, c.relname, i.indisprimary""",
        sorted(catalog.tenant_tables()),
    )
    assert len(found) > 60
    assert [row for row in found if not _may_be_unique(*row)] == []


def _may_be_unique(table, primary, columns, types):
    if primary:
        return columns == ["id"] and types == ["bigint"]
    if columns == ["public_id"]:
        return types == ["uuid"]
    return columns[0] == "organization_id" or (table, columns) == (ORGANIZATION, ["slug"])


def test_no_unique_key_is_on_an_expression():
    found = column(
        """SELECT indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
           WHERE indisunique AND 0 = ANY(indkey) AND relnamespace = 'public'::regnamespace"""
    )
    assert found == []


def test_foreign_keys_between_guarded_tables_carry_the_organization():
    tables = catalog.tenant_tables()
    wrong = []
    for name, child, parent, columns, targets in _foreign_keys():
        if child not in tables or parent not in tables:
            continue
        if parent == ORGANIZATION:
            right = (columns, targets) == (["organization_id"], ["id"])
        else:
            right = columns[0] == targets[0] == "organization_id" and targets[1:] == ["id"]
        wrong += [] if right else [name]
    assert wrong == []


def test_every_guarded_table_refers_to_its_organization():
    referring = {
        child
        for _, child, parent, columns, _ in _foreign_keys()
        if parent == ORGANIZATION and columns == ["organization_id"]
    }
    assert referring == catalog.tenant_tables() - {ORGANIZATION}


def test_guarded_tables_refer_to_no_shared_table_but_the_users():
    tables = catalog.tenant_tables()
    parents = {p for _, c, p, _, _ in _foreign_keys() if c in tables and p not in tables}
    assert parents <= {"tenants_user"}


def test_shared_tables_refer_to_no_guarded_table():
    tables = catalog.tenant_tables()
    assert [name for name, c, p, _, _ in _foreign_keys() if p in tables and c not in tables] == []


def _foreign_keys():
    return rows(
        """SELECT n.conname, n.conrelid::regclass::text, n.confrelid::regclass::text,
             (SELECT array_agg(attname::text ORDER BY place)
              FROM unnest(n.conkey) WITH ORDINALITY AS k(num, place)
              JOIN pg_attribute a ON a.attrelid = n.conrelid AND a.attnum = k.num),
             (SELECT array_agg(attname::text ORDER BY place)
              FROM unnest(n.confkey) WITH ORDINALITY AS k(num, place)
              JOIN pg_attribute a ON a.attrelid = n.confrelid AND a.attnum = k.num)
           FROM pg_constraint n WHERE n.contype = 'f'"""
    )


def test_keys_are_valid_and_cascade_nothing():
    assert column("SELECT conname FROM pg_constraint WHERE NOT convalidated") == []
    changing = column(
        """SELECT conname FROM pg_constraint
           WHERE contype = 'f' AND NOT ARRAY[confdeltype, confupdtype] <@ '{a,r}'::"char"[]"""
    )
    assert changing == []


def test_views_ask_with_the_rights_of_the_asker():
    found = column(
        """SELECT relname FROM pg_class
           WHERE relnamespace IN ('public'::regnamespace, 'app'::regnamespace)
             AND (relkind = 'm' OR relkind = 'v'
                  AND NOT coalesce(reloptions, '{}') @> '{security_invoker=true}')"""
    )
    assert found == []


def test_definer_functions_are_exactly_the_allowed_ones():
    found = rows(
        """SELECT p.proname::text, p.proowner::regrole::text FROM pg_proc p
           WHERE p.prosecdef AND p.pronamespace NOT IN ('pg_catalog'::regnamespace,
                                                        'information_schema'::regnamespace)"""
    )
    lookups = {(name, "ecg_lookup") for name in catalog.LOOKUP_FUNCTIONS}
    floors = {(f"{table}_floor", "ecg_dispatch") for table in catalog.leased_tables()}
    assert set(found) == lookups | floors
    assert len(floors) == 4


def test_definer_functions_answer_the_application_only():
    found = rows(
        """SELECT p.proname::text, a.grantee::regrole::text
           FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
           WHERE p.prosecdef AND p.pronamespace = 'app'::regnamespace AND a.grantee <> p.proowner"""
    )
    assert found
    assert {grantee for _, grantee in found} == {"ecg_app"}


def test_functions_fix_their_search_path_and_none_is_immutable():
    """An immutable function's answer may outlive the organization it was given for."""
    found = rows(
        """SELECT proname::text, provolatile::text, coalesce(proconfig, '{}')
           FROM pg_proc WHERE pronamespace IN ('app'::regnamespace, 'public'::regnamespace)"""
    )
    assert len(found) > 10
    assert [name for name, _, config in found if 'search_path=""' not in config] == []
    assert [name for name, volatile, _ in found if volatile == "i"] == []


def test_definer_functions_are_stable():
    found = column(
        """SELECT proname::text FROM pg_proc
           WHERE prosecdef AND provolatile <> 's' AND pronamespace = 'app'::regnamespace"""
    )
    assert found == []


def test_everything_belongs_to_the_owner():
    found = column(
        """SELECT relname FROM pg_class WHERE relowner <> 'ecg_owner'::regrole
           AND relnamespace IN ('public'::regnamespace, 'app'::regnamespace)"""
    )
    assert found == []


def test_sequences_follow_their_identity_columns_only():
    """A serial's default would need a grant of its own."""
    found = column(
        """SELECT c.relname FROM pg_class c WHERE c.relkind = 'S'
           AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'i')"""
    )
    assert found == []


def test_triggers_are_the_known_ones():
    found = rows(
        """SELECT tgrelid::regclass::text, tgname::text, tgenabled::text FROM pg_trigger
           WHERE NOT tgisinternal"""
    )
    expected = {(table, "turn") for table in catalog.leased_tables()}
    for name in ("append_only", "append_only_whole"):
        expected |= {(table, name) for table in catalog.APPEND_ONLY_TABLES}
    assert {row[:2] for row in found} == expected
    assert {row[2] for row in found} == {"O"}
