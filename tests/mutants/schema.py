"""Mutants of the database: one statement of the tables' owner each."""

from __future__ import annotations

import inspect
import io
from collections.abc import Callable, Container, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connections, transaction

from apps.core.isolation import PROOFS, grants, keys, objects, outcomes, policies
from tests.database import point_at
from tests.factories import organization_of
from tests.isolation import copies
from tests.mutants.attacks import Attack, attacks_on
from tests.mutants.mutant import Run


@dataclass(frozen=True, slots=True)
class SchemaMutant:
    kind: str
    name: str
    statement: str
    table: str = ""

    def caught_by(self, run: Run) -> str:
        return self._caught_by_the_catalog(run) or self._caught_in_a_copy(run)

    def _caught_by_the_catalog(self, run: Run) -> str:
        """Undone at once: the proofs that read the catalog only see the same before COMMIT."""
        home = connections["default"].settings_dict["NAME"]
        point_at(run.world)
        application, owner = connections["default"], connections["owner"]
        connections["default"] = owner
        try:
            with transaction.atomic("owner"):
                if self.statement:
                    owner.cursor().execute(self.statement)
                found = _failed_proof(run, CATALOG)
                transaction.set_rollback(True, "owner")
        finally:
            connections["default"] = application
            point_at(home)
        return found

    def _caught_in_a_copy(self, run: Run) -> str:
        with copies.copy_of(run.world):
            if self.statement:
                copies.as_owner(self.statement)
            return _failed_proof(run) or _succeeded_attack(self, run)


# Their proofs ask nothing but what the schema is, and every role is told the same.
CATALOG = {module.__name__ for module in (policies, keys, objects, grants)}


def _failed_proof(run: Run, modules: Container[str] = ()) -> str:
    kept = [proof for proof in PROOFS if not {proof.name, "proofs"} & run.without]
    if modules:
        kept = [proof for proof in kept if proof.look.__module__ in modules]
    return next((found.proof for found in outcomes(kept) if found.faults), "")


def _succeeded_attack(mutant: SchemaMutant, run: Run) -> str:
    if "attacks" in run.without:
        return ""
    model = next((m for m in apps.get_models() if m._meta.db_table == mutant.table), None)
    for attack in attacks_on(mutant.kind, model):
        if not _holds(attack):
            return attack.name
    return ""


def _holds(attack: Attack) -> bool:
    """The test passes; any error of a broken schema is noticed just as a failed assertion is."""
    wanted = inspect.signature(attack.test).parameters
    given: dict[str, Any] = dict(attack.given)
    given |= {slug: organization_of(slug) for slug in ("mercy", "lakeside") if slug in wanted}
    try:
        with redirect_stdout(io.StringIO()):
            attack.test(**given)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        return False
    return True


Statements = Iterator[SchemaMutant]
Generator = Callable[[], Statements]
