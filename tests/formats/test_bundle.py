"""The archive that holds one recording's files: the same bytes each time, and nothing hostile."""

from __future__ import annotations

import io
import zipfile

import pytest

from apps.ecg.formats import bundle
from apps.ecg.formats.canonical import Refused
from tests.formats.ecgs import refusal, waveform
from tests.formats.writers.wfdb import wfdb_files


def archive(entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, content in entries.items():
            made.writestr(name, content)
    return out.getvalue()


def refused(data: bytes) -> str:
    with pytest.raises(Refused) as found:
        bundle.read(data)
    return found.value.code


def test_the_same_files_give_the_same_bytes():
    assert bundle.write({"b": b"2", "a": b"1"}) == bundle.write({"a": b"1", "b": b"2"})
    assert bundle.read(bundle.write({"a": b"1"})) == {"a": b"1"}


def test_folders_inside_do_not_matter():
    assert bundle.read(archive({"x/": b"", "x/a.hea": b"1"})) == {"a.hea": b"1"}


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ({"../a": b"1"}, "archive-path"),
        ({"/a": b"1"}, "archive-path"),
        ({"x/a": b"1", "y/a": b"2"}, "archive-duplicate"),
        ({"a": b"\0" * 5_000_000}, "archive-bomb"),
        ({"a": bundle.SIGNATURE}, "archive-nested"),
        ({str(n): b"" for n in range(1001)}, "archive-entries"),
    ],
)
def test_an_archive_beyond_the_caps_is_refused(entries, code):
    assert refused(archive(entries)) == code


def test_a_link_is_refused():
    link = zipfile.ZipInfo("a")
    link.external_attr = 0o120777 << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr(link, "/etc/passwd")
    assert refused(out.getvalue()) == "archive-path"


def test_an_unusual_method_and_damage_are_refused():
    assert refused(archive({"a": b"1"}, zipfile.ZIP_BZIP2)) == "archive-method"
    assert refused(archive({"a": b"1" * 99})[:-30]) == "archive-damaged"


def test_an_archive_of_other_things_is_named_and_of_two_records_refused():
    assert refusal(archive({"a.txt": b"1"})) == "unsupported-archive"
    files = wfdb_files(waveform())
    assert refusal(archive(files | {"b.hea": files["record.hea"]})) == "several-records"
