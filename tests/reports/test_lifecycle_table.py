"""Every state, step and role: the table, the actions and the database say the same."""

from __future__ import annotations

import datetime as dt

import psycopg
import pytest

from apps.reports import actions, addenda, locking, retractions, returns
from apps.reports.lifecycle import STEPS, allows
from apps.reports.models import Report, ReportVersion, Retraction
from apps.tenants.models import Membership
from apps.tenants.permissions import PERMISSIONS
from tests.database import committed, raw_connection
from tests.factories import inside
from tests.isolation.rows import make_row

STATES = ("draft", "inadequate", "signed", "amending", "amended", "addended", "locked",
          "entered_in_error")  # fmt: skip
# Step → the states it is allowed in, and the roles that may take it.
TABLE = {
    "edit": ("draft amending", "reader trainee"),
    "submit": ("draft amending", "trainee"),
    "sign": ("draft amending", "reader"),
    "return": ("draft", "reader trainee"),
    "reopen": ("inadequate", "reader trainee"),
    "lock": ("signed amended addended", ""),
    "unlock": ("locked", "reader administrator"),
    "amend": ("signed amended addended", "reader"),
    "add": ("signed amended addended locked", "reader"),
    "ask_retraction": (
        "signed amending amended addended locked",
        "technician reader administrator",
    ),
    "retract": ("signed amending amended addended locked", "reader administrator"),
}
# What the database lets a signed report become; all else of it is fixed.
BECOMES = {
    "amending": "amended entered_in_error",
    "signed": "amending addended locked entered_in_error",
    "amended": "amending addended locked entered_in_error",
    "addended": "amending locked entered_in_error",
    "locked": "signed amended addended entered_in_error",
    "entered_in_error": "",
}
NOW = dt.datetime(2026, 11, 29, 12, tzinfo=dt.UTC)


def test_the_states_are_all_there_are():
    assert set(STATES) == set(Report.Status.values)
    assert set(TABLE) == set(STEPS)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("step", TABLE)
def test_a_step_is_allowed_in_exactly_the_states_of_the_table(state, step):
    assert allows(Report(status=state), step) == (state in TABLE[step][0].split())


@pytest.mark.parametrize("role", Membership.Role.values)
@pytest.mark.parametrize("step", TABLE)
def test_a_step_is_taken_by_exactly_the_roles_of_the_table(role, step):
    allowed = role in PERMISSIONS.get(STEPS[step].permission, frozenset())
    assert allowed == (role in TABLE[step][1].split())


def make_reports(organization):
    """One in each state, as they are when they come from an import."""
    found = {}
    for state in STATES:
        report = make_row(Report, organization, status=state, version_count=1, draft_text="Text")
        make_row(ReportVersion, organization, report=report, number=1)
        found[state] = report
    return found


def steps(person):
    """How each step that a person takes is taken, and what refuses it."""
    given = {"by": person, "now": NOW}
    return {
        "edit": (lambda r: actions.save_draft(
            r, text="Other", revision=r.draft_revision, editor=person, now=NOW
        ), actions.NotEditable),
        "submit": (lambda r: actions.submit_draft(
            r, revision=r.draft_revision, trainee=person, now=NOW
        ), actions.NotEditable),
        "sign": (lambda r: actions.sign_report(
            r, reader=person, revision=r.draft_revision, viewed="", now=NOW
        ), actions.NotSignable),
        "return": (lambda r: returns.return_report(r, reader=person, reason="Off"),
                   returns.NotReturnable),
        "reopen": (lambda r: returns.reopen_report(r, person=person), returns.NotReturnable),
        "unlock": (lambda r: locking.unlock_report(r, reason="Typing error", **given),
                   locking.NotLocked),
        "amend": (lambda r: actions.begin_amendment(r, reader=person, reason="Axis", now=NOW),
                  actions.NotAmendable),
        "add": (lambda r: addenda.write_addendum(r, author=person, text="More", now=NOW),
                addenda.NotAddable),
        "ask_retraction": (lambda r: retractions.ask_retraction(r, reason="Swapped", **given),
                           retractions.NotRetractable),
    }  # fmt: skip


@committed
def test_every_action_is_refused_in_every_state_that_does_not_allow_it(mercy, reader):
    reports = make_reports(mercy)
    refused = {step: set() for step in steps(reader)}
    for step, (take, refusal) in steps(reader).items():
        for state, report in reports.items():
            if allows(report, step):
                continue
            with inside(mercy), pytest.raises(refusal):
                take(report)
            refused[step].add(state)
    assert refused == {step: set(STATES) - set(TABLE[step][0].split()) for step in refused}


def attempt(raw, sql, *values):
    try:
        with raw.transaction(force_rollback=True):
            return raw.execute(sql, values).rowcount == 1
    except psycopg.errors.RaiseException:
        return False


@committed
def test_the_database_lets_the_application_move_a_signed_report_only_so(mercy):
    reports = make_reports(mercy)
    for report in reports.values():
        make_row(Retraction, mercy, report=report)
    with raw_connection("default") as raw, raw.transaction(force_rollback=True):
        raw.execute("SELECT set_config('app.organization_id', %s, true)", [str(mercy.pk)])
        sql = "UPDATE reports_report SET status = %s WHERE id = %s"
        for old, allowed in BECOMES.items():
            moves = {
                new for new in STATES if new != old and attempt(raw, sql, new, reports[old].pk)
            }
            assert moves == set(allowed.split()), old


FIXED = ("draft_text = 'x'", "draft_revision = 99", "version_count = 9", "unlock_reason = 'x'",
         "settled_at = now()", "draft_saved_at = now()", "submitted_at = now()",
         "return_reason = 'x'", "recording_id = recording_id + 1")  # fmt: skip


@committed
@pytest.mark.parametrize("state", ["signed", "amended", "addended", "locked", "entered_in_error"])
def test_the_database_refuses_the_application_every_change_in_place(mercy, state):
    report = make_row(Report, mercy, status=state, version_count=1)
    with raw_connection("default") as raw, raw.transaction(force_rollback=True):
        raw.execute("SELECT set_config('app.organization_id', %s, true)", [str(mercy.pk)])
        for change in FIXED:
            assert not attempt(raw, f"UPDATE reports_report SET {change} WHERE id = %s", report.pk)
        assert attempt(raw, "UPDATE reports_report SET priority_rank = 2 WHERE id = %s", report.pk)


@committed
def test_the_database_retracts_nothing_that_no_second_person_approved(mercy, reader):
    report = make_row(Report, mercy, status="locked", version_count=1)
    asked = make_row(Retraction, mercy, report=report, approved_at=None, approved_by=None)
    with raw_connection("default") as raw, raw.transaction(force_rollback=True):
        raw.execute("SELECT set_config('app.organization_id', %s, true)", [str(mercy.pk)])
        sql = "UPDATE reports_report SET status = 'entered_in_error' WHERE id = %s"
        assert not attempt(raw, sql, report.pk)
        with pytest.raises(psycopg.errors.CheckViolation), raw.transaction():
            raw.execute(
                "UPDATE reports_retraction SET approved_by_id = asked_by_id WHERE id = %s",
                [asked.pk],
            )
