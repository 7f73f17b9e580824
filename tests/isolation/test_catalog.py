"""Nothing in the schema lets a row of one organization reach another."""

from __future__ import annotations

import pytest

from apps.core.isolation import PROOFS, catalog
from apps.core.isolation.proofs import Proof
from tests.database import committed

# How many things a proof must have looked at to prove anything.
LEAST = {
    "tables-are-guarded-or-shared": 35,
    "policies-are-the-allowed-ones": 80,
    "references-are-composite": 50,
    "unique-keys-begin-with-the-organization": 60,
    "functions-are-fixed": 10,
    "triggers-are-the-known-ones": 12,
    "table-grants-are-the-allowed-ones": 150,
    "column-grants-are-the-allowed-ones": 60,
}


@committed
@pytest.mark.parametrize("proof", PROOFS, ids=lambda proof: proof.name)
def test_the_proof_holds(proof: Proof):
    found = proof.look()
    assert found.faults == []
    assert found.looked_at >= LEAST.get(proof.name, 0)


@pytest.mark.django_db
def test_there_are_tables_to_prove_it_of():
    assert len(catalog.tenant_tables()) > 20
    assert len(catalog.leased_tables()) == 10


def test_every_least_number_is_of_a_proof():
    assert set(LEAST) <= {proof.name for proof in PROOFS}


def test_a_comparison_names_what_lacks_and_what_is_too_much():
    found = catalog.compare({"a", "b"}, {"b", ("c", "", "d")})
    assert found.looked_at == 3
    assert found.faults == ["a is missing", "c d is not allowed"]
