"""The door: nothing acknowledged is lost, nothing is taken twice."""

from __future__ import annotations

import hashlib
import uuid

import pytest
import structlog
from django.db import OperationalError, connection

from apps.audit.models import AuditEvent
from apps.core.blobs.sealing import Unsealable
from apps.core.blobs.store import TooLarge
from apps.core.errors import RetryableError
from apps.core.leases import Leased
from apps.core.scope import ScopeError, organization_scope
from apps.ingestion import actions
from apps.ingestion.actions import RAW, DeliveryKeyReused, EmptyFile, accept
from apps.ingestion.models import Ingress
from apps.tenants import blobs
from tests.database import committed
from tests.factories import inside
from tests.ingestion.files import codes_of, send

pytestmark = committed

DATA = b"any bytes: nothing is parsed at the door"
SHA256 = hashlib.sha256(DATA).hexdigest()


@pytest.fixture(autouse=True)
def blob_root(settings, tmp_path):
    settings.BLOB_ROOT = tmp_path
    return tmp_path


def kept(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def rows_of(organization):
    with inside(organization):
        return list(Ingress.objects.all())


def test_a_file_is_one_waiting_row_with_an_event(mercy, technician):
    accepted = send(mercy, DATA, sender=technician, priority="stat", filename="a.dcm")
    [row] = rows_of(mercy)
    assert accepted.is_new
    assert (row.pk, row.state) == (accepted.ingress.pk, Leased.State.RECEIVED)
    assert (row.sha256, row.size, row.priority, row.filename) == (
        SHA256,
        len(DATA),
        "stat",
        "a.dcm",
    )
    with inside(mercy):
        event = AuditEvent.objects.get(code="ingestion.file.accepted")
    assert (event.actor_id, event.object_id) == (technician.pk, str(row.public_id))
    assert event.trace_id == row.trace_id


def test_the_same_delivery_again_gets_the_same_answer(mercy):
    first = send(mercy, DATA, idem_key="k")
    again = send(mercy, DATA, idem_key="k")
    assert first.is_new
    assert not again.is_new
    assert again.ingress.public_id == first.ingress.public_id
    assert len(rows_of(mercy)) == 1
    assert codes_of(mercy).count("ingestion.file.accepted") == 1


def test_the_same_file_under_another_key_is_another_delivery(mercy, blob_root):
    assert send(mercy, DATA).ingress.pk != send(mercy, DATA).ingress.pk
    assert len(kept(blob_root)) == 1


def test_a_key_belongs_to_its_door_and_organization(mercy, lakeside):
    rows = [
        send(mercy, DATA, idem_key="k"),
        send(mercy, DATA, idem_key="k", source="import"),
        send(lakeside, DATA, idem_key="k"),
    ]
    assert all(row.is_new for row in rows)


def test_a_key_used_for_other_bytes_is_refused(mercy):
    send(mercy, DATA, idem_key="k")
    with pytest.raises(DeliveryKeyReused):
        send(mercy, DATA + b"!", idem_key="k")
    [row] = rows_of(mercy)
    assert row.sha256 == SHA256


@pytest.mark.parametrize("chunks", [[], [b""], [b"", b""]])
def test_an_empty_file_leaves_nothing_behind(mercy, blob_root, chunks):
    with organization_scope(mercy.pk), pytest.raises(EmptyFile):
        accept(source="web", chunks=chunks, filename="a.dcm", idem_key="k")
    assert rows_of(mercy) == kept(blob_root) == []


def test_a_file_over_the_limit_leaves_nothing_behind(mercy, blob_root, settings):
    settings.MAX_UPLOAD_BYTES = len(DATA)
    send(mercy, DATA)
    with pytest.raises(TooLarge):
        send(mercy, DATA + b"!")
    assert len(rows_of(mercy)) == len(kept(blob_root)) == 1


def test_an_upload_cut_short_leaves_nothing_behind(mercy, blob_root):
    def cut():
        yield b"first half"
        raise ConnectionResetError

    with organization_scope(mercy.pk), pytest.raises(RetryableError):
        accept(source="web", chunks=cut(), filename="a.dcm", idem_key="k")
    assert rows_of(mercy) == kept(blob_root) == []


def test_storage_that_fails_means_send_it_again(mercy, blob_root):
    (blob_root / "org").write_text("a file where a folder must be")
    with pytest.raises(RetryableError) as failed:
        send(mercy, DATA, idem_key="k")
    assert failed.value.code == "storage-unavailable"
    assert rows_of(mercy) == []
    (blob_root / "org").unlink()
    assert send(mercy, DATA, idem_key="k").is_new


def test_a_database_that_fails_means_send_it_again(mercy, blob_root, monkeypatch):
    def away(*_args, **_fields):
        raise OperationalError("FATAL: could not write to file: disk full")

    with monkeypatch.context() as broken:
        broken.setattr(actions.audit, "record", away)
        with pytest.raises(RetryableError) as failed:
            send(mercy, DATA, idem_key="k")
    assert failed.value.code == "database-unavailable"
    assert rows_of(mercy) == []
    assert send(mercy, DATA, idem_key="k").is_new


def test_a_crash_between_bytes_and_row_leaves_only_an_orphan(mercy, blob_root, monkeypatch):
    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as crashing:
        crashing.setattr(actions, "_enter", killed)
        with pytest.raises(KeyboardInterrupt):
            send(mercy, DATA, idem_key="k")
    assert rows_of(mercy) == []
    assert len(kept(blob_root)) == 1
    assert send(mercy, DATA, idem_key="k").is_new
    assert len(rows_of(mercy)) == len(kept(blob_root)) == 1


def test_bytes_at_rest_are_sealed_and_named_by_their_hash(mercy, blob_root):
    send(mercy, DATA)
    [path] = kept(blob_root)
    assert path.relative_to(blob_root).as_posix() == f"org/{mercy.pk}/raw/{SHA256}"
    assert DATA not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    assert blobs.get(mercy.pk, RAW, SHA256) == DATA


def test_sealed_bytes_open_for_their_organization_only(mercy, lakeside, blob_root):
    send(mercy, DATA)
    [path] = kept(blob_root)
    stolen = blob_root / f"org/{lakeside.pk}/raw/{SHA256}"
    stolen.parent.mkdir(parents=True)
    stolen.write_bytes(path.read_bytes())
    with pytest.raises(Unsealable):
        blobs.get(lakeside.pk, RAW, SHA256)


def test_the_requests_trace_id_is_the_files(mercy):
    trace_id = uuid.uuid4()
    with structlog.contextvars.bound_contextvars(trace_id=str(trace_id)):
        assert send(mercy, DATA).ingress.trace_id == trace_id
    assert send(mercy, DATA).ingress.trace_id != trace_id


def test_the_bytes_are_kept_before_a_transaction_is_open(mercy, monkeypatch):
    seen = []
    store = blobs.put

    def watched(*args, **fields):
        seen.append(connection.in_atomic_block)
        return store(*args, **fields)

    monkeypatch.setattr(actions.blobs, "put", watched)
    send(mercy, DATA)
    assert seen == [False]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("x" * 300, "x" * 255),
        ("a\udcff.dcm", "a?.dcm"),
        ("a\0.dcm", "a.dcm"),
        ("Ä ß.dcm", "Ä ß.dcm"),
    ],
)
def test_any_name_a_folder_holds_can_be_shown(mercy, given, shown):
    assert send(mercy, DATA, filename=given).ingress.filename == shown


def test_outside_a_scope_nothing_is_accepted(blob_root):
    with pytest.raises(ScopeError):
        accept(source="web", chunks=[DATA], filename="a.dcm", idem_key="k")
    assert kept(blob_root) == []
