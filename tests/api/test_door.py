"""The door of the API: one way to show a key, one organization behind it, cookies are nothing."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.tenants.clients import recognise, revoke_client, revoke_key, rotate
from apps.tenants.models import ApiKey
from tests.admin.people import events
from tests.api.keys import Program, key_of, make_client, program_of
from tests.database import committed
from tests.factories import inside, make_recording, organization_of

pytestmark = pytest.mark.django_db


def code(response):
    assert response.headers["Content-Type"] == "application/problem+json"
    return response.status_code, response.json()["code"]


def test_a_key_opens_the_own_organization_and_no_other(mercy, lakeside):
    mine, theirs = make_recording(mercy), make_recording(lakeside)
    program = program_of(mercy)
    found = program.get("recordings").json()["recordings"]
    assert [row["id"] for row in found] == [str(mine.public_id)]
    assert program.get(f"recordings/{theirs.public_id}").status_code == 404


@pytest.mark.parametrize("key", ["", "ein_", "ein_abcdefgh_" + "A" * 43, "x" * 5000, "ein_\u00e9"])
def test_no_key_and_a_wrong_one_are_refused(key, mercy):
    answer = Program(key).get("recordings")
    assert code(answer) == (401, "key-invalid" if key else "key-missing")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_the_key_is_taken_from_its_header_only(mercy):
    key = key_of(mercy)
    client = Client()
    for path, headers in {
        f"/api/v1/recordings?access_token={key}": {},
        "/api/v1/recordings": {"X-Api-Key": key},
        "/api/v1/recordings?": {"Authorization": f"Basic {key}"},
    }.items():
        assert code(client.get(path, headers=headers)) == (401, "key-missing")
    assert (
        client.get("/api/v1/recordings", headers={"Authorization": f"bearer {key}"}).status_code
        == 200
    )


def test_a_session_opens_nothing_and_changes_nothing(mercy, lakeside, reader, client_of):
    browser = client_of(reader)
    assert code(browser.get("/api/v1/recordings")) == (401, "key-missing")
    theirs = make_recording(lakeside)
    key = {"Authorization": f"Bearer {key_of(lakeside)}"}
    answer = browser.get(f"/api/v1/recordings/{theirs.public_id}", headers=key)
    assert answer.status_code == 200
    assert "sessionid" not in answer.cookies


@pytest.mark.parametrize("ended", ["key over", "client over", "key revoked", "client revoked"])
def test_a_key_that_ended_is_as_one_that_never_was(ended, mercy, admin_user):
    client, key = make_client(mercy)
    assert recognise(key).client.pk == client.pk
    past, now = timezone.now() - dt.timedelta(seconds=1), timezone.now()
    with inside(mercy):
        if ended == "client revoked":
            revoke_client(client, by=admin_user, now=now)
        elif ended == "client over":
            type(client).objects.update(expires_at=past)
        else:
            ApiKey.objects.update(**{"expires_at" if ended == "key over" else "revoked_at": past})
    never, answer = Program("ein_never").get("recordings"), Program(key).get("recordings")
    assert answer.content == never.content
    assert code(answer) == (401, "key-invalid")


@committed
def test_an_organization_that_is_not_live_has_no_keys(mercy):
    key = key_of(mercy)
    with inside(mercy):
        type(mercy).objects.update(is_live=False)
    assert recognise(key) is None
    with inside(mercy):
        type(mercy).objects.update(is_live=True)
    assert recognise(key) is not None


@pytest.mark.parametrize("key", ["other_" + "a" * 40, "ein_" + "a" * 500])
def test_what_cannot_be_a_key_is_not_looked_for(key, mercy, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert recognise(key) is None


def test_a_key_opens_where_tls_is_asked_for_and_there(mercy, settings):
    settings.SECURE_SSL_REDIRECT = True
    answer = program_of(mercy).client.get("/api/v1/recordings", secure=True)
    assert answer.status_code == 200


@pytest.mark.parametrize("ended", ["client", "key"])
def test_one_is_ended_once_and_no_other(ended, mercy, admin_user):
    (client, key), (_, other) = make_client(mercy), make_client(mercy)
    given = {"by": admin_user, "now": timezone.now()}
    with inside(mercy):
        if ended == "client":
            done = [revoke_client(client, **given) for _ in range(2)]
        else:
            row = ApiKey.objects.get(client=client)
            done = [revoke_key(row, **given) for _ in range(2)]
    assert done == [True, False]
    assert recognise(key) is None
    assert recognise(other) is not None
    with inside(mercy):
        assert ApiKey.objects.filter(revoked_at=None).count() == 1


@pytest.mark.parametrize("hours", [0, 1, 24])
def test_the_old_key_lives_for_the_overlap(hours, mercy, admin_user):
    client, old = make_client(mercy)
    with inside(mercy):
        new = rotate(client, overlap=dt.timedelta(hours=hours), by=admin_user, now=timezone.now())
        first, second = ApiKey.objects.order_by("id")
    assert new != old
    assert Program(new).get("recordings").status_code == 200
    assert Program(old).get("recordings").status_code == (200 if hours else 401)
    assert second.expires_at is None
    assert abs((first.expires_at - timezone.now()).total_seconds() - hours * 3600) < 60


def test_rotating_again_never_lengthens_a_life(mercy, admin_user):
    client, _ = make_client(mercy)
    with inside(mercy):
        for hours in (1, 24):
            rotate(client, overlap=dt.timedelta(hours=hours), by=admin_user, now=timezone.now())
        ends = list(ApiKey.objects.order_by("id").values_list("expires_at", flat=True))
    assert ends[0] < ends[1]
    assert ends[2] is None


def test_only_the_hash_of_a_key_is_kept(mercy):
    key = key_of(mercy)
    with inside(mercy):
        row = ApiKey.objects.values().get()
    assert len(key.removeprefix(row["prefix"] + "_")) == 43
    assert key.removeprefix(row["prefix"]) not in str(row)


@committed
def test_using_a_key_is_noted_once_a_day(mercy):
    program, written = program_of(mercy), []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            program.get("recordings")
        written.append(any("UPDATE" in q["sql"] and "tenants_apikey" in q["sql"] for q in queries))
    assert written == [True, False]
    with inside(mercy):
        assert ApiKey.objects.get().last_used_on == timezone.now().date()
        ApiKey.objects.update(last_used_on=dt.date(2026, 1, 1))
    program.get("recordings")
    with inside(mercy):
        assert ApiKey.objects.get().last_used_on == timezone.now().date()


@committed
def test_a_wrong_key_is_on_the_platforms_record_without_the_key(mercy):
    Program("ein_wrongwrong").get("recordings")
    (event,) = events(organization_of("platform"), "tenants.key.refused")
    assert "wrong" not in event.details


@committed
def test_a_refused_request_is_on_the_record_of_its_client(mercy):
    client, key = make_client(mercy, "files:write")
    assert code(Program(key).get("recordings")) == (403, "scope-missing")
    (event,) = events(mercy, "web.request.refused")
    assert (event.client_id, event.actor_id) == (client.pk, None)
    assert '"status": 403' in event.details


def test_a_scope_that_is_missing_is_named(mercy):
    answer = program_of(mercy, "files:write").get("recordings")
    assert answer.json()["detail"] == "This operation asks for the scope recordings:read."


def test_an_address_that_is_none_and_a_method_that_is_none_are_problems(mercy):
    program = program_of(mercy)
    assert code(program.get("nothing")) == (404, "not-found")
    answer = program.send(path="recordings")
    assert code(answer) == (405, "method-not-allowed")
    assert "GET" in answer.headers["Allow"]
    assert code(program.client.options("/api/v1/recordings")) == (405, "method-not-allowed")
