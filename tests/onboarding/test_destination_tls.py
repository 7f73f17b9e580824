"""How results are sent, in an organization's file: kept, changed, refused, and given back."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from apps.integrations.models import Destination
from apps.integrations.transport import key_of, tls_of
from apps.web.onboarding.download import organization_file
from tests.database import committed
from tests.factories import inside
from tests.ingestion.files import codes_of
from tests.integrations.authority import Authority
from tests.onboarding.conftest import put_secret
from tests.onboarding.files import applied, changed, planned, problems, read, short

OURS = Authority()
SHOWN, OTHER = OURS.issue("einthoven.example"), OURS.issue("einthoven.example")
HOUR = dt.timedelta(hours=1)
EXPIRED = OURS.issue("einthoven.example", ends=-HOUR)
ENCRYPTED = "integrations.destination.encrypted"
UNENCRYPTED = "integrations.destination.unencrypted"


def said(**fields):
    """The usual hospital's file with this of its destination."""
    added = "".join(f", {name}: {json.dumps(value)}" for name, value in fields.items())
    return changed("facility: NORTH}", f"facility: NORTH{added}}}")


SHOWING = {"authorities": OURS.pem, "certificate": SHOWN.certificate, "key_file": "epr"}


@pytest.fixture(autouse=True)
def keys(secrets):
    put_secret(secrets, "epr", SHOWN.key)
    put_secret(secrets, "other", OTHER.key)


def only_destination(place):
    with inside(place):
        return Destination.objects.get()


@committed
def test_a_new_destination_speaks_tls_and_is_given_back_as_it_is(db):
    _, place = applied(said(**SHOWING, server_name="epr.example"))
    with inside(place):
        spoken = tls_of(row := Destination.objects.get())
    assert (spoken.name, spoken.authorities) == ("epr.example", OURS.pem)
    assert spoken.certificate == SHOWN.certificate
    assert SHOWN.key == spoken.key
    assert SHOWN.key.encode() not in bytes(row.tls_key)
    assert ENCRYPTED in codes_of(place)
    file = organization_file(place)
    assert "PRIVATE" not in file
    assert short(planned(file), "create", "change", "drift") == []


@committed
def test_in_the_clear_only_where_the_file_or_the_row_says_so(db):
    """A file from before that says nothing changes nothing, either way."""
    _, place = applied(said(transport="private"))
    assert tls_of(only_destination(place)) is None
    assert short(planned(), "change") == []
    applied()
    assert only_destination(place).transport == "private"
    assert codes_of(place).count(UNENCRYPTED) == 1
    (line,) = [line for line in planned(said(transport="tls")) if line.action == "change"]
    assert line.fields == (("transport", "private", "tls"),)
    applied(said(transport="tls"))
    assert codes_of(place).count(ENCRYPTED) == 1
    applied()
    with inside(place):
        assert tls_of(Destination.objects.get()).name == "ehr.northside.example"


@committed
def test_a_plan_tells_certificates_by_their_fingerprint_and_keys_not_at_all(db):
    applied()
    (line,) = [line for line in planned(said(**SHOWING)) if line.action == "change"]
    text = str([(name, str(old), str(new)) for name, old, new in line.fields])
    assert "1 of SHA-256" in text
    assert "BEGIN" not in text
    assert "(not shown)" in text


@committed
def test_a_key_goes_with_its_certificate(db):
    """Kept with it, changed with it, forgotten with it."""
    _, place = applied(said(**SHOWING))
    kept = {name: value for name, value in SHOWING.items() if name != "key_file"}
    assert short(planned(said(**kept)), "change") == []
    another = kept | {"certificate": OTHER.certificate}
    assert "another certificate than the key that is kept" in problems(said(**another), planned)[0]
    applied(said(**another, key_file="other"))
    with inside(place):
        assert key_of(Destination.objects.get()) == OTHER.key
    applied(said(authorities=OURS.pem))
    assert only_destination(place).tls_key is None


@committed
@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"certificate": SHOWN.certificate}, "line 13: ehr[Main EHR]: lacks key_file or key_env"),
        ({"certificate": SHOWN.certificate, "key_file": "other"}, "not the key of the certificate"),
        ({"key_file": "epr"}, "this is not the key of the certificate"),
        ({"certificate": EXPIRED.certificate}, "ehr[0].certificate: this expired on"),
        ({"authorities": EXPIRED.certificate}, "ehr[0].authorities: this expired on"),
        ({"authorities": OURS.pem * 60}, "this is longer than 16384 characters"),
        ({"authorities": "ours"}, "this is no certificate: give it as PEM"),
        ({"authorities": SHOWN.key + SHOWN.certificate}, "this holds a private key"),
        ({"transport": "plain"}, "“plain” is not known; allowed: tls, private"),
    ],
    ids=[
        "no-key",
        "other-key",
        "key-alone",
        "expired",
        "ended",
        "long",
        "words",
        "key-within",
        "plain",
    ],
)
def test_what_could_not_be_spoken_is_refused_and_nothing_is_shown(db, fields, reason):
    found = problems(said(**fields), planned)
    assert len(found) == 1, found
    assert reason in found[0]
    assert "MIGH" not in found[0]


def test_an_authority_among_others_may_have_ended():
    wanted = read(said(authorities=EXPIRED.certificate + OURS.pem))
    assert wanted.rows["ehr"]["Main EHR"]["tls_authorities"].pem == EXPIRED.certificate + OURS.pem
