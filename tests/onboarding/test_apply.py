"""Applying does what the plan said, once, and leaves it on the record."""

from __future__ import annotations

from apps.audit.verify import verify_chain
from apps.integrations.models import Destination
from apps.tenants.lookups import memberships_of
from apps.tenants.models import Membership, Organization, Site, User
from tests.database import committed
from tests.factories import inside
from tests.ingestion.files import codes_of
from tests.onboarding.files import (
    CREATED,
    KEPT,
    WRITES,
    applied,
    changed,
    command,
    json_lines,
    planned,
)

SET = "tenants.organization.configured"


@committed
def test_everything_the_file_says_is_there_and_live(db):
    lines, place = applied()
    assert (place.is_live, place.region, place.assigning_authority) == (True, "uk", "NORTH")
    assert lines[0].word == "organization"
    assert lines[-1].word == "live"
    with inside(place):
        assert Site.objects.get(name="Belfast clinic").time_zone == "Europe/Belfast"
        ada = Membership.objects.select_related("site").get(user__email="ada@northside.example")
        ehr = Destination.objects.get()
    assert (ada.role, ada.site.name) == ("reader", "A&E")
    assert (ehr.host, ehr.port, ehr.receiving_facility) == ("ehr.northside.example", 2575, "NORTH")
    assert [entry.role for entry in memberships_of(ada.user_id)] == ["reader"]


@committed
def test_what_is_done_is_what_was_planned(db):
    before = [line for line in planned() if line.changes]
    done, _ = applied()
    assert sorted(map(str, before)) == sorted(map(str, done))


@committed
def test_applying_again_writes_nothing_and_records_nothing(db):
    _, place = applied()
    codes = codes_of(place)
    assert codes.count(SET) == WRITES
    assert codes[-1] == "tenants.organization.onboarded"
    again, _ = applied()
    assert again == []
    assert codes_of(place) == codes
    assert verify_chain(place.pk).failure == ""


@committed
def test_a_change_is_made_and_recorded(db):
    applied()
    done, place = applied(changed("name: Northside Hospital", "name: Northside NHS"))
    assert [line.fields for line in done] == [(("name", "Northside Hospital", "Northside NHS"),)]
    with inside(place):
        assert Organization.objects.get().name == "Northside NHS"
    assert codes_of(place)[-1] == SET


@committed
def test_new_people_have_no_password_that_opens_anything(db):
    applied()
    people = User.objects.filter(email__endswith="@northside.example")
    assert people.count() == 3
    assert not any(person.has_usable_password() for person in people)
    assert not any(person.is_staff or person.is_superuser for person in people)


@committed
def test_the_command_plans_applies_and_is_then_in_step(db, hospital):
    text, code = command(hospital, "--plan")
    assert code == 2
    assert "create  site Belfast clinic: time_zone Europe/Belfast" in text
    assert f"{CREATED} to create, 1 to change, 0 as they are" in text
    text, code = command(hospital)
    assert code == 0
    assert f"Plan now: 0 to create, 0 to change, {KEPT} as they are" in text
    assert "invite  user ada@northside.example" in text
    text, code = command(hospital, "--plan")
    assert code == 0
    assert "Nothing was changed." in text


@committed
def test_people_with_a_password_are_no_longer_to_invite(db, hospital):
    command(hospital)
    for person in User.objects.filter(email__endswith="@northside.example"):
        person.set_password("a password of theirs")
        person.save()
    text, _ = command(hospital)
    assert "invite" not in text


@committed
def test_json_is_one_object_a_line(db, hospital):
    text, _ = command(hospital, "--plan", "--json")
    *lines, end = json_lines(text)
    assert {key: end[key] for key in ("organization", "outcome", "create")} == {
        "organization": "northside",
        "outcome": "planned",
        "create": CREATED,
    }
    price = next(line for line in lines if line["kind"] == "price")
    assert price == {
        "organization": "northside",
        "action": "create",
        "kind": "price",
        "name": "inference.accepted from 2026-01-01",
        "fields": {
            "amount": {"from": None, "to": "4.25"},
            "currency": {"from": None, "to": "GBP"},
        },
    }
    *_, end = json_lines(command(hospital, "--json")[0])
    assert (end["outcome"], end["create"], end["keep"]) == ("applied", 0, KEPT)
