"""What is no ECG: kept whole for a person to open, and only as what it is."""

from __future__ import annotations

import tracemalloc

import pytest

from tests.database import committed
from tests.ingestion.archives import packed
from tests.ingestion.files import process_waiting, reloaded
from tests.uploads.sending import upload_whole

pytestmark = committed
MP4 = b"\0\0\0\x18ftypisom" + b"frames" * 50
HEADS = {
    "pdf": b"%PDF-1.7 a letter\n%%EOF\n",
    "log": b"09:30 cart started\n",
    "video": MP4,
}


@pytest.mark.parametrize("content", HEADS)
def test_a_document_is_kept_and_given_out_as_it_came(content, mercy, technician, client_of):
    row = upload_whole(mercy, HEADS[content], content=content)
    process_waiting()
    assert reloaded(row).outcome == "document"
    answer = client_of(technician).get(f"/arrivals/{row.public_id}/document.pdf")
    assert b"".join(answer.streaming_content) == HEADS[content]
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith('attachment; filename="document-')
    assert "sandbox" in answer["Content-Security-Policy"]


@pytest.mark.parametrize("content", HEADS)
def test_what_does_not_begin_as_what_it_is_said_to_be_is_held_back(content, mercy):
    row = upload_whole(mercy, b"\0\0program\0", content=content)
    process_waiting()
    row = reloaded(row)
    assert (row.state, row.error_code, row.refusal_field) == (
        "quarantined",
        "content-differs",
        "content",
    )


def test_a_pdf_that_could_act_is_held_back_by_this_door_too(mercy):
    active = b"%PDF-1.7\n1 0 obj <</S /JavaScript /JS (app.alert(1))>> endobj\n%%EOF\n"
    row = upload_whole(mercy, active, content="pdf")
    process_waiting()
    assert (reloaded(row).state, reloaded(row).error_code) == ("quarantined", "pdf-active")


def test_an_archive_larger_than_one_ecg_is_unpacked_and_another_file_held_back(mercy, settings):
    settings.MAX_UPLOAD_BYTES = 100
    archive = upload_whole(mercy, packed({"rota.txt": b"Rota"}), content="archive")
    other = upload_whole(mercy, b"x" * 200, content="archive")
    process_waiting()
    assert reloaded(archive).outcome == "unpacked"
    assert reloaded(other).error_code == "too-large"


def test_64_megabytes_pass_with_flat_memory(mercy, technician, client_of):
    data = MP4 + bytes(64 << 20)
    row = upload_whole(mercy, data, content="video")
    tracemalloc.start()
    try:
        process_waiting()
        answer = client_of(technician).get(f"/arrivals/{row.public_id}/document.pdf")
        assert sum(len(piece) for piece in answer.streaming_content) == len(data)
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()
    assert reloaded(row).outcome == "document"
