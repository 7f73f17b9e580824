"""A real client over a real connection, from the key to the samples, by the guide alone."""

from __future__ import annotations

import socket
import struct
import time

import httpx
import numpy as np
import pytest
import zstandard

from apps.ingestion.models import Ingress
from tests.api.keys import key_of
from tests.database import committed
from tests.factories import inside, make_waveform
from tests.ingestion.files import ecg_file

pytestmark = committed


@pytest.fixture
def server(live_server):
    return live_server.url


@pytest.fixture
def http(server, mercy):
    headers = {"Authorization": f"Bearer {key_of(mercy)}"}
    with httpx.Client(base_url=f"{server}/api/v1", headers=headers) as client:
        yield client


SUMS = {
    "III": lambda one, two: two - one,
    "aVR": lambda one, two: -((one + two) // 2),
    "aVL": lambda one, two: (2 * one - two) // 2,
    "aVF": lambda one, two: (2 * two - one) // 2,
}


def samples_nv(packed):
    """EWF1 as docs/integrators.md tells it, with nothing of the platform."""
    magic, version, _, _, width, leads, gaps, count, rate_mhz = struct.unpack_from(
        "<4sH16sBBHHIQ", packed
    )
    assert (magic, version) == (b"EWF1", 2)
    at, found, stored = struct.calcsize("<4sH16sBBHHIQ"), {}, {}
    planes = at + leads * struct.calcsize("<8sqbqbB") + gaps * struct.calcsize("<HII")
    for lead in range(leads):
        name, scale, exponent, offset, offset_exponent, flags = struct.unpack_from(
            "<8sqbqbB", packed, at + lead * struct.calcsize("<8sqbqbB")
        )
        raw = np.frombuffer(packed, np.uint8, width * count, planes + lead * width * count)
        folded = np.ascontiguousarray(raw.reshape(width, count).T).view(f"<u{width}")[:, 0]
        deltas = (folded >> 1).astype(np.int64) ^ -(folded & 1).astype(np.int64)
        counts = np.cumsum(deltas).astype(f"<i{width}").astype(np.int64)
        name = name.rstrip(b"\0").decode()
        if flags & 4:
            counts += SUMS[name](stored["I"], stored["II"])
        stored[name] = counts
        nanovolts = counts * (scale * 10.0**exponent) + offset * 10.0**offset_exponent
        found[name] = nanovolts
    return found, rate_mhz / 1000


def follow(http, answer):
    for _ in range(50):
        found = http.get(answer.headers["Location"].removeprefix("/api/v1")).json()
        if found["state"] not in ("received", "processing"):
            return found
        time.sleep(0.1)
    raise AssertionError(found)


def test_from_a_file_to_its_samples(http, drained):
    signal = make_waveform(seed=3)
    body = ecg_file(signal)
    sent = http.post("/files", content=body, headers={"Idempotency-Key": "cart-7/1"})
    again = http.post(
        "/files", files={"file": ("x.dcm", body)}, headers={"Idempotency-Key": "cart-7/1"}
    )
    assert (sent.status_code, again.status_code) == (201, 200)
    drained()
    file = follow(http, sent)
    assert (file["state"], file["outcome"]) == ("done", "new")
    recording = http.get(f"/recordings/{file['recording']}").json()
    assert {m["source"] for m in recording["measurements"]} >= {"platform"}
    answer = http.get(
        f"/recordings/{file['recording']}/waveform", headers={"Accept-Encoding": "identity"}
    )
    found, rate_hz = samples_nv(answer.content)
    assert (rate_hz, list(found)) == (recording["sampling_rate_hz"], recording["leads"])
    for column, name in enumerate(signal.lead_names()):
        assert np.allclose(found[name] / 1000, signal.samples_uv()[:, column], rtol=0, atol=1e-9)
    report = http.get(f"/reports/{recording['report']['id']}").json()
    assert (report["status"], report["versions"]) == ("draft", [])


def test_samples_come_compressed_where_the_client_can(http, drained):
    sent = http.post("/files", content=ecg_file())
    drained()
    path = f"/recordings/{follow(http, sent)['recording']}/waveform"
    with http.stream("GET", path, headers={"Accept-Encoding": "zstd"}) as answer:
        assert answer.headers["Content-Encoding"] == "zstd"
        raw = b"".join(answer.iter_raw())
    packed = zstandard.ZstdDecompressor().decompress(raw, 1 << 24)
    assert packed == http.get(path, headers={"Accept-Encoding": "identity"}).content


def test_all_pages_are_walked(http, mercy, drained):
    sent = [http.post("/files", content=ecg_file(make_waveform(seed=n))) for n in range(5)]
    drained()
    wanted = {follow(http, answer)["recording"] for answer in sent}
    seen, query = [], {"limit": 2}
    while True:
        page = http.get("/recordings", params=query).json()
        seen += [row["id"] for row in page["recordings"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert len(seen) == len(set(seen))
    assert set(seen) == wanted


def test_a_connection_that_breaks_off_leaves_nothing(server, mercy):
    host, port = server.removeprefix("http://").split(":")
    head = (
        "POST /api/v1/files HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {key_of(mercy)}\r\nContent-Length: 1000\r\n\r\n"
    )
    with socket.create_connection((host, int(port)), timeout=20) as wire:
        wire.sendall(head.encode() + b"only half")
        wire.shutdown(socket.SHUT_WR)
        assert wire.recv(1000).startswith(b"HTTP/1.1 400")
    with inside(mercy):
        assert not Ingress.objects.exists()


def test_too_large_a_file_hears_so(http, settings):
    settings.MAX_UPLOAD_BYTES = 100_000
    answer = http.post("/files", content=b"x" * 190_000)
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


def test_a_stream_of_no_length_is_asked_for_one(http):
    answer = http.post("/files", content=(b"part" for _ in range(3)))
    assert (answer.status_code, answer.json()["code"]) == (411, "length-required")
