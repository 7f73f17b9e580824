"""All mutants, and the controls: what must hold while nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connections

from tests.mutants import filters, statements
from tests.mutants.mutant import Mutant
from tests.mutants.schema import SchemaMutant


def all_mutants() -> Iterator[Mutant]:
    for generator in (*statements.GENERATORS, *filters.GENERATORS):
        found = list(generator())
        assert found, f"{generator.__name__} found nothing to remove"
        yield from found
    for alias in connections:
        connections[alias].close()


def unchanged() -> Iterator[Mutant]:
    for kind in ("policy dropped", "key dropped", "trigger off", "grant to dispatch"):
        yield SchemaMutant(kind, f"unchanged, {kind}", "", "reports_signature")
    yield from filters.unchanged_code()
