"""The suite's own tests that try to cross a border, by the kind of the border."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from apps.core.fields import OrgForeignKey, Tenant
from tests.isolation import (
    test_append_only,
    test_grants,
    test_no_context,
    test_other_organization,
)

ROWS = {"policy dropped", "policy opened", "row security off"}


@dataclass(frozen=True, slots=True)
class Attack:
    """A test function and what it is called with beside the organizations."""

    test: Callable[..., Any]
    given: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.test.__name__


def attacks_on(kind: str, model: Any) -> Iterator[Attack]:
    if kind.startswith("grant"):
        yield Attack(test_grants.test_the_dispatch_role_reads_claim_columns_and_no_other)
        yield Attack(test_grants.test_the_dispatch_role_changes_only_what_a_claim_changes)
        yield Attack(test_grants.test_the_platform_role_is_refused_at_clinical_tables)
    if model is None or not issubclass(model, Tenant):
        return
    if kind in ROWS:
        yield from _on_rows(model)
    if kind.startswith("key"):
        yield from _on_keys(model)
    if kind.startswith("trigger"):
        for change in test_append_only.CHANGES:
            given = {"model": model, "change": change}
            yield Attack(test_append_only.test_the_owner_changes_nothing, given)


def _on_rows(model: Any) -> Iterator[Attack]:
    given = {"model": model}
    yield Attack(test_no_context.test_rows_cannot_be_read, given)
    yield Attack(test_no_context.test_rows_cannot_be_added, given)
    yield Attack(test_other_organization.test_a_row_cannot_be_read, given)
    yield Attack(test_other_organization.test_a_row_cannot_be_given_to_another, given)
    for change in ("UPDATE {} SET id = id", "DELETE FROM {}"):
        changed = given | {"change": change}
        yield Attack(test_other_organization.test_a_row_cannot_be_changed_or_removed, changed)


def _on_keys(model: Any) -> Iterator[Attack]:
    for field_ in model._meta.local_fields:
        if isinstance(field_, OrgForeignKey):
            given = {"model": model, "reference": field_.name}
            yield Attack(test_other_organization.test_a_reference_cannot_cross, given)
    if model not in test_other_organization.ONE_EACH:
        given = {"model": model}
        yield Attack(test_other_organization.test_a_key_taken_elsewhere_is_free_here, given)
