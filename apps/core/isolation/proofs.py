"""The proofs in the order an auditor reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.db import DatabaseError
from django.utils.module_loading import import_string

from apps.core.blobs.sealing import Unsealable
from apps.core.errors import RetryableError
from apps.core.isolation import (
    caches,
    canary,
    commands,
    grants,
    keys,
    objects,
    policies,
    queued,
    stored,
    visible,
)
from apps.core.isolation.catalog import Found
from config.isolation import FURTHER_PROOFS


@dataclass(frozen=True, slots=True)
class Proof:
    """One promise: its name, what it counts, and the function that looks."""

    what: str
    look: Callable[[], Found]

    @property
    def name(self) -> str:
        return self.look.__name__.replace("_", "-")


def _above(path: str) -> Callable[[], Found]:
    """A proof of an app above this one, imported when it is run."""

    def look() -> Found:
        found: Found = import_string(path)()
        return found

    look.__name__ = path.rpartition(".")[2]
    return look


@dataclass(frozen=True, slots=True)
class Outcome:
    proof: str
    what: str
    looked_at: int
    faults: tuple[str, ...]


PROOFS = (
    Proof("roles", canary.roles_are_plain),
    Proof("connections", canary.sessions_have_their_role),
    Proof("tables for each connection", canary.policies_bind_every_connection),
    Proof("tables", policies.tables_are_guarded_or_shared),
    Proof("tables", policies.row_security_is_forced),
    Proof("policies", policies.policies_are_the_allowed_ones),
    Proof("function", policies.the_scope_is_read_as_it_is_set),
    Proof("foreign keys", keys.references_are_composite),
    Proof("constraints", keys.keys_are_valid_and_cascade_nothing),
    Proof("unique keys", keys.unique_keys_begin_with_the_organization),
    Proof("tables", keys.rows_can_be_referred_to_with_their_organization),
    Proof("views", objects.views_ask_as_the_asker),
    Proof("functions", objects.definer_functions_are_the_allowed_ones),
    Proof("grants", objects.definer_functions_answer_the_application_only),
    Proof("functions", objects.functions_are_fixed),
    Proof("triggers", objects.triggers_are_the_known_ones),
    Proof("function", objects.changes_are_refused),
    Proof("objects", objects.everything_belongs_to_the_owner),
    Proof("grants", grants.table_grants_are_the_allowed_ones),
    Proof("grants", grants.column_grants_are_the_allowed_ones),
    Proof("grants", grants.nothing_is_for_everyone),
    Proof("memberships", grants.no_role_becomes_another),
    Proof("tables", visible.nothing_without_a_scope),
    Proof("rows seen", visible.rows_seen_are_the_scopes_own),
    Proof("foreign keys asked for", visible.keys_of_others_find_nothing),
    Proof("names of stored bytes", stored.named_bytes_are_the_organizations),
    Proof("stored objects", stored.keys_begin_with_their_organization),
    Proof("stored objects", stored.keys_of_others_open_nothing),
    Proof("data keys", stored.no_key_is_of_two_organizations),
    Proof("commands", commands.commands_are_the_known_ones),
    Proof("tasks", queued.tasks_carry_nothing),
    Proof("caches", caches.caches_are_the_allowed_ones),
    Proof("cached values", caches.cached_values_are_nobodys),
    *(Proof(what, _above(path)) for what, path in FURTHER_PROOFS),
)


def outcomes(proofs: Iterable[Proof] = PROOFS) -> Iterator[Outcome]:
    """Runs each proof; call with no scope open. Reads only."""
    for proof in proofs:
        try:
            found = proof.look()
        except (DatabaseError, RetryableError, Unsealable, OSError) as error:
            found = Found(0, [f"cannot be looked at: {type(error).__name__}"])
        yield Outcome(proof.name, proof.what, found.looked_at, tuple(found.faults))
