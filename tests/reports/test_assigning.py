"""Assigning: who may give a report to whom, what it changes, and that it is on the record."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from apps.reports import assigning, presence
from apps.reports.models import Report
from apps.tenants.access import Active
from apps.tenants.models import Membership
from tests.factories import inside, make_user
from tests.reports.signing import report_of, sign_recording


@pytest.fixture
def people(mercy, reader):
    """One of each role that matters here, and who reads elsewhere."""
    made = {role: make_user(mercy, role) for role in ("trainee", "technician", "administrator")}
    return made | {"reader": reader, "colleague": make_user(mercy, "reader")}


def give(report, people, by, to):
    active = Active(report.organization_id, "reader" if by == "colleague" else by)
    name = people[to].public_id if to in people else to
    return assigning.assign(active, report, name, by=people[by])


@pytest.mark.parametrize(
    ("owner", "by", "may"),
    [
        ("trainee", "trainee", True),
        ("reader", "trainee", False),
        (None, "trainee", False),
        ("reader", "reader", True),
        ("trainee", "reader", True),
        (None, "reader", True),
        ("reader", "administrator", True),
        (None, "administrator", True),
        ("reader", "technician", False),
    ],
)
def test_ones_own_is_handed_on_and_who_assigns_gives_anybodys(recording, people, owner, by, may):
    report = report_of(recording)
    with inside(recording.organization):
        if owner:
            presence.take(report, people[owner], timezone.now())
        if may:
            give(report, people, by, "colleague")
        else:
            with pytest.raises((assigning.NotAssigned, PermissionDenied)):
                give(report, people, by, "colleague")
        held = Report.objects.get(pk=report.pk).assigned_to
    assert held == (people["colleague"] if may else people.get(owner))


@pytest.mark.parametrize("to", ["technician", "administrator", None])
def test_nobody_gets_it_who_may_not_read(recording, people, to):
    report = report_of(recording)
    with inside(recording.organization), pytest.raises(assigning.NotAReader):
        give(report, people, "reader", to)


def test_neither_a_reader_of_elsewhere_nor_one_who_left_gets_it(recording, people, stranger):
    report, yesterday = report_of(recording), timezone.localdate() - dt.timedelta(days=1)
    with inside(recording.organization):
        Membership.objects.filter(user=people["colleague"]).update(ends_on=yesterday)
        for to in (stranger.public_id, "colleague"):
            with pytest.raises(assigning.NotAReader):
                give(report, people, "reader", to)
        assert people["colleague"] not in assigning.readers()
        assert set(assigning.readers()) == {people["reader"], people["trainee"]}


def test_what_is_signed_is_assigned_to_nobody(recording, people):
    sign_recording(recording, people["reader"])
    report = report_of(recording)
    with inside(recording.organization), pytest.raises(assigning.NotAssigned):
        give(report, people, "reader", "colleague")


def test_who_hands_it_on_holds_it_no_more(recording, people):
    report, now = report_of(recording), timezone.now()
    with inside(recording.organization):
        presence.take(report, people["trainee"], now)
        presence.hold(report, people["trainee"], now)
        given = give(report, people, "trainee", "reader")
        assert presence.hold(given, people["reader"], now) is None
