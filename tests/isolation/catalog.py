"""What the database's own catalog says of tables, policies, keys and functions."""

from __future__ import annotations

from typing import Any

from django.db import connections

# Tables of no organization: read before a scope exists, or without patient data.
SHARED_TABLES = {
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "django_admin_log",
    "django_content_type",
    "django_migrations",
    "django_q_ormq",
    "django_q_schedule",
    "django_q_task",
    "django_session",
    "tenants_user",
    "tenants_user_groups",
    "tenants_user_user_permissions",
}
# Of those the application only reads:
READ_ONLY_TABLES = {
    "auth_permission",
    "django_admin_log",
    "django_content_type",
    "django_migrations",
}
ORGANIZATION = "tenants_organization"
APPEND_ONLY_TABLES = {
    "audit_auditevent",
    "billing_charge",
    "reports_reportversion",
    "reports_signature",
}
LOOKUP_FUNCTIONS = {"memberships_of", "organization_by_slug", "organization_ids"}
LOOKUP_TABLES = {ORGANIZATION, "tenants_membership"}


def rows(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connections["default"].cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def column(sql: str, *parameters: Any) -> list[Any]:
    return [row[0] for row in rows(sql, *parameters)]


def all_tables() -> set[str]:
    return set(
        column(
            """SELECT relname FROM pg_class WHERE relkind IN ('r', 'p', 'f')
               AND relnamespace = 'public'::regnamespace"""
        )
    )


def tenant_tables() -> set[str]:
    """Tables with an organization, and the table of organizations."""
    found = column(
        """SELECT c.relname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
           WHERE a.attname = 'organization_id' AND c.relkind IN ('r', 'p', 'f')
             AND c.relnamespace = 'public'::regnamespace"""
    )
    return set(found) | {ORGANIZATION}


def leased_tables() -> set[str]:
    found = column(
        """SELECT c.relname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
           WHERE a.attname = 'lease_token' AND c.relkind = 'r'"""
    )
    return set(found)
