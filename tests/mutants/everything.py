"""All mutants, and the controls of the database: what must hold while nothing is changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db import connections

from tests.mutants import filters, statements
from tests.mutants.code import CodeMutant
from tests.mutants.mutant import Mutant
from tests.mutants.schema import SchemaMutant


def all_mutants() -> Iterator[Mutant]:
    for generator in (*statements.GENERATORS, *filters.GENERATORS):
        found = list(generator())
        assert found, f"{generator.__name__} found nothing to remove"
        yield from found
    for alias in connections:
        connections[alias].close()


def tests_of(mutants: Iterable[Mutant]) -> tuple[str, ...]:
    """Every test that one of the mutants may be looked for by."""
    found = (test for mutant in mutants if isinstance(mutant, CodeMutant) for test in mutant.tests)
    return tuple(dict.fromkeys(found))


def unchanged(mutants: Iterable[Mutant]) -> Iterator[Mutant]:
    if not any(isinstance(mutant, SchemaMutant) for mutant in mutants):
        return
    for kind in ("policy dropped", "key dropped", "trigger off", "grant to dispatch"):
        yield SchemaMutant(kind, f"unchanged, {kind}", "", "reports_signature")
