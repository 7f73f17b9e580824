"""What only anchors tell: cut tails, chains written anew with their key, chains that are gone."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command

from apps.audit.chain import chained
from apps.audit.models import AuditEvent
from tests.audit.anchoring import anchor, failures, proofs, today
from tests.audit.conftest import LENGTH, record_events
from tests.database import committed, raw_connection
from tests.factories import inside

pytestmark = committed


def move_head(organization, seq):
    with inside(organization):
        mac = bytes(AuditEvent.objects.get(seq=seq).mac) if seq else b""
    head(organization, seq, mac)


def head(organization, seq, mac):
    with raw_connection("owner") as raw, raw.transaction():
        raw.execute("ALTER TABLE audit_audithead NO FORCE ROW LEVEL SECURITY")
        raw.execute(
            "UPDATE audit_audithead SET seq = %s, mac = %s WHERE organization_id = %s",
            [seq, mac, organization.pk],
        )
        raw.execute("ALTER TABLE audit_audithead FORCE ROW LEVEL SECURITY")


def test_a_cut_tail_is_found_with_the_head_moved_along(tamper, anchors, mercy):
    anchor(mercy)
    move_head(mercy, 5)
    tamper("DELETE FROM audit_auditevent WHERE seq > 5")
    assert failures(mercy) == [f"event 6 is missing: it was anchored on {today()}"]
    assert proofs(mercy)["events"].seq == 6


def test_a_chain_written_anew_with_its_key_is_found(tamper, anchors, mercy):
    anchor(mercy)
    with inside(mercy):
        links = [row.link() for row in AuditEvent.objects.order_by("seq")]
    forged = chained([link.event for link in links[:3] + links[4:]], 0, b"")
    tamper("DELETE FROM audit_auditevent WHERE seq = %s", links[-1].seq)
    with raw_connection("owner") as raw:
        for link in forged[3:]:
            raw.execute(
                """UPDATE audit_auditevent SET details = %s, occurred_at = %s, trace_id = %s,
                     code = %s, object_id = %s, object_type = %s, previous_mac = %s, mac = %s
                   WHERE seq = %s""",
                [
                    link.event.details, link.event.occurred_at, link.event.trace_id,
                    link.event.code, link.event.object_id, link.event.object_type,
                    link.previous, link.mac, link.seq,
                ],
            )  # fmt: skip
    head(mercy, forged[-1].seq, forged[-1].mac)
    assert failures(mercy) == [f"event 4 is not the one anchored on {today()}"]


def test_an_organizations_chain_that_was_emptied_is_found(tamper, anchors, mercy):
    anchor(mercy)
    move_head(mercy, 0)
    tamper("DELETE FROM audit_auditevent")
    assert failures(mercy) == [f"event 1 is missing: it was anchored on {today()}"]


def test_a_missing_head_is_found(chain, anchors, mercy):
    anchor(mercy)
    with raw_connection("owner") as raw:
        raw.execute("ALTER TABLE audit_audithead NO FORCE ROW LEVEL SECURITY")
        raw.execute("DELETE FROM audit_audithead WHERE organization_id = %s", [mercy.pk])
        raw.execute("ALTER TABLE audit_audithead FORCE ROW LEVEL SECURITY")
    assert failures(mercy) == ["the chain is missing"]


def test_anchors_of_an_organization_that_is_gone_are_named(chain, anchors, mercy):
    anchor(mercy)
    gone = "00000000-0000-4000-8000-000000000009"
    (anchors / str(mercy.public_id)).rename(anchors / gone)
    printed, problem = command("verify_audit", "--json")
    rows = {row["organization"]: row for row in map(json.loads, printed)}
    assert rows[gone]["failure"] == "the organization is missing: 1 anchors of it are kept"
    assert problem


def test_the_trail_goes_on_behind_the_anchor(chain, anchors, mercy):
    anchor(mercy)
    record_events(mercy, 3)
    assert failures(mercy) == []
    assert proofs(mercy)["events"].looked_at == LENGTH + 4


def command(*arguments):
    out = io.StringIO()
    try:
        call_command(*arguments, stdout=out, stderr=io.StringIO())
        return out.getvalue().splitlines(), ""
    except CommandError as error:
        return out.getvalue().splitlines(), str(error)


def test_the_command_anchors_everybody_once(chain, anchors, mercy, lakeside):
    printed, _ = command("anchor_audit")
    assert f"mercy: {today()}" in printed
    assert len(list(anchors.glob("*/*.json"))) == 3
    printed, _ = command("anchor_audit", "--json")
    assert {"organization": "mercy", "made": []} in [json.loads(line) for line in printed]
    assert command("verify_audit")[1] == ""


def test_without_a_place_the_command_says_so(settings):
    printed, problem = command("anchor_audit")
    assert (printed, problem) == ([], "EINTHOVEN_AUDIT_ANCHORS is not set: no anchors are kept.")


@pytest.mark.parametrize("name", ["anchor_audit", "verify_audit"])
def test_a_place_that_cannot_be_read_is_an_error(anchors, chain, name):
    anchors.write_text("a file where the folder should be")
    _, problem = command(name)
    assert problem.startswith("The place of the anchors cannot be read")


def test_the_sweeper_anchors_hourly(chain, anchors, mercy):
    call_command("sweep", "--once")
    assert (anchors / str(mercy.public_id) / f"{today()}.json").exists()


def test_the_sweeper_goes_on_while_the_place_is_away(chain, anchors, log_text):
    anchors.write_text("a file where the folder should be")
    call_command("sweep", "--once")
    assert "anchors.failed" in log_text()


def test_an_organization_without_a_chain_keeps_no_other_from_its_anchor(chain, anchors, lakeside):
    with raw_connection("owner") as raw:
        raw.execute("ALTER TABLE audit_audithead NO FORCE ROW LEVEL SECURITY")
        raw.execute("DELETE FROM audit_audithead WHERE organization_id = %s", [lakeside.pk])
        raw.execute("ALTER TABLE audit_audithead FORCE ROW LEVEL SECURITY")
    printed, problem = command("anchor_audit")
    assert (f"mercy: {today()}" in printed, problem) == (True, "")


def checked(settings, **given):
    from apps.audit.checks import anchors_are_kept, the_signing_key_is_one

    for name, value in given.items():
        setattr(settings, name, value)
    return [found.id for found in (*the_signing_key_is_one(None), *anchors_are_kept(None))]


def test_keys_that_cannot_sign_and_missing_anchors_are_found_before_the_start(settings):
    assert checked(settings, AUDIT_ANCHORS="/somewhere") == []
    assert checked(settings, EXPORT_SIGNING_KEY="") == ["audit.E001"]
    assert checked(settings, EXPORT_SIGNING_KEY="short") == ["audit.E001"]
    good = "A" * 43 + "="
    assert checked(settings, EXPORT_SIGNING_KEY=good, AUDIT_PUBLIC_KEYS=["x"]) == ["audit.E001"]
    assert checked(settings, AUDIT_PUBLIC_KEYS=[], AUDIT_ANCHORS="") == ["audit.W001"]
