"""The waveform as browsers fetch it: encoding, privacy, refusals."""

import gzip

import pytest
import zstandard

from apps.core.negotiation import takes
from apps.ecg.formats.packing import unpack
from tests.database import committed
from tests.factories import make_recording, make_waveform
from tests.web.pages import events


def fetch(client, recording, accepted, query=""):
    return client.get(
        f"/recordings/{recording.public_id}/waveform{query}", headers={"Accept-Encoding": accepted}
    )


@committed
@pytest.mark.parametrize("accepted", ["gzip, deflate, br, zstd", "gzip, deflate", ""])
def test_the_samples_arrive_whole_in_an_encoding_the_browser_takes(
    client_of, reader, mercy, accepted
):
    signal = make_waveform()
    recording = make_recording(mercy, waveform=signal)
    response = fetch(client_of(reader), recording, accepted)
    unpackers = {"zstd": zstandard.ZstdDecompressor().decompress, "gzip": gzip.decompress}
    encoding = response.headers["Content-Encoding"]
    assert encoding == ("zstd" if "zstd" in accepted else "gzip")
    found, recording_id = unpack(unpackers[encoding](response.content))
    assert recording_id == recording.public_id
    assert (found.counts == signal.counts).all()


@committed
def test_nothing_keeps_a_copy(client_of, reader, recording):
    headers = fetch(client_of(reader), recording, "zstd").headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Vary"].startswith("Accept-Encoding")


@committed
def test_reading_it_is_recorded(client_of, reader, mercy, recording):
    fetch(client_of(reader), recording, "gzip")
    (event,) = events(mercy, "ecg.waveform.viewed")
    assert event.object_id == str(recording.public_id)


@committed
def test_a_kind_that_is_not_held_is_not_there(client_of, reader, recording):
    client = client_of(reader)
    assert fetch(client, recording, "gzip", "?kind=median").status_code == 404
    assert fetch(client, recording, "gzip", "?kind=other").status_code == 400


@committed
def test_a_stranger_gets_neither_samples_nor_picture(client_of, stranger, recording):
    client = client_of(stranger)
    assert fetch(client, recording, "gzip").status_code == 404
    assert client.get(f"/recordings/{recording.public_id}/trace.svg").status_code == 404


@committed
def test_the_still_picture_is_drawn_in_every_layout(client_of, reader, recording):
    client = client_of(reader)
    for layout in ("3x4%2B1", "3x4%2B3", "6x2", "12x1", "rhythm"):
        response = client.get(f"/recordings/{recording.public_id}/trace.svg?layout={layout}")
        assert response.headers["Content-Type"] == "image/svg+xml"
        assert response.content.startswith(b"<svg")
    asked = f"/recordings/{recording.public_id}/trace.svg?layout=12x1&order=cabrera&speed=50&gain=5"
    picture = client.get(asked).content.decode()
    assert "50 mm/s · 5 mm/mV" in picture
    assert "−aVR" in picture
    for wrong in ("layout=9", "speed=30", "gain=7", "order=alphabet"):
        refused = client.get(f"/recordings/{recording.public_id}/trace.svg?{wrong}")
        assert (refused.status_code, refused.content) == (
            400,
            b"unknown " + wrong.split("=")[0].encode(),
        )


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("zstd", True),
        ("gzip, ZSTD;q=0.5", True),
        ("zstd;q=0", False),
        ("zstd; q=0.0", False),
        ("gzip, br", False),
        ("xzstd", False),
        ("", False),
    ],
)
def test_an_encoding_is_taken_only_when_offered(accepted, expected):
    assert takes(accepted, "zstd") is expected
