"""The plan is the exact difference, and changes nothing."""

from __future__ import annotations

from decimal import Decimal

from apps.billing.models import Price
from apps.inference.models import AlgorithmVersion
from apps.tenants.actions import add_member, open_organization, organization_for_platform
from apps.tenants.models import Membership, Organization, Site, User
from tests.database import committed
from tests.factories import inside, make_user
from tests.onboarding.files import (
    CREATED,
    HOSPITAL,
    KEPT,
    applied,
    changed,
    destination,
    planned,
    problems,
    read,
    short,
)

PEOPLE = ["ada@northside.example", "tom@northside.example", "grace@northside.example"]


@committed
def test_planning_a_new_organization_creates_all_of_it_and_writes_nothing(db):
    lines = planned()
    assert len(short(lines, "create")) == CREATED
    assert short(lines, "send") == [("send", "canary", "northside")]
    assert short(lines, "keep", "drift") == []
    assert short(lines, "change") == [("change", "live", "northside")]
    assert short(lines, "invite") == [("invite", "user", person) for person in PEOPLE]
    assert organization_for_platform("northside") is None
    assert not User.objects.filter(email__in=PEOPLE).exists()


@committed
def test_after_applying_nothing_is_left_to_do(db):
    applied()
    lines = planned()
    assert not any(line.changes for line in lines)
    assert len(short(lines, "keep")) == KEPT
    assert short(lines, "drift") == []


@committed
def test_each_changed_field_is_named_from_and_to(db):
    applied()
    text = changed("name: Northside Hospital", "name: Northside NHS")
    text = changed("Europe/Belfast", "Europe/Dublin", text)
    text = changed("role: technician", "role: reader, site: Ward 7", text)
    text = changed(":2575", ":2576", text)
    found = {line.name: line.fields for line in planned(text) if line.changes}
    assert found == {
        "northside": (("name", "Northside Hospital", "Northside NHS"),),
        "Belfast clinic": (("time_zone", "Europe/Belfast", "Europe/Dublin"),),
        "tom@northside.example": (("role", "technician", "reader"), ("site", None, "Ward 7")),
        "Main EHR": (("port", 2575, 2576),),
    }


@committed
def test_rows_the_file_does_not_mention_are_reported_and_stay(db):
    _, place = applied()
    someone = make_user(place, "technician")
    with inside(place):
        Site.objects.create(organization=place, name="Annex")
        Price.objects.create(
            organization=place,
            meter="report.signed",
            unit_price=Decimal(2),
            currency="GBP",
            effective_from="2199-01-01",
        )
    destination(place, port=7000, name="Archive")
    expected = [
        ("drift", "site", "Annex"),
        ("drift", "user", someone.email),
        ("drift", "destination", "Archive"),
        ("drift", "price", "report.signed from 2199-01-01"),
    ]
    assert short(planned(), "create", "change", "drift") == expected
    assert short(applied()[0], "create", "change", "drift") == []
    assert short(planned(), "drift") == expected


@committed
def test_a_member_who_left_is_no_drift_but_named_in_a_file_comes_back_visibly(db):
    _, place = applied()
    with inside(place):
        Membership.objects.filter(user__email=PEOPLE[1]).update(is_active=False)
    (line,) = [line for line in planned() if line.changes]
    assert (line.name, line.fields) == (PEOPLE[1], (("active", False, True),))
    without = "".join(row for row in HOSPITAL.splitlines(True) if "tom@" not in row)
    assert short(planned(without), "create", "change", "drift") == []


@committed
def test_an_account_keeps_its_name_which_is_reported(db, lakeside):
    known = make_user(lakeside, full_name="Dr A. Okafor-Lindt")
    text = changed(PEOPLE[0], known.email)
    applied(text)
    known.refresh_from_db()
    assert known.full_name == "Dr A. Okafor-Lindt"
    (line,) = [line for line in planned(text) if line.action == "drift"]
    assert line.fields == (("name", "Dr A. Okafor-Lindt", "Dr Ada Okafor"),)
    assert ("invite", "user", known.email) not in short(planned(text), "invite")


@committed
def test_a_version_that_was_switched_off_is_switched_on_visibly(db):
    _, place = applied()
    with inside(place):
        AlgorithmVersion.objects.update(is_enabled=False)
    (line,) = [line for line in planned() if line.changes]
    assert (line.word, line.fields) == ("algorithm", (("active", False, True),))
    applied()
    with inside(place):
        assert AlgorithmVersion.objects.get().is_enabled


@committed
def test_what_may_not_change_is_refused_and_the_rest_is_not_done(db):
    applied()
    text = changed("region: uk", "region: us\ntime_zone: Europe/London")
    text = changed("signed: 1.50", "signed: 1.75", text)
    text = changed("name: Northside Hospital", "name: Changed", text)
    assert problems(text, applied) == [
        "northside: is in region uk, where its data are kept; that cannot change",
        "line 16: prices[report.signed from 2026-01-01]: is in effect and stays; add the next price"
        " with a later day",
    ]
    assert organization_for_platform("northside").name == "Northside Hospital"


@committed
def test_a_region_is_corrected_before_there_can_be_data(db):
    open_organization(read().new_organization())
    applied(changed("region: uk", "region: us\ntime_zone: Europe/London"))
    place = organization_for_platform("northside")
    assert (place.region, place.is_live) == ("us", True)


@committed
def test_a_price_to_come_may_change(db):
    text = HOSPITAL.replace("2026-01-01", "2199-01-01")
    applied(text)
    (line,) = short(applied(changed("1.50", "1.75", text))[0], "create", "change")
    assert line == ("change", "price", "report.signed from 2199-01-01")


@committed
def test_an_algorithm_that_does_not_ship_is_refused_unless_it_is_registered(db):
    text = changed("einthoven-rules@1.0.0", "afib-cnn@2.1.0")
    (found,) = problems(text, planned)
    assert found.startswith("line 14: algorithms[afib-cnn@2.1.0]: is not registered here")
    assert found.endswith("einthoven-rules@1.0.0")
    assert organization_for_platform("northside") is None


@committed
def test_the_reserved_organization_is_nobodys(db):
    assert problems(changed("slug: northside", "slug: platform"), planned)[0] == (
        "platform: this name is reserved"
    )


@committed
def test_only_the_files_organization_is_read_and_written(db, mercy, lakeside):
    make_user(lakeside, "reader")
    destination(lakeside, host="ehr.lakeside.example")
    applied()
    assert short(planned(), "drift") == []
    for other in (mercy, lakeside):
        with inside(other):
            assert not Site.objects.exists()
            assert not Membership.objects.filter(user__email__in=PEOPLE).exists()
            assert list(Organization.objects.all()) == [other]
    person = User.objects.get(email=PEOPLE[0])
    with inside(lakeside):
        add_member(lakeside, person, "technician")
    assert not any(line.changes for line in planned())


@committed
def test_the_type_is_planned_made_and_afterwards_only_reported(db):
    laboratory = "".join(row for row in HOSPITAL.splitlines(True) if not row.startswith("ehr"))
    doors = ("shares", "dicom", "mllp")
    laboratory = changed("region: uk", "region: uk\ntype: laboratory", laboratory)
    assert ("type", None, "laboratory") in planned(laboratory)[0].fields
    _, place = applied(laboratory)
    assert place.type == "laboratory"
    asked = changed("Northside Hospital", "Northside", laboratory)
    other = changed("laboratory", "research", asked)
    other = "".join(row for row in other.splitlines(True) if not row.startswith(doors))
    _, place = applied(other)
    assert (place.type, place.name) == ("laboratory", "Northside")
    (drift,) = [line for line in planned(other) if line.fields]
    assert (drift.action, drift.fields) == ("drift", (("type", "laboratory", "research"),))


def test_a_file_of_no_known_type_or_with_results_it_may_not_have_is_refused():
    assert (
        "allowed: hospital, laboratory, research"
        in problems(changed("region: uk", "region: uk\ntype: clinic"))[0]
    )
    assert problems(changed("region: uk", "region: uk\ntype: research")) == [
        "ehr: an organization of type research receives no results",
        "shares: an organization of type research sends no ECGs",
        "dicom: an organization of type research sends no ECGs",
        "mllp: an organization of type research sends no ECGs",
    ]
