"""What another organization has is refused, each kind of it; who that is, staff are told only."""

from __future__ import annotations

import pytest

from apps.ingestion.model_share import ShareSource
from apps.ingestion.sources import Place, password_of, set_source
from apps.tenants.actions import organization_for_platform
from apps.tenants.inbound import set_application_entity, set_listener
from apps.tenants.model_inbound import ApplicationEntity, Hl7Listener
from apps.tenants.storage import NewLocation, set_location
from apps.web.onboarding.sections import dicom, listeners, shares, storage
from tests.admin.people import page, signed_in
from tests.database import committed
from tests.factories import inside
from tests.onboarding.conftest import put_secret
from tests.onboarding.files import applied, changed, planned, problems, short

BUCKET = 'storage: {bucket: north-ecg, endpoint: "https://s3.example", access_key_id: NORTH,'
IN_BUCKET = changed("storage: {folder: /srv/ecg/northside", f"{BUCKET} secret_file: carts")


def folder(place):
    set_location(place, NewLocation("folder", place.region, root="/srv/ecg"))


def bucket(place, bucket="north-ecg", key="OTHER"):
    wanted = NewLocation(
        kind="s3",
        region=place.region,
        endpoint="https://s3.example",
        bucket=bucket,
        access_key_id=key,
        secret_key="x",
    )
    set_location(place, wanted)


def credential(place):
    bucket(place, "lake-ecg", "NORTH")


def share(place):
    set_source(place, "A", Place("NAS.northside.example", "ECG", "x", "b"), password="x")


def user(place):
    set_source(place, "A", Place("nas.northside.example", "b", "", "ECG"), password="x")


def title(place):
    set_application_entity(place, "NORTHSIDE", calling_hosts="10.9.0.1", is_active=False)


def port(place):
    set_listener(place, "A", port=2601, peers="10.9.0.1", is_active=False)


CASES = {
    "folder": (folder, None, storage, "line 9: storage[/srv/ecg/northside]: it", "folder"),
    "bucket": (bucket, IN_BUCKET, storage, "line 9: storage[north-ecg]: it", "bucket"),
    "key": (credential, IN_BUCKET, storage, "line 9: storage[north-ecg]: it", "credential"),
    "share": (share, None, shares, "line 10: shares[Carts]: //nas.northside.example/ecg", "share"),
    "user": (user, None, shares, "line 10: shares[Carts]: ecg", "credential"),
    "title": (title, None, dicom, "line 11: dicom[NORTHSIDE]: it", "AE title"),
    "port": (port, None, listeners, "line 12: mllp[Orders]: 2601", "port"),
}


@committed
@pytest.mark.parametrize("case", CASES)
def test_what_another_has_is_refused_and_nothing_is_made(lakeside, case):
    take, text, _, place, what = CASES[case]
    with inside(lakeside):
        take(lakeside)
    article = "an" if what[0] == "A" else "a"
    said = [f"{place} is {article} {what} of the organization lakeside"]
    given = () if text is None else (text,)
    assert problems("", lambda _: planned(*given)) == said
    assert problems("", lambda _: applied(*given)) == said
    assert organization_for_platform("northside") is None


ASKS = {"folder": "holder_of", "share": "holder_of", "title": "title_holder", "port": "port_holder"}


@committed
@pytest.mark.parametrize("case", ASKS)
def test_taken_since_the_plan_it_is_refused_and_nothing_goes_live(lakeside, monkeypatch, case):
    take, _, section, place, what = CASES[case]
    with inside(lakeside):
        take(lakeside)
    monkeypatch.setattr(section, ASKS[case], lambda *_: None)
    (said,) = problems("", lambda _: applied())
    assert said.startswith(place.rpartition(":")[0])
    assert said.endswith(f" {what} of the organization lakeside")
    assert "is now" in said
    assert not organization_for_platform("northside").is_live


AE_FORM = {"title": "NORTHSIDE", "calling_hosts": "10.1.0.0/16", "calling_titles": ""}
PORT_FORM = {"name": "Orders", "port": "2601", "peers": "10.2.0.7", "host": ""}
SHARE_FORM = {
    "name": "Carts", "server": "nas.northside.example", "share": "ecg", "folder": "",
    "username": "c", "password": "x", "poll_seconds": "30", "archive": "leave",
}  # fmt: skip
FORMS = [
    (ApplicationEntity, title, AE_FORM, {"title": "MERCY"}),
    (Hl7Listener, port, PORT_FORM, {"port": "2602"}),
    (ShareSource, share, SHARE_FORM, {"share": "other"}),
]


@committed
@pytest.mark.parametrize(("model", "take", "form", "free"), FORMS)
def test_an_administrator_is_refused_and_told_of_nobody(
    mercy, lakeside, admin_user, model, take, form, free
):
    with inside(lakeside):
        take(lakeside)
    client = signed_in(admin_user)
    answer = client.post(page(model, "add"), form)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "cannot be used here" in text
    assert "akeside" not in text
    assert client.post(page(model, "add"), form | free).status_code == 302
    with inside(mercy):
        assert model.objects.count() == 1


WRONG = [
    (ApplicationEntity, AE_FORM | {"title": "lower"}, "Capitals, digits"),
    (ApplicationEntity, AE_FORM | {"calling_hosts": ""}, "name the AE titles or the addresses"),
    (ApplicationEntity, AE_FORM | {"calling_hosts": "cart7"}, "is no address or network"),
    (Hl7Listener, PORT_FORM | {"port": "80"}, "greater than or equal to 1024"),
    (Hl7Listener, PORT_FORM | {"host": "here"}, "is no address of this machine"),
    (Hl7Listener, PORT_FORM | {"peers": ""}, "This field is required"),
    (Hl7Listener, PORT_FORM | {"certificates": "abc"}, "is no SHA-256 of a certificate"),
    (ShareSource, SHARE_FORM | {"share": "a/b"}, "the share must be the name of a share"),
    (ShareSource, SHARE_FORM | {"password": ""}, "needs the password of its user"),
]


@committed
@pytest.mark.parametrize(("model", "form", "said"), WRONG)
def test_a_form_refuses_what_a_file_would(mercy, admin_user, model, form, said):
    answer = signed_in(admin_user).post(page(model, "add"), form)
    assert said in answer.content.decode()
    with inside(mercy):
        assert not model.objects.exists()


@committed
def test_a_share_keeps_its_password_which_no_page_shows(mercy, admin_user):
    client = signed_in(admin_user)
    client.post(page(ShareSource, "add"), SHARE_FORM | {"password": "open sesame"})
    with inside(mercy):
        row = ShareSource.objects.get()
    shown = client.get(page(ShareSource, "change", row)).content.decode()
    assert "open sesame" not in shown
    sent = SHARE_FORM | {"password": "", "poll_seconds": "60", "is_active": "on"}
    assert client.post(page(ShareSource, "change", row), sent).status_code == 302
    with inside(mercy):
        assert password_of(ShareSource.objects.get()) == "open sesame"
        assert ShareSource.objects.get().poll_seconds == 60


@committed
def test_a_new_secret_is_a_change_that_is_told_without_it(secrets):
    _, place = applied()
    put_secret(secrets, "carts", "a new one")
    (line,) = [line for line in planned() if line.changes]
    assert (line.word, [name for name, _, _ in line.fields]) == ("file share", ["password"])
    assert "new one" not in str(line)
    applied()
    with inside(place):
        assert password_of(ShareSource.objects.get()) == "a new one"
    assert not any(line.changes for line in planned())


@committed
def test_a_share_that_asks_for_signatures_says_so_and_is_told_when_that_ends(secrets):
    _, place = applied(changed("share: ecg", "share: ecg, signed: true"))
    with inside(place):
        assert ShareSource.objects.get().signature_required
    (line,) = [line for line in planned() if line.changes]
    assert [name for name, _, _ in line.fields] == ["signature_required"]


@committed
def test_without_a_secret_the_kept_one_stays_and_a_new_share_is_refused(secrets):
    without = changed(", password_file: carts", "")
    assert problems("", lambda _: planned(without)) == [
        "line 10: shares[Carts]: lacks password_file or password_env"
    ]
    applied()
    assert short(planned(without), "create", "change", "drift") == []


@committed
def test_storage_of_a_live_organization_waits_for_its_move_which_the_plan_says(db):
    applied()
    moved = changed("/srv/ecg/northside", "/srv/ecg/second")
    for _ in range(2):
        lines = [line for line in planned(moved) if line.word == "storage"]
        said = [(line.action, line.name) for line in lines]
        assert ("drift", "/srv/ecg/second") in said
        assert ("drift", "/srv/ecg/northside") in said
        (waits,) = [line for line in lines if line.fields and line.action == "drift"]
        assert waits.fields == (("active", waits.fields[0][1], True),)
        applied(moved)
    assert not any(line.changes for line in planned(moved))
