"""A file is read strictly: what is not understood is refused by line and name."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from tests.onboarding.files import HOSPITAL, changed, problems, read

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"


def test_a_usual_hospital_takes_fifteen_lines_and_is_the_example_of_the_docs():
    assert len(HOSPITAL.splitlines()) <= 15
    assert HOSPITAL in OPERATIONS.read_text()
    assert problems(HOSPITAL) == []


def test_values_are_read_as_what_they_are():
    wanted = read()
    assert wanted.head["assigning_authority"] == "NORTH"
    assert wanted.rows["sites"]["Belfast clinic"] == {"time_zone": "Europe/Belfast"}
    assert wanted.rows["sites"]["A&E"] == {"time_zone": "Europe/London"}
    price = wanted.rows["prices"]["report.signed from 2026-01-01"]
    assert price == {"amount": Decimal("1.50"), "currency": "GBP"}
    assert wanted.rows["ehr"]["Main EHR"]["port"] == 2575
    assert wanted.rows["ehr"]["Main EHR"]["includes_pdf"] is True


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("slug: northside", "slug: North Side", "line 1: slug: “North Side” must be lower-case"),
        ("name: Northside Hospital", "name: 2026", "line 2: name: must be text (put it in quotes)"),
        ("authority: NORTH", "authority: NO", "line 5: assigning_authority: must be text"),
        ("region: uk", "region: fr", "line 3: region: “fr” is not known; allowed: uk, us"),
        ("Europe/London", "Europe/Nowhere", "line 4: time_zone: “Europe/Nowhere” is not a time"),
        ("Europe/Belfast", "UTC+1", "line 6: sites[2].time_zone: “UTC+1” is not a time zone"),
        ("role: reader", "role: nurse", "line 8: users[0].role: “nurse” is not known; allowed: te"),
        ("tom@northside.example", "tom", "line 9: users[1].email: Enter a valid email address."),
        (".example:2575", ".example:99999", "line 11: ehr[0].address: “ehr.northside.example:999"),
        (".example:2575", ".example", "must be host:port, such as ehr.example:2575"),
        ("application: EPR", "application: [EPR]", "line 11: ehr[0].application: must be text"),
        ("facility: NORTH", "pdf: 1", "line 11: ehr[0].pdf: must be true or false"),
        ("facility: NORTH", "processing: P", "allowed: production, training"),
        ("rules@1.0.0", "rules", "line 12: algorithms[0]: “einthoven-rules” must be a version su"),
        ("meter: report.signed", "meter: beds", "line 15: prices[1].meter: “beds” is not known"),
        ("amount: 1.50", "amount: 1.23456", "line 15: prices[1].amount: “1.23456” must be an amo"),
        ("amount: 1.50", "amount: -1", "“-1” must be an amount such as 4.25"),
        ("1.50, currency: GBP", "1.50, currency: XYZ", "“XYZ” is not known; allowed: EUR, GBP"),
        ("from: 2026-01-01}\n  -", "from: soon}\n  -", "prices[0].from: must be a date such as"),
        ("2026-01-01}\n  -", "2026-02-30}\n  -", "“2026-02-30” must be a date such as 2026-01-31"),
    ],
)
def test_a_wrong_value_is_refused_with_its_line_and_what_is_allowed(old, new, said):
    found = problems(HOSPITAL.replace(old, new, 1))
    assert len(found) == 1, found
    assert said in found[0]


@pytest.mark.parametrize("key", ["storage", "data_key", "smb", "dicom", "Slug"])
def test_a_key_that_is_not_known_is_refused_by_name(key):
    (found,) = problems(HOSPITAL + f"{key}: {{bucket: b}}\n")
    assert found.startswith(f"line 16: {key}: is not a key here; allowed: slug, name, type, region")


def test_every_problem_is_named_at_once():
    text = changed("region: uk", "region: fr")
    text = changed("role: reader", "rolle: reader", text)
    assert [found.split(": ")[1] for found in problems(text)] == [
        "region",
        "users[0].rolle",
        "users[0]",
    ]
    assert problems("name: Nowhere\n") == [
        "line 1: lacks slug, region, time_zone, assigning_authority, sites"
    ]


@pytest.mark.parametrize(
    ("added", "said"),
    [
        ("name: Again\n", "line 16: name: is given twice"),
        ("  - {meter: report.signed, amount: 9, currency: GBP, from: 2026-01-01}\n", "given twice"),
    ],
)
def test_what_is_given_twice_is_refused(added, said):
    assert said in problems(HOSPITAL + added)[0]
    assert "“A&E” is given twice" in problems(changed("Ward 7", "A&E"))[0]
    text = changed("tom@northside", "ADA@northside")
    assert problems(text) == ["line 9: users[1]: “ada@northside.example” is given twice"]


def test_a_person_works_at_a_site_of_the_file():
    text = changed("site: A&E", "site: Ward 9")
    assert problems(text) == [
        "users[ada@northside.example].site: “Ward 9” is no site of this file:"
        " A&E, Ward 7, Belfast clinic"
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: the file is empty"),
        ("- a\n", "line 1: must have the keys: slug, name"),
        ("a: [1\n", "line 2: not YAML"),
        ("a: 1\n---\nb: 2\n", "not YAML"),
        ("a: &x [1]\nb: *x\n", "line 2: not YAML: references are not allowed"),
        ("a: " + "[" * 5000, "not YAML: nested too deeply"),
        ("name: !!python/object/apply:os.system [ls]\n", "line 1: name: must be text"),
        ("#" * 70000, "the file is longer than"),
        ("? [a, b]\n: 1\n", "is not a key here"),
    ],
)
def test_what_is_no_plain_yaml_is_refused(text, said):
    assert any(said in found for found in problems(text)), problems(text)


def test_bytes_that_are_no_text_are_refused():
    from apps.web.onboarding.problems import Refused
    from apps.web.onboarding.wanted import read_organization

    with pytest.raises(Refused, match="not UTF-8"):
        read_organization(b"name: \xff\xfe\n")


def test_a_day_is_a_day_and_not_a_moment():
    wanted = read()
    days = {name.rpartition(" ")[2] for name in wanted.rows["prices"]}
    assert {dt.date.fromisoformat(day) for day in days} == {dt.date(2026, 1, 1)}
    assert "must be a date" in problems(changed("2026-01-01}\n  -", "2026-01-01 10:00:00}\n  -"))[0]
