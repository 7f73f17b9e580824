"""Signing in and out, and choosing an organization."""

import pytest

from tests.database import committed
from tests.factories import PASSWORD, inside, make_staff, make_user, organization_of
from tests.web.pages import events

pytestmark = committed


def sign_in(client, email, password=PASSWORD, **more):
    return client.post("/sign-in", {"username": email, "password": password, **more})


def test_a_reader_signs_in_and_is_at_the_worklist(client, reader, mercy):
    response = sign_in(client, reader.email)
    assert response.status_code == 302
    assert response.url == "/worklist"
    assert client.get("/worklist").status_code == 200
    assert [event.actor_id for event in events(mercy, "tenants.user.signed_in")] == [reader.pk]


def test_signing_in_returns_to_the_page_that_asked(client, reader):
    asked = client.get("/arrivals")
    assert asked.url == "/sign-in?next=%2Farrivals"
    assert sign_in(client, reader.email, next="/arrivals").url == "/arrivals"


def test_an_address_elsewhere_is_never_returned_to(client, reader):
    assert sign_in(client, reader.email, next="https://elsewhere.test/").url == "/worklist"


@pytest.mark.parametrize("wrong", ["password", "email"])
def test_a_refusal_says_the_same_for_a_wrong_password_and_an_unknown_person(client, reader, wrong):
    email = reader.email if wrong == "password" else "nobody@example.test"
    response = sign_in(client, email, "not the password")
    assert response.status_code == 400
    assert b"E-mail or password is wrong." in response.content
    refused = events(organization_of("platform"), "tenants.user.refused")
    assert [(event.actor_id, event.details) for event in refused] == [(None, "{}")]


def test_signing_out_ends_the_session_and_is_recorded(client_of, reader, mercy):
    client = client_of(reader)
    assert client.get("/sign-out").status_code == 405
    door = client.post("/sign-out").url
    assert client.get("/worklist").url.startswith("/sign-in")
    assert door.startswith("/sign-in")
    # What a browser holds of the person goes then, and stays where a session only ran out.
    assert "data-forget-unsent" in client.get(door).content.decode()
    assert "data-forget-unsent" not in client.get("/sign-in?ended=idle").content.decode()
    assert len(events(mercy, "tenants.user.signed_out")) == 1


@pytest.fixture
def both(reader, lakeside):
    from apps.tenants.actions import add_member

    with inside(lakeside):
        add_member(lakeside, reader, "technician")
    return reader


def test_a_person_of_two_organizations_chooses_and_the_choice_is_recorded(
    client_of, both, lakeside
):
    client = client_of(both)
    assert client.get("/worklist").url == "/organizations"
    page = client.get("/organizations").content.decode()
    assert page.index("Lakeside") < page.index("Mercy")
    assert "Technician" in page
    chosen = client.post("/organizations", {"organization": lakeside.public_id})
    assert chosen.url == "/worklist"
    assert "You are in <b>Lakeside</b>" in client.get("/organizations").content.decode()
    assert len(events(lakeside, "tenants.organization.activated")) == 1


def test_choosing_makes_a_new_session_key(client_of, both, mercy):
    client = client_of(both)
    before = client.session.session_key
    client.post("/organizations", {"organization": mercy.public_id})
    assert client.session.session_key != before


def test_another_organization_cannot_be_entered(client_of, reader, lakeside):
    client = client_of(reader)
    response = client.post("/organizations", {"organization": lakeside.public_id})
    assert response.status_code == 404
    assert "Lakeside" not in response.content.decode()
    assert client.get("/worklist").status_code == 200


def test_someone_of_no_organization_is_told_what_to_do(client_of):
    client = client_of(make_user(None))
    assert client.get("/worklist").url == "/organizations"
    page = client.get("/organizations").content.decode()
    assert "not a member of any organization" in page
    assert "/admin/" not in page


def test_platform_staff_of_no_organization_find_the_admin(client_of):
    client = client_of(make_staff("operator"))
    assert 'href="/admin/"' in client.get("/organizations").content.decode()


def test_an_idle_session_ends_and_polls_do_not_prolong_it(client_of, reader, settings):
    client = client_of(reader)
    client.get("/worklist")
    session = client.session
    session["seen"] -= settings.SESSION_IDLE_SECONDS - 60
    session.save()
    before = client.session["seen"]
    client.get("/worklist/counts", headers={"HX-Request": "true"})
    assert client.session["seen"] == before
    session = client.session
    session["seen"] -= 120
    session.save()
    assert client.get("/worklist").url.startswith("/sign-in")


def test_scripts_of_a_signed_out_page_get_401_and_no_page(client):
    poll = client.get(
        "/worklist/counts",
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/worklist?mine=1"},
    )
    assert (poll.status_code, poll.headers["HX-Redirect"]) == (401, "/sign-in?next=%2Fworklist")
    save = client.post(
        "/reports/00000000-0000-4000-8000-000000000000/draft",
        headers={"Accept": "application/json"},
    )
    assert save.status_code == 401
