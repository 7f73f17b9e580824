"""A gateway that is away, slow, cut off or wrong: said at once, and nothing half written."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from dataclasses import replace

import pytest

from apps.core.blobs import s3 as s3_module
from apps.core.blobs.s3 import S3Engine
from apps.core.blobs.store import Corrupt
from apps.core.errors import RetryableError

KEY = "org/1/raw/a"


@contextlib.contextmanager
def listening(answer=None):
    """A port that takes connections; what it does with each is the argument."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        held = []

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    held.append(connection)
                    if answer is not None:
                        answer(connection)

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        [connection.close() for connection in held]
        server.shutdown(socket.SHUT_RDWR)


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"


def at(engine, endpoint, timeout_s=0.5):
    return S3Engine(replace(engine.bucket, endpoint=endpoint, timeout_s=timeout_s))


def test_a_closed_port_is_worth_another_try(s3):
    with pytest.raises(RetryableError, match="storage-unavailable"):
        at(s3, closed_port()).write("org/1", [b"x"])


def test_a_gateway_that_never_answers_is_given_up_in_time(s3):
    with listening() as endpoint:
        begun = time.monotonic()
        with pytest.raises(RetryableError, match="storage-unavailable"):
            at(s3, endpoint).write("org/1", [b"x"])
    assert time.monotonic() - begun < 10


def test_a_gateway_that_breaks_off_is_worth_another_try(s3):
    hang_up = listening(lambda connection: connection.close())
    with hang_up as endpoint, pytest.raises(RetryableError, match="storage-unavailable"):
        list(at(s3, endpoint).read(KEY))


def test_an_answer_cut_short_is_not_a_shorter_object(s3):
    def half(connection):
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        connection.close()

    with listening(half) as endpoint, pytest.raises(RetryableError, match="storage-unavailable"):
        list(at(s3, endpoint).read(KEY))


def test_what_is_changed_on_its_way_is_refused_by_the_server(s3):
    def change(request, **_):
        request.body = b"changed"

    s3.client.meta.events.register("before-send.s3.PutObject", change)
    with pytest.raises(RetryableError):
        s3.write("org/1", [b"as sent"])
    assert list(s3.entries("")) == []


def test_a_wrong_checksum_is_refused_by_the_server(s3, monkeypatch):
    monkeypatch.setattr(s3_module, "_md5", lambda _data: "AAAAAAAAAAAAAAAAAAAAAA==")
    with pytest.raises(RetryableError):
        s3.write("org/1", [b"as sent"])
    assert list(s3.entries("")) == []


def test_a_changed_object_is_noticed_when_it_is_read(s3):
    s3.promote(s3.write("org/1", [b"as stored"]), KEY)
    kept = s3.client.head_object(**s3.at(KEY))["Metadata"]
    s3.client.put_object(**s3.at(KEY), Body=b"as STORED", Metadata=kept)
    with pytest.raises(Corrupt):
        list(s3.read(KEY))


def test_a_temporary_object_that_changed_gets_no_key(s3):
    temporary = s3.write("org/1", [b"as stored"])
    kept = s3.client.head_object(**s3.at(temporary))["Metadata"]
    s3.client.put_object(**s3.at(temporary), Body=b"as STORED", Metadata=kept)
    with pytest.raises(Corrupt):
        s3.promote(temporary, KEY)
    assert not s3.exists(KEY)


def test_an_upload_of_parts_that_was_killed_is_swept_when_it_is_old(s3):
    bucket = {"Bucket": s3.bucket.name}
    name = s3.at("org/1/temporary/left")
    s3.client.create_multipart_upload(**name)
    waiting = s3.client.list_multipart_uploads(**bucket, Prefix=name["Key"])
    assert len(waiting["Uploads"]) == 1
    assert s3.sweep_temporary(24 * 3600) == 0
    assert s3.sweep_temporary(-60) == 1
    assert "Uploads" not in s3.client.list_multipart_uploads(**bucket, Prefix=name["Key"])


def test_an_upload_that_cannot_be_cleaned_up_is_still_stored(s3, monkeypatch):
    temporary = s3.write("org/1", [b"x"])

    def away(_key):
        raise RetryableError("storage-unavailable")

    monkeypatch.setattr(s3, "delete", away)
    assert s3.promote(temporary, KEY)
    assert b"".join(s3.read(KEY)) == b"x"


def test_a_forked_worker_has_connections_of_its_own(s3):
    """Two processes on one connection would read each other's answers."""
    s3.promote(s3.write("org/1", [b"x"]), KEY)
    child = os.fork()
    if child == 0:
        os._exit(0 if b"".join(s3.read(KEY)) == b"x" and s3._made_in == os.getpid() else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert b"".join(s3.read(KEY)) == b"x"
