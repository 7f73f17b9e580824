"""Sealing again: same content, same names, newer key; readers and writers notice nothing."""

from __future__ import annotations

import datetime as dt
import io
import json
import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils import timezone

from apps.core.blobs import store
from apps.core.blobs.keyring import Keyring
from apps.core.blobs.sealing import key_name
from apps.ecg import waveforms
from apps.ecg.models import Waveform
from apps.tenants import blobs, keyrings, reseal
from apps.tenants.keys import rotate_data_key
from apps.tenants.models import DataKey
from tests.database import committed
from tests.factories import inside, make_recording
from tests.tenants.keys import (
    as_a_new_process,
    events_of,
    keys_of,
    new_organization,
    own_kek_file,
    states_of,
)

pytestmark = committed


@pytest.fixture
def place(settings, tmp_path):
    settings.BLOB_ROOT = tmp_path / "blobs"
    settings.DATA_KEY_SECONDS = 600
    own_kek_file(settings, tmp_path)
    made = new_organization()
    yield made
    keyrings.forget(made.pk)


def rotate(place, *arguments):
    out = io.StringIO()
    call_command("rotate_keys", "--organization", place.slug, "--json", *arguments, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def put_many(place, count=5):
    return [blobs.put(place.pk, "raw", [bytes([number] * 9)]).sha256 for number in range(count)]


def age(place):
    """As if the rotation were long ago."""
    with inside(place):
        DataKey.objects.filter(state="retired").update(
            retired_at=timezone.now() - dt.timedelta(days=1)
        )


def test_everything_is_sealed_again_and_the_old_key_is_destroyed(place):
    names, recording = put_many(place), make_recording(place)
    (old,) = keys_of(place)
    new = rotate(place)[0]["key"]
    assert reseal.uses(place.pk) == {old.name: 6}
    said = rotate(place, "--reseal")
    assert [(line["kind"], line["done"], line["left"]) for line in said] == [
        ("stored files", 5, 0),
        ("ecg.waveform", 1, 0),
    ]
    assert reseal.uses(place.pk) == {new: 6}
    age(place)
    assert rotate(place, "--destroy-retired")[0]["keys"] == [old.name]
    as_a_new_process(place)
    assert [blobs.get(place.pk, "raw", name)[:1] for name in names] == [
        bytes([number]) for number in range(5)
    ]
    with inside(place):
        assert waveforms.load(recording).samples == recording.samples
    assert states_of(place) == ["destroyed", "active"]
    assert events_of(place, "resealed") == [{"count": 6, "key": new}]


def test_a_key_in_use_or_just_retired_is_not_destroyed(place):
    put_many(place, 1)
    rotate(place)
    age(place)
    assert rotate(place, "--destroy-retired")[0]["keys"] == []
    rotate(place, "--reseal")
    rotate(place)
    assert len(rotate(place, "--destroy-retired")[0]["keys"]) == 1
    assert states_of(place) == ["destroyed", "retired", "active"]


def test_a_run_that_was_broken_off_goes_on(place, monkeypatch):
    put_many(place)
    rotate(place)
    done = []

    def killed(*arguments):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(arguments)
        return again(*arguments)

    again = store.reseal
    with monkeypatch.context() as crashing:
        crashing.setattr(store, "reseal", killed)
        with pytest.raises(KeyboardInterrupt):
            rotate(place, "--reseal")
    assert rotate(place, "--reseal")[0]["done"] == 3
    assert rotate(place, "--reseal") == []


def test_bytes_that_are_not_genuine_stay_and_keep_their_key(place, settings):
    good, bad = put_many(place, 2)
    path = settings.BLOB_ROOT / store.blob_key(place.pk, "raw", bad)
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    before = path.read_bytes()
    rotate(place)
    with pytest.raises(CommandError, match="1 stored things could not be opened"):
        rotate(place, "--reseal")
    age(place)
    assert rotate(place, "--destroy-retired")[0]["keys"] == []
    assert path.read_bytes() == before
    assert blobs.get(place.pk, "raw", good)


def test_readers_and_writers_notice_nothing(place):
    names, stop, failures = put_many(place, 12), threading.Event(), []

    def work(number):
        try:
            while not stop.is_set():
                for name in names:
                    blobs.get(place.pk, "raw", name)
                blobs.put(place.pk, "raw", [b"new %d" % number])
                number += 2
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for worker in workers:
        worker.start()
    for _ in range(3):
        rotate_data_key(place)
        rotate(place, "--reseal")
    stop.set()
    for worker in workers:
        worker.join()
    rotate(place, "--reseal")
    assert failures == []
    assert len(reseal.uses(place.pk)) == 1


def test_a_stored_waveform_may_be_sealed_again_and_nothing_else_of_it_changes(place):
    recording = make_recording(place)
    with inside(place):
        row = Waveform.objects.get(recording=recording)
        before = (row.packed_sha256, key_name(bytes(row.sealed)))
    rotate(place)
    rotate(place, "--reseal")
    with inside(place):
        row.refresh_from_db()
        assert row.packed_sha256 == before[0]
        assert key_name(bytes(row.sealed)) != before[1]
        with pytest.raises(Exception, match="permission denied"):
            Waveform.objects.update(packed_sha256="0")


def test_every_column_of_sealed_bytes_is_found():
    found = {(model._meta.label, field.name) for model, field in reseal.sealed_columns()}
    assert ("ecg.Waveform", "sealed") in found


def test_what_one_key_for_everybody_sealed_is_taken_over(place, tmp_path):
    ring = Keyring("k1", {"k1": b"K" * 32})
    place_of = blobs.engine_of(place.pk)
    name = store.put(place_of, ring, place.pk, "raw", [b"from before"]).sha256
    file = tmp_path / "blob-keyring.json"
    file.write_text(
        '{"active": "k1", "keys": {"k1": "S0tLS0tLS0tLS0tLS0tLS0tLS0tLS0tLS0tLS0tLS0s="}}'
    )
    for _ in range(2):
        rotate(place, "--adopt", str(file))
        assert blobs.get(place.pk, "raw", name) == b"from before"
    assert "k1" not in reseal.uses(place.pk)
    assert {key.name: key.state for key in keys_of(place)}["k1"] == "destroyed"
