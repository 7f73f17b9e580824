"""An archive cannot harm more than the child that unpacks it."""

from __future__ import annotations

import socket
import threading
from random import Random

import pytest

from apps.ecg.formats import archives, sandbox_archives
from apps.ecg.formats.canonical import Refused
from apps.ecg.formats.sandbox import Died, Limits, Talk
from apps.ecg.formats.sandbox_archives import unpacking
from apps.ecg.formats.sandbox_protocol import MEMBER, RESULT, frame_header
from tests.formats.ecgs import waveform
from tests.formats.writers.wfdb import wfdb_files
from tests.ingestion.archives import packed

FILES = {"ward/a.dcm": Random(1).randbytes(70_000), "späť.txt": b"", "b.dcm": b"2"}


def came(data):
    with unpacking(data) as members:
        return None if members is None else [(one.name, one.content) for one in members]


def refusal(data):
    with pytest.raises(Refused) as refused:
        came(data)
    return refused.value.code


def test_members_come_from_the_child_as_they_are_read_here(monkeypatch):
    data = packed(FILES)
    expected = [(one.name, one.content) for one in archives.members(data)]
    monkeypatch.setattr(archives.zipfile, "ZipFile", None)
    assert came(data) == expected


def test_one_record_is_a_recording_and_not_unpacked():
    assert came(packed(wfdb_files(waveform()))) is None


def test_a_cap_that_breaks_is_refused_by_its_name():
    assert refusal(packed({"a": bytes(1 << 20)})) == "archive-bomb"
    assert refusal(packed({"../a": b"1"})) == "archive-path"
    assert refusal(b"PK\3\4 no archive") == "archive-damaged"


def test_what_takes_too_much_memory_ends_the_child_only(monkeypatch):
    data = packed(FILES)
    large = packed({"a": Random(1).randbytes(8 << 20)})
    with monkeypatch.context() as small:
        small.setattr(sandbox_archives, "LIMITS", Limits(memory_bytes=1 << 20))
        assert refusal(large) in ("decoder-memory", "decoder-killed")
    assert len(came(data)) == 3


def test_members_not_asked_for_are_not_awaited():
    with unpacking(packed(FILES)) as members:
        assert next(members).name == "a.dcm"
    assert len(came(packed(FILES))) == 3


LIES = {
    "too many": [(MEMBER, b"\0\0")] * (archives.MAX_ENTRIES + 1),
    "no member": [(MEMBER, b"")],
    "no refusal": [(RESULT, b"Smith")],
    "no frame": [(b"X", b"")],
}


@pytest.mark.parametrize("lie", LIES)
def test_a_child_that_lies_is_believed_nothing(lie):
    ours, theirs = socket.socketpair()
    frames = b"".join(frame_header(kind, len(body)) + body for kind, body in LIES[lie])
    sender = threading.Thread(target=theirs.sendall, args=(frames,))
    sender.start()
    with ours, theirs, pytest.raises(Died):
        list(sandbox_archives._members(Talk(ours, Limits(wall_s=5))))
    sender.join()
