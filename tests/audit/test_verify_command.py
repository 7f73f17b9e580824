"""`manage.py verify_audit` proves the trail of every organization."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command

from tests.audit.conftest import LENGTH
from tests.database import committed

pytestmark = committed


def verify(*arguments):
    out = io.StringIO()
    try:
        call_command("verify_audit", *arguments, stdout=out, stderr=io.StringIO())
        return out.getvalue().splitlines(), ""
    except CommandError as error:
        return out.getvalue().splitlines(), str(error)


def test_every_organization_is_verified(chain):
    printed, problem = verify()
    assert problem == ""
    assert sorted(printed) == [
        "lakeside: 0 events, 0 anchors, 0 reports, 0 imported, verified",
        f"mercy: {LENGTH} events, 0 anchors, 0 reports, 0 imported, verified",
        "platform: 0 events, 0 anchors, 0 reports, 0 imported, verified",
    ]


def test_one_organization_may_be_chosen(chain):
    printed, problem = verify("--organization", "mercy")
    assert (printed, problem) == (
        [f"mercy: {LENGTH} events, 0 anchors, 0 reports, 0 imported, verified"],
        "",
    )


def test_json_is_one_object_a_line(chain):
    printed, _ = verify("--json", "--organization", "mercy")
    counts = {"events": LENGTH, "anchors": 0, "reports": 0, "imported": 0}
    assert json.loads(printed[0]) == {"organization": "mercy", **counts, "failure": "", "seq": 0}


def test_the_first_failure_is_named_and_the_others_are_still_looked_at(tamper):
    tamper("DELETE FROM audit_auditevent WHERE seq = 3")
    printed, problem = verify()
    assert problem == "mercy: event 3 is missing"
    assert len(printed) == 3
    assert "mercy: 2 events, 0 anchors, 0 reports, 0 imported, event 3 is missing" in printed


def test_a_failure_ends_with_code_1(tamper):
    tamper("DELETE FROM audit_auditevent WHERE seq = 3")
    with pytest.raises(CommandError) as refusal:
        call_command("verify_audit", stdout=io.StringIO(), stderr=io.StringIO())
    assert refusal.value.returncode == 1


def test_an_unknown_organization_is_refused():
    assert verify("--organization", "nowhere") == ([], "There is no organization “nowhere”.")
