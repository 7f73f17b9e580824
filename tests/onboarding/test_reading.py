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
        ("authority: NORTH", "authority: NO", "line 4: assigning_authority: must be text"),
        ("region: uk", "region: fr", "line 3: region: “fr” is not known; allowed: uk, us"),
        ("region: uk", "region: uk\ntime_zone: UTC+1", "line 4: time_zone: “UTC+1” is not a time"),
        ("region: uk", "region: us", "lacks time_zone"),
        ("Europe/Belfast", "UTC+1", "line 5: sites[2].time_zone: “UTC+1” is not a time zone"),
        ("role: reader", "role: nurse", "line 6: users[0].role: “nurse” is not known; allowed: te"),
        ("tom@northside.example", "tom", "line 7: users[1].email: Enter a valid email address."),
        (".example:2575", ".example:99999", "line 13: ehr[0].address: “ehr.northside.example:999"),
        (".example:2575", ".example", "must be host:port, such as ehr.example:2575"),
        ("application: EPR", "application: [EPR]", "line 13: ehr[0].application: must be text"),
        ("facility: NORTH", "pdf: 1", "line 13: ehr[0].pdf: must be true or false"),
        ("facility: NORTH", "processing: P", "allowed: production, training"),
        ("rules@1.0.0", "rules", "line 14: algorithms[0]: “einthoven-rules” must be a version su"),
        ("report.signed: 1.50", "beds: 1", "line 15: prices.beds: is not a key here; allowed: inf"),
        ("signed: 1.50", "signed: 1.23456", "line 15: prices.report.signed: “1.23456” must be an"),
        ("signed: 1.50", "signed: -1", "“-1” must be an amount such as 4.25"),
        ("currency: GBP", "currency: XYZ", "“XYZ” is not known; allowed: EUR, GBP"),
        ("from: 2026-01-01", "from: soon", "prices.from: must be a date such as"),
        ("from: 2026-01-01", "from: 2026-02-30", "“2026-02-30” must be a date such as 2026-01-31"),
        ("folder: /srv/ecg/northside", "bucket: b, folder: /a/b", "line 9: storage: must name a f"),
        ("password_file: carts", "password_file: ../../etc/passwd", "the name of a file, without"),
        ("password_file: carts", "password_file: other", "other cannot be read; put the secret th"),
        ("password_file: carts", "password_env: HOME", "environment variable that begins with ON"),
        ("password_file: carts", "password_env: ONBOARD_NONE", "names a secret that is not there"),
        ("password_file: carts", "password: x", "line 10: shares[0].password: is not a key here"),
        ("share: ecg", "share: a/b", "line 10: shares[0]: the share must be the name of a share"),
        (
            "share: ecg",
            "share: ecg, folder: ../x",
            "shares[0]: the folder must be names of folders",
        ),
        ("share: ecg", "share: ecg, poll: 1", "“1” must be a whole number from 5 to 86400"),
        ("share: ecg", "share: ecg, signed: often", "must be true or false"),
        ("share: ecg", "share: ecg, archive: delete", "allowed: leave, move, copy"),
        (
            "called: NORTHSIDE",
            "called: north",
            "line 11: dicom[0].called: “north” must be an AE ti",
        ),
        ("hosts: [10.1.0.0/16]", "hosts: [10.1.0.1/16]", "dicom[0].hosts: “10.1.0.1/16” is no add"),
        (
            "hosts: [10.1.0.0/16], ",
            "",
            "line 11: dicom[0]: must name the AE titles or the addresse",
        ),
        ("hosts: [10.1.0.0/16]", "calling: [ABCDEFGHIJKLMNOPQ]", "“ABCDEFGHIJKLMNOPQ” is no AE t"),
        ("port: 2601", "port: 25", "line 12: mllp[0].port: “25” must be a whole number from 1024"),
        ("port: 2601", "port: 2601, address: here", "mllp[0].address: “here” is no address of thi"),
        (
            "hosts: [10.2.0.7]",
            "hosts: []",
            "line 12: mllp[0]: must name the addresses that may sen",
        ),
    ],
)
def test_a_wrong_value_is_refused_with_its_line_and_what_is_allowed(old, new, said):
    found = problems(HOSPITAL.replace(old, new, 1))
    assert len(found) == 1, found
    assert said in found[0]


@pytest.mark.parametrize("key", ["bucket", "data_key", "smb", "password", "Slug"])
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
    assert problems("name: Nowhere\n") == ["line 1: lacks slug, region, assigning_authority, sites"]


@pytest.mark.parametrize(
    ("added", "said"),
    [
        ("name: Again\n", "line 16: name: is given twice"),
        ("prices: []\n", "line 16: prices: is given twice"),
    ],
)
def test_what_is_given_twice_is_refused(added, said):
    assert said in problems(HOSPITAL + added)[0]
    assert "“A&E” is given twice" in problems(changed("Ward 7", "A&E"))[0]
    text = changed("tom@northside", "ADA@northside")
    assert problems(text) == ["line 7: users[1]: “ada@northside.example” is given twice"]


def test_a_person_works_at_a_site_of_the_file():
    text = changed("reader, site: A&E", "reader, site: Ward 9")
    assert problems(text) == [
        "line 6: users[ada@northside.example].site: “Ward 9” is no site of this file:"
        " A&E, Ward 7, Belfast clinic"
    ]


def test_a_door_is_at_a_site_of_the_file():
    (found,) = problems(changed("16], site: A&E", "16], site: Ward 9"))
    assert found.startswith("line 11: dicom[NORTHSIDE].site: “Ward 9” is no site of this file")


def test_two_listeners_at_one_port_are_refused():
    second = "{name: Results, port: 2601, hosts: [10.2.0.8]}"
    found = problems(changed("hosts: [10.2.0.7]}", f"hosts: [10.2.0.7]}}, {second}"))
    assert found[0] == "line 12: mllp[Orders]: 2601 is the port of two of these"
    assert len(found) == 2


def test_prices_may_be_a_list_each_with_a_day_of_its_own():
    listed = (
        "prices:\n"
        "  - {meter: report.signed, amount: 1.50, currency: GBP, from: 2026-01-01}\n"
        "  - {meter: report.signed, amount: 1.75, currency: GBP, from: 2027-01-01}\n"
    )
    wanted = read("".join(HOSPITAL.splitlines(True)[:-1]) + listed)
    assert list(wanted.rows["prices"]) == [
        "report.signed from 2026-01-01",
        "report.signed from 2027-01-01",
    ]
    assert wanted.line_of("prices", "report.signed from 2027-01-01") == 17


def test_a_secret_is_read_from_where_the_file_says_and_never_shown(monkeypatch):
    monkeypatch.setenv("ONBOARD_CARTS", "another")
    share = read(changed("password_file: carts", "password_env: ONBOARD_CARTS")).rows["shares"]
    assert share["Carts"]["password"].text == "another"
    assert read().rows["shares"]["Carts"]["password"].text == "open sesame"
    assert "another" not in repr(share)
    both = changed("password_file: carts", "password_file: carts, password_env: ONBOARD_CARTS")
    assert "names both password_file and password_env" in problems(both)[0]


def test_a_secret_that_everyone_may_read_is_refused(secrets):
    (secrets / "carts").chmod(0o644)
    assert "may be read by everyone on the machine" in problems(HOSPITAL)[0]


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
    assert "must be a date" in problems(changed("from: 2026-01-01", "from: 2026-01-01 10:00:00"))[0]
