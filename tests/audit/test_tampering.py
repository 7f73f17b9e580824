"""Whoever owns the database can change the trail; verification names the first event at fault."""

from __future__ import annotations

import random

import pytest

from apps.audit.models import AuditHead
from apps.audit.verify import ChainResult, verify_chain
from tests.api.keys import make_client
from tests.audit.conftest import LENGTH, record_events
from tests.database import committed
from tests.factories import inside

pytestmark = committed

TRIALS = 40
EDITS = {
    "code": "'ecg.recording.created'",
    "actor_id": "NULL",
    "object_type": "object_type || 'x'",
    "object_id": "'0'",
    "trace_id": "gen_random_uuid()",
    "details": "'{}'",
    "occurred_at": "occurred_at + interval '1 microsecond'",
    "previous_mac": "'\\x00'::bytea",
    "mac": "'\\x00'::bytea",
}


def failure(organization):
    return verify_chain(organization.pk).failure


def test_an_untouched_chain_verifies(chain, mercy, lakeside):
    assert verify_chain(mercy.pk) == ChainResult(chain)
    assert verify_chain(lakeside.pk) == ChainResult(0)


@pytest.mark.parametrize("column", [name for name in EDITS if name != "actor_id"])
def test_an_edit_of_any_column_is_found(tamper, mercy, column):
    tamper(f"UPDATE audit_auditevent SET {column} = {EDITS[column]} WHERE seq = 4")
    result = verify_chain(mercy.pk)
    assert result.events == 3
    assert result.failure.startswith("event 4 ")


def test_a_changed_actor_is_found(tamper, mercy, reader):
    tamper("UPDATE audit_auditevent SET actor_id = %s WHERE seq = 4", reader.pk)
    assert failure(mercy) == "event 4 was changed"


def test_a_program_put_in_a_persons_place_is_found(tamper, mercy):
    client, _ = make_client(mercy)
    tamper("UPDATE audit_auditevent SET client_id = %s WHERE seq = 4", client.pk)
    assert failure(mercy) == "event 4 was changed"


def test_a_removed_event_is_found(tamper, mercy):
    tamper("DELETE FROM audit_auditevent WHERE seq = 4")
    assert failure(mercy) == "event 4 is missing"


def test_a_removed_and_renumbered_event_is_found(tamper, mercy):
    tamper(
        """DELETE FROM audit_auditevent WHERE seq = 4;
           UPDATE audit_auditevent SET seq = -seq WHERE seq > 4;
           UPDATE audit_auditevent SET seq = -seq - 1 WHERE seq < 0"""
    )
    assert failure(mercy).startswith("event 4 ")


def test_a_cut_tail_is_found_while_the_head_is_left(tamper, mercy):
    tamper("DELETE FROM audit_auditevent WHERE seq > 5")
    assert failure(mercy) == "event 6 is missing"


def test_a_head_that_was_moved_is_found(chain, mercy):
    with inside(mercy):
        AuditHead.objects.update(seq=LENGTH - 1)
    assert failure(mercy) == f"event {LENGTH} is not the chain's"


def test_an_inserted_event_is_found(tamper, mercy):
    tamper(
        """INSERT INTO audit_auditevent (organization_id, seq, code, object_type, object_id,
             details, occurred_at, previous_mac, mac)
           SELECT organization_id, seq + 1, code, object_type, object_id, details, occurred_at,
             mac, sha256(mac) FROM audit_auditevent WHERE seq = %s""",
        LENGTH,
    )
    assert failure(mercy) == f"event {LENGTH + 1} is not the chain's"


def test_an_event_moved_to_another_organization_is_found_in_both(tamper, mercy, lakeside):
    tamper("UPDATE audit_auditevent SET organization_id = %s WHERE seq = 1", lakeside.pk)
    assert failure(mercy) == "event 1 is missing"
    assert failure(lakeside) == "event 1 is not the chain's"


def test_a_chain_rewritten_without_the_key_is_found(tamper, mercy):
    tamper(
        """UPDATE audit_auditevent e SET details = '{}', mac = sha256(details::bytea),
             previous_mac = coalesce((SELECT sha256(p.details::bytea) FROM audit_auditevent p
                                      WHERE p.seq = e.seq - 1), '')"""
    )
    assert failure(mercy) == "event 1 was changed"


def test_another_key_verifies_nothing(chain, mercy, settings):
    settings.AUDIT_KEY = "B" * 43 + "="
    assert failure(mercy) == "event 1 was changed"


@pytest.mark.parametrize("seed", range(TRIALS))
def test_the_first_event_at_fault_is_named(tamper, mercy, seed):
    chance = random.Random(seed)
    first, second = sorted(chance.sample(range(1, LENGTH + 1), 2))
    kind = chance.choice(["edit", "delete", "swap"])
    if kind == "edit":
        column = chance.choice([name for name in EDITS if name != "actor_id"])
        tamper(
            f"UPDATE audit_auditevent SET {column} = {EDITS[column]} WHERE seq IN (%s, %s)",
            first,
            second,
        )
    elif kind == "delete":
        tamper("DELETE FROM audit_auditevent WHERE seq IN (%s, %s)", first, second)
    else:
        swap = "UPDATE audit_auditevent SET seq = -seq WHERE seq IN ({0}, {1});"
        swap += "UPDATE audit_auditevent SET seq = {0} + {1} + seq WHERE seq < 0"
        tamper(swap.format(first, second))
    result = verify_chain(mercy.pk)
    assert result.events == first - 1
    assert result.failure.startswith(f"event {first} ")


def test_the_trail_goes_on_after_an_attack_is_undone(tamper, mercy):
    tamper("DELETE FROM audit_auditevent WHERE seq = 2")
    assert failure(mercy)
    tamper("SELECT 1")
    record_events(mercy, 1)
    assert verify_chain(mercy.pk) == ChainResult(LENGTH + 1)
