"""An addendum appends: what was signed stays, and the new version repeats all of it."""

from __future__ import annotations

import json
import uuid

import pytest
from django.http import Http404
from django.utils import timezone

from apps.ecg.models import StageRun
from apps.reports import addenda
from apps.reports.actions import (
    NotSignable,
    Stale,
    WrongPassword,
    begin_amendment,
    signed_pdf,
)
from apps.reports.models import KeptDraft, Signature
from apps.reports.proving import Proof
from apps.tenants.access import Active
from tests.database import committed
from tests.factories import PASSWORD, inside, make_recording, make_user
from tests.isolation.rows import make_row
from tests.reports.report_examples import texts_of
from tests.reports.signing import (
    TEXT,
    add_to,
    amend_recording,
    inside_of,
    report_of,
    sign_recording,
)

pytestmark = committed


def words_of(version):
    with inside_of(version):
        return " ".join(texts_of(signed_pdf(version)))


def write(recording, reader, text="More."):
    with inside(recording.organization):
        report = report_of(recording)
        return addenda.write_addendum(report, author=reader, text=text, now=timezone.now())


def sign(kept, author, **proof):
    with inside_of(kept):
        given = {"viewed": addenda.viewed_addendum(kept), "password": "wrong"} | proof
        return addenda.sign_addendum(kept, author=author, proof=Proof(**given), now=timezone.now())


def test_it_stands_beneath_the_report_with_its_own_signature(mercy, reader, recording):
    first = sign_recording(recording, reader)
    with inside(mercy):
        before = signed_pdf(first)
    other = make_user(mercy)
    version = add_to(recording, other, "Compared with 2019: unchanged.")
    assert (version.kind, version.number, version.interpretation) == ("addendum", 2, TEXT)
    words = words_of(version)
    for said in (TEXT.splitlines()[0], "Compared with 2019: unchanged.", other.full_name):
        assert said in words
    assert f"Signed by {reader.full_name}" in words
    with inside(mercy):
        assert signed_pdf(first) == before
        assert Signature.objects.get(version=version).meaning == "addendum"
    assert report_of(recording).status == "addended"


def test_its_content_repeats_what_it_is_added_to(mercy, reader, recording):
    first = json.loads(sign_recording(recording, reader).content)
    content = json.loads(add_to(recording, reader, "More.").content)
    assert content["snapshot"] == first["snapshot"]
    assert content["interpreted"] == first["signed"]
    again = json.loads(add_to(recording, reader, "Still more.").content)
    assert [row["text"] for row in again["addenda"]] == ["More.", "Still more."]


def test_an_amendment_keeps_the_addenda_beneath_it(mercy, reader, recording):
    sign_recording(recording, reader)
    add_to(recording, reader, "Compared with 2019.")
    version = amend_recording(recording, reader, "Left axis.")
    assert "Compared with 2019." in words_of(version)
    assert report_of(recording).status == "amended"


def test_it_is_delivered_and_not_charged(mercy, reader, recording):
    sign_recording(recording, reader)
    version = add_to(recording, reader)
    with inside(mercy):
        runs = StageRun.objects.filter(subject=f"version:{version.public_id}")
        assert [run.stage for run in runs] == ["deliver"]


def test_a_wrong_password_another_person_and_another_version_sign_nothing(mercy, reader, recording):
    sign_recording(recording, reader)
    kept = write(recording, reader)
    with pytest.raises(WrongPassword):
        sign(kept, reader)
    with pytest.raises(NotSignable):
        sign(kept, make_user(mercy))
    with pytest.raises(Stale):
        sign(kept, reader, password=PASSWORD, viewed="0" * 64)
    amend_recording(recording, reader, "Left axis.")
    with inside(mercy), pytest.raises(Stale):
        sign(KeptDraft.objects.get(), reader, password=PASSWORD)
    assert report_of(recording).version_count == 2


def test_beneath_an_amendment_that_is_under_way_nothing_is_signed(mercy, reader, recording):
    sign_recording(recording, reader)
    kept = write(recording, reader)
    with inside(mercy):
        report = report_of(recording)
        begin_amendment(report, reader=reader, reason="Axis", now=timezone.now())
    with pytest.raises(NotSignable):
        sign(kept, reader, password=PASSWORD)


def test_what_waits_is_its_authors_own_of_that_report_and_version(mercy, reader, recording):
    other = make_recording(mercy)
    for one in (recording, other):
        sign_recording(one, reader)
    kept, elsewhere = write(recording, reader), write(other, reader)
    write(recording, make_user(mercy))
    active = Active(mercy.pk, "reader")
    with inside(mercy):
        assert addenda.unsigned_addenda(report_of(recording), reader) == [kept]
        assert list(addenda.addenda_of(recording, reader)) == [kept]
        assert addenda.get_addendum_to_sign(active, reader, kept.public_id) == kept
        for person, name in ((make_user(mercy), kept.public_id), (reader, uuid.uuid4())):
            with pytest.raises(Http404):
                addenda.get_addendum_to_sign(active, person, name)
        assert addenda.get_addendum_to_sign(active, reader, elsewhere.public_id) == elsewhere
    amend_recording(recording, reader, "Left axis.")
    with inside(mercy):
        assert addenda.unsigned_addenda(report_of(recording), reader) == []
        assert list(addenda.addenda_of(recording, reader)) == []


def test_a_draft_that_was_put_aside_is_no_addendum(mercy, reader, recording):
    sign_recording(recording, reader)
    given = {"report": report_of(recording), "author": reader, "revision": 1}
    make_row(KeptDraft, mercy, purpose=KeptDraft.Purpose.DRAFT, **given)
    with inside(mercy):
        assert list(addenda.addenda_of(recording, reader)) == []


@pytest.mark.parametrize("text", ["", " \n"])
def test_it_needs_words(mercy, reader, recording, text):
    sign_recording(recording, reader)
    with pytest.raises(addenda.NotAddable):
        write(recording, reader, text)


def test_the_same_text_sent_twice_waits_once(mercy, reader, recording):
    sign_recording(recording, reader)
    assert write(recording, reader) == write(recording, reader)
    assert write(recording, reader, "Other.") != write(recording, reader)
