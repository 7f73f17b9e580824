"""Which rows are the organization's: every table of organizations, and what is left out and why."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from typing import Any

from django.apps import apps
from django.db.models import Field, Model

from apps.core.fields import OrgForeignKey, SealedField, SecretField, SharedForeignKey, Tenant
from apps.core.leases import Leased

# Tables that are no part of an export, each with why.
NOT_EXPORTED = {
    "audit_auditevent": "the trail is in trail/, signed",
    "audit_audithead": "the end of the trail is in trail/, signed",
    "integrations_requestnonce": "forgotten within the hour",
    "ingestion_uploadpart": "how a file came; what became of it is among the arrivals",
    "ingestion_uploadsession": "how a file came; what became of it is among the arrivals",
    "ingestion_pathcanary": "of this installation: what it sent itself",
    "reports_searchterm": "made from the other rows again, by every import",
    "tenants_offboarding": "of this installation: how the organization leaves it",
    "tenants_organizationexport": "of this installation: what was exported from it",
    "tenants_ratecounter": "forgotten within a minute",
}

# Columns that open something here; every sealed secret is one as well.
CREDENTIALS = {("tenants_datakey", "wrapped"), ("tenants_apikey", "key_hash")}

# Tables that an import does not fill, each with why.
NOT_IMPORTED = {
    "audit_auditcount": "counts of events of the former trail",
    "ingestion_storagecommitment": "a question of one installation's peers",
    "ingestion_sharefile": "files of shares that are named anew",
    "ingestion_sharesource": "its password stays behind; the onboarding file names it anew",
    "tenants_applicationentity": "an address of one installation; claimed anew at another",
    "tenants_dicompeer": "an address of one network; named anew at another",
    "tenants_hl7listener": "an address of one installation; claimed anew at another",
    "tenants_apikey": "a key opens one installation; new ones are issued",
    "tenants_datakey": "data are sealed under new keys",
    "tenants_importedtrail": "former trails are taken in as files",
    "tenants_signonanswer": "good for one use, long ago",
    "tenants_storagelocation": "bytes lie where the new installation says",
    "tenants_storagemove": "bytes lie where the new installation says",
}


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its columns as they are exported and what stands behind each."""

    model: type[Model]

    @property
    def name(self) -> str:
        return self.model._meta.db_table

    @property
    def fields(self) -> list[Field[Any, Any]]:
        """Without those that the database makes of others."""
        return [field for field in self.model._meta.local_concrete_fields if not field.generated]

    @property
    def left_out(self) -> list[str]:
        """Columns of secrets and credentials, in the table's order."""
        return [_column(f) for f in self.fields if self._is_credential(f)]

    @property
    def sealed(self) -> list[str]:
        """Columns that are unsealed on the way out and sealed anew on the way in."""
        found = (f for f in self.fields if isinstance(f, SealedField))
        return [_column(f) for f in found if f.column not in self.left_out]

    @property
    def plain(self) -> list[str]:
        apart = {*self.left_out, *self.sealed}
        return [_column(f) for f in self.fields if f.column not in apart]

    @property
    def columns(self) -> list[str]:
        return [*self.plain, *self.sealed]

    @property
    def parents(self) -> dict[str, str]:
        """Columns that name a row of another table of the organization."""
        found = (f for f in self.fields if isinstance(f, OrgForeignKey))
        return {_column(f): _table_of(f) for f in found}

    @property
    def people(self) -> list[str]:
        """Columns that name a person."""
        return [_column(f) for f in self.fields if isinstance(f, SharedForeignKey)]

    @property
    def is_leased(self) -> bool:
        return issubclass(self.model, Leased)

    def _is_credential(self, field: Field[Any, Any]) -> bool:
        named = (self.name, field.column) in CREDENTIALS
        return named or isinstance(field, SecretField)


def _column(field: Field[Any, Any]) -> str:
    assert field.column is not None
    return field.column


def _table_of(field: Field[Any, Any]) -> str:
    model = field.related_model
    assert isinstance(model, type)
    return model._meta.db_table


@cache
def all_tables() -> tuple[Table, ...]:
    """Every table of organizations' rows, by name."""
    models = (model for model in apps.get_models() if issubclass(model, Tenant))
    return tuple(sorted((Table(model) for model in models), key=lambda table: table.name))


@cache
def exported() -> tuple[Table, ...]:
    return tuple(table for table in all_tables() if table.name not in NOT_EXPORTED)


@cache
def imported() -> tuple[Table, ...]:
    """In an order in which what a row names is there before it."""
    known = {table.name: table for table in exported() if table.name not in NOT_IMPORTED}
    graph = {name: sorted({*table.parents.values()} - {name}) for name, table in known.items()}
    return tuple(known[name] for name in TopologicalSorter(graph).static_order())


@cache
def person_columns() -> tuple[tuple[str, str], ...]:
    """Every column of an organization's rows that names a person, the trail's included."""
    return tuple((table.name, column) for table in all_tables() for column in table.people)
