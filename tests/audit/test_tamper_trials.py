"""A sample of `make tamper`: every kind of change is found and its first event named."""

from __future__ import annotations

import random

import pytest

from apps.audit.anchors.trail import AnchorTrail
from tests.database import committed
from tests.tamper.chains import random_chain
from tests.tamper.kinds import KINDS
from tests.tamper.rows import unguarded
from tests.tamper.trials import SOMEBODY, found, in_memory, score

IN_MEMORY, ON_ROWS = 20, 3
NEED_ANCHORS = {"truncate", "erase the whole chain", "rewrite with the key"}


@pytest.mark.parametrize("kind", KINDS)
def test_changes_of_chains_in_memory_are_found(kind):
    assert score(kind, IN_MEMORY).missed == []


@committed
def test_changes_of_rows_are_found(mercy, reader, admin_user):
    actors = [None, reader.pk, admin_user.pk]
    with unguarded(mercy.pk) as rows:
        for kind in KINDS:
            how = {"organization_id": mercy.pk, "actors": actors, "judge": rows.judge}
            assert score(kind, ON_ROWS, **how).missed == []


@pytest.mark.parametrize("kind", sorted(NEED_ANCHORS))
def test_without_anchors_these_would_go_unnoticed(kind):
    """So the trials above are found by the anchors and by nothing else."""
    chance = random.Random(kind)
    chain = random_chain(chance)
    tampered = KINDS[kind](chance, chain, SOMEBODY)
    blind = type(chain)(chain.links, chain.end, AnchorTrail(()))
    before, after = in_memory(blind, tampered)
    assert (before.failure, after.failure) == ("", "")
    assert found(*in_memory(chain, tampered), tampered.first)


def test_a_change_behind_the_newest_anchor_is_the_keys_to_find():
    chance = random.Random("behind")
    chain = random_chain(chance)
    last = len(chain.links)
    assert last > chain.trail.seq
    tampered = KINDS["delete"](random.Random(2), chain, SOMEBODY)
    assert found(*in_memory(chain, tampered), tampered.first)
