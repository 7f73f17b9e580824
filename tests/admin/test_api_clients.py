"""API clients in the admin: the key is seen once, by the administrator of the organization."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from apps.tenants.clients import recognise
from apps.tenants.models import ApiClient, ApiKey, RateLimit
from tests.admin.people import entered, events, page, platform_staff, signed_in
from tests.api.keys import ALL, make_client
from tests.database import committed
from tests.factories import inside, make_user

pytestmark = committed

WANTED = {"name": "Cart gateway", "scopes": ["files:write", "files:read"]}


def shown_key(answer):
    return re.search(rb'<output class="key" id="key">(\S+)</output>', answer.content)[1].decode()


def own(name, client):
    return reverse(f"admin:tenants_apiclient_{name}", args=[getattr(client, "pk", client)])


@pytest.fixture
def browser(admin_user):
    return signed_in(admin_user)


def test_a_new_client_shows_its_key_once(browser, mercy, admin_user):
    answer = browser.post(page(ApiClient, "add"), WANTED)
    key = shown_key(answer)
    caller = recognise(key)
    assert (caller.organization_id, caller.scopes) == (mercy.pk, set(WANTED["scopes"]))
    assert "no-store" in answer.headers["Cache-Control"]
    for kind in ("changelist", "change", "history"):
        args = [] if kind == "changelist" else [caller.client]
        assert key.encode() not in browser.get(page(ApiClient, kind, *args)).content
    (event,) = events(mercy, "tenants.client.added")
    assert event.actor_id == admin_user.pk
    secret = key.split("_", 2)[2]  # which may hold any of the alphabet, the underscore too
    assert secret not in event.details


def test_no_page_shows_a_hash(browser, mercy):
    client, _ = make_client(mercy)
    with inside(mercy):
        key = ApiKey.objects.get()
    for model, row in ((ApiKey, key), (ApiClient, client)):
        for kind, args in (("changelist", []), ("change", [row])):
            assert key.key_hash.encode() not in browser.get(page(model, kind, *args)).content


@pytest.mark.parametrize(
    "wrong", [{"scopes": []}, {"scopes": ["all"]}, {"name": ""}, {"expires_at": "soon"}]
)
def test_a_client_that_is_not_complete_is_not_made(wrong, browser, mercy):
    answer = browser.post(page(ApiClient, "add"), WANTED | wrong)
    assert b"There is a problem" in answer.content
    with inside(mercy):
        assert not ApiClient.objects.exists()


def test_the_same_name_twice_is_refused(browser, mercy):
    assert shown_key(browser.post(page(ApiClient, "add"), WANTED))
    assert b"There is a problem" in browser.post(page(ApiClient, "add"), WANTED).content


def test_scopes_can_be_taken_away(browser, mercy):
    client, key = make_client(mercy)
    answer = browser.get(page(ApiClient, "change", client))
    assert answer.content.count(b"checked") == len(ALL)
    changed = {"name": client.name, "scopes": ["files:read"]}
    assert browser.post(page(ApiClient, "change", client), changed).status_code == 302
    assert recognise(key).scopes == {"files:read"}


@pytest.mark.parametrize(("overlap", "old_works"), [("none", False), ("day", True)])
def test_a_new_key_lets_the_old_one_live_as_chosen(overlap, old_works, browser, mercy):
    client, old = make_client(mercy)
    new = shown_key(browser.post(own("rotate", client), {"overlap": overlap}))
    assert recognise(new).client.pk == client.pk
    assert (recognise(old) is not None) is old_works
    assert len(events(mercy, "tenants.client.rotated")) == 1


def test_a_client_is_shut_out_at_once_and_for_ever(browser, mercy):
    client, key = make_client(mercy)
    assert browser.post(own("revoke", client)).status_code == 302
    assert recognise(key) is None
    for address in (own("rotate", client), own("revoke", client)):
        assert browser.post(address, {"overlap": "day"}).status_code == 403
    assert len(events(mercy, "tenants.client.revoked")) == 1


def test_one_key_is_ended_and_the_other_goes_on(browser, mercy):
    client, old = make_client(mercy)
    new = shown_key(browser.post(own("rotate", client), {"overlap": "day"}))
    with inside(mercy):
        first = ApiKey.objects.order_by("id").first()
    chosen = {"action": "revoke", "_selected_action": [first.pk]}
    assert browser.post(page(ApiKey), chosen).status_code == 302
    assert recognise(old) is None
    assert recognise(new) is not None
    (event,) = events(mercy, "tenants.key.revoked")
    assert first.prefix in event.details


@pytest.mark.parametrize("name", ["rotate", "revoke"])
def test_a_client_of_elsewhere_is_like_none(name, browser, mercy, lakeside):
    foreign, key = make_client(lakeside)
    for method in (browser.get, browser.post):
        answers = [method(own(name, row)) for row in (foreign, 10**9)]
        assert [answer.status_code for answer in answers] == [404, 404]
    assert recognise(key) is not None


@pytest.mark.parametrize("name", ["rotate", "revoke"])
def test_others_are_refused(name, mercy, reader, technician, client):
    row, key = make_client(mercy)
    for user in (reader, technician, platform_staff()):
        assert signed_in(user).post(own(name, row), {"overlap": "none"}).status_code == 403
    assert client.post(own(name, row)).status_code == 302
    assert recognise(key) is not None


def test_others_end_no_key(mercy):
    _, key = make_client(mercy)
    with inside(mercy):
        chosen = {"action": "revoke", "_selected_action": [ApiKey.objects.get().pk]}
    auditor = signed_in(make_user(mercy, "auditor"))
    for client in (auditor, signed_in(platform_staff()), entered(mercy)):
        client.post(page(ApiKey), chosen)
        assert recognise(key) is not None


def test_platform_staff_only_look(mercy):
    for client in (signed_in(platform_staff()), entered(mercy)):
        assert client.get(page(ApiClient)).status_code == 200
        assert client.post(page(ApiClient, "add"), WANTED).status_code == 403


def test_limits_are_set_by_the_operator_and_seen_by_the_administrator(browser, mercy):
    wanted = {"organization": mercy.pk, "door": "api", "per_minute": "50"}
    for client in (browser, entered(mercy)):
        assert client.post(page(RateLimit, "add"), wanted).status_code == 403
    assert signed_in(platform_staff()).post(page(RateLimit, "add"), wanted).status_code == 302
    with inside(mercy):
        row = RateLimit.objects.get()
    assert row.per_minute == 50
    assert b"50" in browser.get(page(RateLimit)).content
    assert browser.post(page(RateLimit, "change", row), {"per_minute": "9"}).status_code == 403
    (event,) = events(mercy, "web.admin.changed")
    assert event.object_type == "tenants.ratelimit"
