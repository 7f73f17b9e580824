"""Sessions: listed, ended, bound to one organization, and over in time."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from apps.tenants.actions import add_member
from apps.tenants.sessions import device_of, sessions_of
from tests.database import committed
from tests.factories import inside, make_recording
from tests.web.factors import confirm, sign_in
from tests.web.pages import events

pytestmark = committed

PAGE = "/account/sessions"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:130.0) Gecko/20100101 Firefox/130.0"


@pytest.fixture
def two(client_of, reader):
    here, there = client_of(reader), client_of(reader)
    here.get("/worklist")
    there.get("/worklist", headers={"User-Agent": FIREFOX})
    confirm(here)
    return here, there


def test_seeing_and_ending_them_asks_for_the_password_again(client_of, reader):
    client, other = client_of(reader), client_of(reader)
    other.get("/worklist")
    for answer in (client.get(PAGE), client.post(f"{PAGE}/end")):
        assert answer.url.startswith("/account/confirm?next=")
    assert other.get("/worklist").status_code == 200
    confirm(client)
    assert client.get(PAGE).status_code == 200
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=6)):
        assert client.get(PAGE).url.startswith("/account/confirm")


def test_they_are_listed_with_device_address_and_organization(two):
    page = two[0].get(PAGE).content.decode()
    assert "Firefox on Windows" in page
    assert page.count("127.0.0.1") == 2
    assert page.count("· Mercy<br>") == 2
    assert page.count("This one") == 1
    assert all(client.session.session_key not in page for client in two)


def test_one_is_ended_and_out_at_its_next_request(two, reader, mercy):
    here, there = two
    other = next(s for s in sessions_of(reader, here.session.session_key) if not s.is_this)
    assert here.post(f"{PAGE}/end", {"session": other.name}).url == PAGE
    assert there.get("/worklist").url.startswith("/sign-in")
    assert here.get("/worklist").status_code == 200
    assert len(events(mercy, "tenants.session.revoked")) == 1


def test_all_others_are_ended_at_once(two):
    here, there = two
    here.post(f"{PAGE}/end")
    assert there.get("/worklist").url.startswith("/sign-in")
    assert "End all others" not in here.get(PAGE).content.decode()


def test_another_persons_session_is_not_found(two, client_of, technician, reader):
    name = sessions_of(reader)[0].name
    other = client_of(technician)
    confirm(other)
    assert other.post(f"{PAGE}/end", {"session": name}).status_code == 404
    assert two[0].get("/worklist").status_code == 200


def test_a_session_of_one_organization_opens_nothing_of_another(client_of, reader, mercy, lakeside):
    with inside(lakeside):
        add_member(lakeside, reader, "reader")
    client = client_of(reader)
    client.post("/organizations", {"organization": mercy.public_id})
    before = client.session.session_key
    theirs = make_recording(lakeside)
    assert client.get(f"/recordings/{theirs.public_id}").status_code == 404
    client.post("/organizations", {"organization": lakeside.public_id})
    assert client.session.session_key != before
    assert client.get(f"/recordings/{theirs.public_id}").status_code == 200
    client.cookies["einthoven_demo"] = before
    assert client.get(f"/recordings/{theirs.public_id}").url.startswith("/sign-in")


def test_switching_keeps_one_line_in_the_list(client_of, reader, mercy, lakeside):
    with inside(lakeside):
        add_member(lakeside, reader, "reader")
    client = client_of(reader)
    for organization in (mercy, lakeside):
        client.post("/organizations", {"organization": organization.public_id})
    (only,) = sessions_of(reader)
    assert only.organization_id == lakeside.pk


def test_it_is_over_so_long_after_signing_in_however_busy(client, reader, settings):
    sign_in(client, reader)
    assert client.get("/worklist").status_code == 200
    session = client.session
    session["started"] -= settings.SESSION_ABSOLUTE_SECONDS - 60
    session.save()
    assert client.get("/worklist").status_code == 200
    session = client.session
    session["started"] -= 120
    session.save()
    assert client.get("/worklist").url.startswith("/sign-in")


@pytest.mark.parametrize(
    ("mark", "setting", "words"),
    [
        ("seen", "SESSION_IDLE_SECONDS", "Signed out after 15 minutes. Sign in to return here"),
        ("started", "SESSION_ABSOLUTE_SECONDS", "Signed out after 12 hours."),
    ],
)
def test_who_was_signed_out_by_the_clock_is_told_and_comes_back(
    client, reader, settings, mark, setting, words
):
    sign_in(client, reader)
    client.get("/worklist")
    session = client.session
    session[mark] -= getattr(settings, setting) + 60
    session.save()
    door = client.get("/worklist").url
    assert "next=%2Fworklist" in door
    assert words in client.get(door).content.decode()
    assert "Signed out" not in client.get("/sign-in").content.decode()


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 14) Chrome/128 Safari/537 Edg/128",
            "Edge on macOS",
        ),
        ("curl/8", "Unknown browser"),
    ],
)
def test_a_device_is_named_by_what_it_says(agent, words):
    assert device_of(agent) == words
