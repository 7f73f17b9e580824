"""The tests prove something only as the role that the product runs as."""

from __future__ import annotations

import pytest
from django.db import connection

from apps.core.isolation import catalog
from tests.database import raw_connection

pytestmark = pytest.mark.django_db


def test_the_tests_run_as_the_application_role():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, session_user")
        assert cursor.fetchone() == ("ecg_app", "ecg_app")


@pytest.mark.parametrize("alias", ["default", "dispatch", "platform", "owner"])
def test_no_role_of_the_product_may_pass_by_the_policies(alias):
    with raw_connection(alias) as raw:
        rights = raw.execute(
            """SELECT rolsuper, rolbypassrls, rolcreaterole, rolreplication
               FROM pg_roles WHERE rolname = current_user"""
        ).fetchone()
    assert rights == (False, False, False, False)


@pytest.mark.parametrize("alias", ["default", "dispatch", "platform"])
def test_policies_bind_every_role_on_every_tenant_table(alias):
    tables = sorted(catalog.tenant_tables())
    assert len(tables) > 20
    with raw_connection(alias) as raw:
        open_tables = raw.execute(
            """SELECT t FROM unnest(%s::text[]) AS t
               WHERE has_table_privilege(t::regclass, 'SELECT') AND NOT row_security_active(t)""",
            [tables],
        ).fetchall()
    assert open_tables == []


def test_the_owner_fails_loudly_instead_of_seeing_no_rows():
    with raw_connection("owner") as raw, pytest.raises(Exception, match="row-level security"):
        raw.execute("SELECT count(*) FROM ecg_patient")
