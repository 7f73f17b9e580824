"""Who the asker of a request is: each condition of it, one at a time."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied

from apps.tenants import access
from apps.tenants.access import ENTRY_KEY, SESSION_KEY, Active, OnPlatform, platform_role_of
from apps.tenants.lookups import Standing
from apps.tenants.organization_types import RESEARCH


def asked(session=None, headers=None, **user):
    given = {"pk": 1, "is_active": True, "is_staff": False, "is_superuser": False} | user
    return SimpleNamespace(
        user=SimpleNamespace(**given), session=dict(session or {}), headers=headers or {}
    )


@pytest.fixture
def member_of(monkeypatch):
    """The person is a reader in these organizations; each is open or closed."""

    def stand(places):
        held = {
            pk: Standing(pk, "reader", type="hospital", is_open=is_open, needs_factor=False)
            for pk, is_open in places.items()
        }
        monkeypatch.setattr(access, "standings_of", lambda *_: held)

    return stand


def place_in(request):
    found = access.active_organization(request)
    return found and found.organization_id


@pytest.mark.parametrize(
    ("places", "session", "place"),
    [
        ({1: True}, {}, 1),
        ({1: False}, {}, None),
        ({1: True, 2: True}, {}, None),
        ({1: True, 2: True}, {SESSION_KEY: 2}, 2),
        ({1: True, 2: False}, {SESSION_KEY: 2}, None),
        # Who lost the session's organization is not moved to the only other one.
        ({1: True}, {SESSION_KEY: 2}, None),
        ({}, {}, None),
    ],
)
def test_a_session_works_in_its_open_organization_or_in_the_only_one(
    member_of, places, session, place
):
    member_of(places)
    assert place_in(asked(session)) == place


INSIDE = {SESSION_KEY: 1, ENTRY_KEY: "an entry"}


@pytest.fixture
def visiting(monkeypatch):
    """Entries hold; what `hold` was told of being seen is kept."""
    seen = []
    monkeypatch.setattr(access.entries, "hold", lambda *_, seen=None, to=seen: not to.append(seen))
    monkeypatch.setattr(access, "organization_type", lambda _: "hospital")
    monkeypatch.setattr(access, "second_factor_required", lambda _: False)
    return seen


def as_role(monkeypatch, role):
    monkeypatch.setattr(access, "platform_role_of", lambda _: OnPlatform(role) if role else None)


@pytest.mark.parametrize(("role", "place"), [("support", 1), ("operator", None), ("", None)])
def test_only_who_may_enter_stays_inside(monkeypatch, visiting, role, place):
    as_role(monkeypatch, role)
    request = asked(INSIDE, is_staff=True)
    assert place_in(request) == place
    assert (ENTRY_KEY in request.session) == (place is not None)


def test_an_entry_without_its_organization_is_forgotten(monkeypatch, visiting):
    as_role(monkeypatch, "support")
    request = asked({ENTRY_KEY: "an entry"}, is_staff=True)
    assert (place_in(request), visiting) == (None, [])
    assert request.session == {}


@pytest.mark.parametrize(
    ("headers", "seen"), [({}, True), ({"HX-Request": "true"}, False), ({"X-Poll": "1"}, False)]
)
def test_a_poll_is_not_being_there(monkeypatch, visiting, headers, seen):
    as_role(monkeypatch, "support")
    access.active_organization(asked(INSIDE, headers, is_staff=True))
    assert visiting == [seen]


@pytest.mark.parametrize("missing", ["is_active", "is_staff"])
def test_only_active_staff_have_a_role_on_the_platform(missing):
    given = {"is_active": True, "is_staff": True, "is_superuser": True}
    assert platform_role_of(SimpleNamespace(**given)) == OnPlatform("superuser")
    assert platform_role_of(SimpleNamespace(**given | {missing: False})) is None


def test_a_role_may_nothing_that_its_organizations_type_may_not():
    assert Active(1, "technician").may("upload_files")
    assert not Active(1, "technician", type=RESEARCH).may("upload_files")


def test_an_organization_is_opened_by_its_members_and_by_who_enters(member_of, monkeypatch):
    member_of({1: True, 2: False})
    monkeypatch.setattr(access, "renew_key", lambda _: None)
    monkeypatch.setattr(access, "follow", lambda *_: None)
    for place, entering in ((1, False), (3, True)):
        request = asked()
        access.activate(request, place, entering=entering)
        assert request.session == {SESSION_KEY: place}
    for place in (2, 3):
        with pytest.raises(PermissionDenied):
            access.activate(asked(), place)
