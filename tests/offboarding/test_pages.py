"""The same leaving through the administration: what is exported, who asks, who approves."""

from __future__ import annotations

import uuid
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from apps.tenants.access import OnPlatform
from apps.tenants.actions import organization_for_platform
from apps.tenants.models import Offboarding
from apps.web.offboarding import departure, overview
from tests.database import committed
from tests.factories import inside, make_staff, organization_of
from tests.isolation.rows import make_row
from tests.offboarding.hospital import exported
from tests.tenants.keys import states_of

pytestmark = committed

LISTED = reverse("offboardings")
OPEN = dict.fromkeys(
    ("approved_at", "approved_by", "refused_at", "refused_by", "shredded_at", "done_at")
)


@pytest.fixture
def operator(client_of):
    return client_of(make_staff("operator"))


@pytest.fixture
def security(client_of):
    return client_of(make_staff("security"))


def asks(client, organization, **given):
    data = {"reason": "The contract ended in May."} | given
    address = reverse("ask-offboarding", args=[organization.public_id])
    return client.post(address, data, follow=True).content.decode()


def decides(client, organization, what):
    with inside(organization):
        row = Offboarding.objects.latest("id")
    answer = client.post(reverse(f"{what}-offboarding", args=[row.public_id]), follow=True)
    return answer.content.decode()


def test_one_asks_and_another_approves_and_it_is_done(hospital, operator, security, tmp_path):
    assert "Close the doors" in operator.get(LISTED).content.decode()
    closing = reverse("close-doors", args=[hospital.public_id])
    assert "Everybody is signed out" in operator.get(closing).content.decode()
    assert organization_for_platform("leaving").is_live
    operator.post(closing)
    exported(tmp_path / "out")
    assert "Holds the last change" in operator.get(LISTED).content.decode()
    assert "Asked. A second person" in asks(operator, hospital)
    assert "waits for a second person" in security.get(LISTED).content.decode()
    assert "Leaving is offboarded." in decides(security, hospital, "approve")
    assert states_of(hospital) == ["destroyed"]
    assert organization_for_platform("leaving").offboarded_at


def test_nobody_approves_the_own_request(hospital, operator):
    asks(operator, hospital, without_export="on")
    said = decides(operator, hospital, "approve")
    assert "a second person approves: this is your own request" in said
    assert states_of(hospital) == ["active"]


def test_an_export_that_is_old_or_none_is_refused_in_the_form(hospital, operator):
    assert "does not hold the last change" in asks(operator, hospital)
    with inside(hospital):
        assert not Offboarding.objects.exists()


def test_refused_or_taken_back_nothing_is_destroyed(hospital, operator, security):
    for client in (security, operator):
        asks(operator, hospital, without_export="on")
        assert "Nothing was destroyed" in decides(client, hospital, "refuse")
    assert states_of(hospital) == ["active"]
    assert organization_for_platform("leaving").is_live


def test_what_left_is_listed_and_asked_for_no_more(hospital, operator, security):
    asks(operator, hospital, without_export="on")
    decides(security, hospital, "approve")
    page = operator.get(LISTED).content.decode()
    assert ">Left<" in page
    address = reverse("ask-offboarding", args=[hospital.public_id])
    assert address not in page
    assert operator.get(address).status_code == 404


def test_only_staff_with_a_role_for_it_ask_and_say_why(mercy, lakeside):
    asker, why = make_staff("operator"), "They never went live."
    for organization, by, reason, words in (
        (mercy, make_staff("support"), why, "a role for it"),
        (mercy, asker, "Because", "10 characters"),
        (organization_of("platform"), asker, why, "reserved"),
    ):
        with pytest.raises(departure.NotAllowed, match=words):
            departure.ask(organization, by=by, reason=reason, export=None)
    assert departure.ask(mercy, by=asker, reason=why, export=None).is_open


@pytest.mark.parametrize("refused", [False, True])
def test_what_nobody_else_approved_is_not_carried_out(mercy, refused):
    staff, now = make_staff("operator"), timezone.now()
    given = ("approved_at", "approved_by", "refused_at", "refused_by")
    changed = dict(zip(given, (now, staff, now, staff), strict=True)) if refused else {}
    with pytest.raises(departure.NotAllowed, match="second person"):
        departure.carry_out(make_row(Offboarding, mercy, **OPEN | changed))


@pytest.mark.parametrize("proven_at", [None, timezone.now()])
def test_work_under_way_is_waited_for_until_nothing_can_change(mercy, monkeypatch, proven_at):
    monkeypatch.setattr(departure, "work_under_way", lambda _organization: 3)
    given = dict.fromkeys(("done_at", "refused_at", "shredded_at", "export"))
    given |= {"asked_by": make_staff("operator"), "approved_by": make_staff("security")}
    row = make_row(Offboarding, mercy, proven_at=proven_at, **given)
    if proven_at is None:
        with pytest.raises(departure.NotReady, match="3 rows are in work"):
            departure.carry_out(row)
    else:
        assert departure.carry_out(row).done_at is not None


def test_the_reserved_organization_is_none_that_leaves(mercy, operator):
    reserved = organization_of("platform")
    names = (reserved.public_id, mercy.public_id)
    found = overview.overview(OnPlatform("operator"))
    assert {one.organization.slug for one in found} == {"mercy", "lakeside"}
    found = [operator.get(reverse("ask-offboarding", args=[one])).status_code for one in names]
    assert found == [404, 200]


class Nobody:
    def may(self, _action):
        return False


@pytest.mark.parametrize("platform", [None, Nobody()])
def test_who_may_not_is_refused_before_anything_is_read(mercy, platform):
    named = (overview.get_organization_to_offboard, overview.get_offboarding_to_decide)
    for read in (overview.overview, *(partial(one, public_id=uuid.uuid4()) for one in named)):
        with pytest.raises(PermissionDenied):
            read(platform)


@pytest.mark.parametrize("before", [{"approved_at": timezone.now()}, {"done_at": timezone.now()}])
def test_what_is_approved_or_ended_is_not_approved_anew(mercy, before):
    row = make_row(Offboarding, mercy, **OPEN | before)
    departure.approve(row, by=make_staff("security"))
    with inside(mercy):
        row.refresh_from_db()
    assert (row.approved_by, row.approved_at) == (None, before.get("approved_at"))


def test_once_a_key_is_destroyed_there_is_no_way_back(mercy, monkeypatch):
    monkeypatch.setattr(departure, "destroyed_key", lambda: "the last one")
    with pytest.raises(departure.NotAllowed, match="no way back"):
        departure.refuse(make_row(Offboarding, mercy, **OPEN), by=make_staff("security"))


def test_one_that_is_not_there_is_not_decided(security):
    for what in ("approve", "refuse"):
        address = reverse(f"{what}-offboarding", args=[uuid.uuid4()])
        assert security.post(address).status_code == 404


def test_turning_one_down_leaves_those_before_it(mercy):
    then = timezone.now()
    before = make_row(Offboarding, mercy, **OPEN | {"refused_at": then})
    departure.refuse(make_row(Offboarding, mercy, **OPEN), by=make_staff("security"))
    with inside(mercy):
        before.refresh_from_db()
    assert (before.refused_at, before.refused_by) == (then, None)


@pytest.mark.parametrize("ended", ["shredded_at", "done_at", "refused_at"])
def test_only_who_may_approve_turns_down_and_only_what_is_under_way(mercy, ended):
    asked = make_row(Offboarding, mercy, **OPEN)
    with pytest.raises(departure.NotAllowed, match="a role for it"):
        departure.refuse(asked, by=make_staff("support"))
    approved = {"approved_at": timezone.now(), "approved_by": make_staff("operator")}
    with inside(mercy):
        Offboarding.objects.filter(pk=asked.pk).update(**approved, **{ended: timezone.now()})
    with pytest.raises(departure.NotAllowed, match="no way back"):
        departure.refuse(asked, by=make_staff("security"))
