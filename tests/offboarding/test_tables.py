"""Every table of organizations is exported whole, or named with the reason why it is not."""

from __future__ import annotations

from django.db import connection

from apps.core.isolation.catalog import tenant_tables
from apps.web.offboarding.tables import (
    CREDENTIALS,
    NOT_EXPORTED,
    NOT_IMPORTED,
    all_tables,
    exported,
    imported,
    person_columns,
)
from config.isolation import ORGANIZATIONS
from tests.database import committed

TABLES = {table.name: table for table in all_tables()}


@committed
def test_every_guarded_table_of_the_database_is_exported_or_named(db):
    assert set(TABLES) == tenant_tables() - {ORGANIZATIONS}
    assert {table.name for table in exported()} == set(TABLES) - set(NOT_EXPORTED)
    assert {table.name for table in imported()} == set(TABLES) - set(NOT_EXPORTED) - set(
        NOT_IMPORTED
    )


@committed
def test_every_column_of_the_database_is_in_the_export_a_credential_or_made_of_others(db):
    with connection.cursor() as cursor:
        for table in TABLES.values():
            found = connection.introspection.get_table_description(cursor, table.name)
            named = {column.name for column in found}
            fields = table.model._meta.local_concrete_fields
            made = {field.column for field in fields if field.generated}
            assert named - made == {*table.columns, *table.left_out}, table.name


def test_credentials_are_left_out_and_nothing_else():
    left_out = {(name, column) for name, table in TABLES.items() for column in table.left_out}
    assert left_out == CREDENTIALS | {
        ("ingestion_sharesource", "password_sealed"),
        ("integrations_alarmchannel", "secret"),
        ("integrations_destination", "tls_key"),
        ("integrations_submission", "url_sealed"),
        ("tenants_identityprovider", "client_secret_sealed"),
        ("tenants_storagelocation", "sealed_secret"),
    }


def test_what_a_row_names_is_recreated_before_it():
    done = set()
    for table in imported():
        assert set(table.parents.values()) - {table.name} <= done, table.name
        done.add(table.name)


def test_people_of_every_table_are_in_it():
    assert ("audit_auditevent", "actor_id") in person_columns()
    assert ("reports_signature", "signer_id") in person_columns()
    assert ("tenants_membership", "user_id") in person_columns()
