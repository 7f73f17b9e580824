"""Archives: every file in one is an arrival; what breaks a cap is refused whole."""

from __future__ import annotations

import io
import uuid
import zipfile

import pytest

from apps.core.leases import Lease, LeaseLost
from apps.core.scope import organization_scope
from apps.ecg.formats import archives
from apps.ecg.formats.canonical import Refused
from apps.ingestion import unpack
from apps.ingestion.models import Ingress, ProcessingRules
from apps.ingestion.quarantine import release_what_may
from apps.tenants import blobs
from tests.database import committed
from tests.factories import inside
from tests.formats.ecgs import waveform
from tests.formats.writers.wfdb import wfdb_files
from tests.ingestion.archives import packed
from tests.ingestion.files import bring_in, codes_of, ecg_file, process_waiting, reloaded, send

NAMES = ("ward/a.dcm", "ward/b.dcm", "notes.txt")


@pytest.fixture
def archive():
    return packed(dict(zip(NAMES, (ecg_file(1), ecg_file(2), b"Rota"), strict=True)))


def record_files():
    return wfdb_files(waveform())


def members_of(row):
    with inside(row.organization):
        return list(Ingress.objects.filter(parent_id=row.pk).order_by("member"))


@committed
def test_each_file_of_an_archive_is_an_arrival_of_its_own(mercy, archive, technician):
    row = bring_in(mercy, archive, sender=technician, priority="stat", source="smb")
    assert (row.state, row.outcome, row.decoded_at) == ("done", "unpacked", None)
    found = members_of(row)
    assert [m.filename for m in found] == ["a.dcm", "b.dcm", "notes.txt"]
    assert [m.outcome for m in found] == ["new", "new", "quarantined"]
    inherited = {(m.source, m.priority, m.sender_id, m.trace_id) for m in found}
    assert inherited == {("smb", "stat", technician.pk, row.trace_id)}
    assert blobs.get(mercy.pk, "raw", row.sha256) == archive


@committed
def test_unpacked_again_the_rows_are_the_same(mercy, archive):
    row = bring_in(mercy, archive)
    before = [m.pk for m in members_of(row)]
    lease = Lease(Ingress, row.pk, mercy.pk, uuid.uuid4(), 1)
    with organization_scope(mercy.pk), pytest.raises(LeaseLost):
        unpack.unpack(row, archives.members(archive), ProcessingRules(), lease)
    assert [m.pk for m in members_of(row)] == before


@committed
def test_cut_short_it_leaves_no_row_and_is_done_once(mercy, archive, settings, monkeypatch):
    settings.RETRY_BACKOFF_SECONDS = 1e-9
    whole, crashes = unpack._enter_member, iter([True])

    def crash_at_the_second(ingress, place, *rest):
        if place == 1 and next(crashes, False):
            raise MemoryError
        whole(ingress, place, *rest)

    monkeypatch.setattr(unpack, "_enter_member", crash_at_the_second)
    row = bring_in(mercy, archive)
    assert (row.outcome, row.attempts) == ("unpacked", 2)
    assert [m.member for m in members_of(row)] == [0, 1, 2]
    assert codes_of(mercy).count("ingestion.file.unpacked") == 1


@committed
def test_two_archives_of_one_ecg_are_one_recording(mercy, archive):
    bring_in(mercy, archive)
    again = bring_in(mercy, packed({"other.dcm": ecg_file(1)}))
    assert [m.outcome for m in members_of(again)] == ["same_bytes"]


@committed
def test_an_archive_in_an_archive_stays_packed_and_the_rest_does_not(mercy):
    row = bring_in(mercy, packed({"in.zip": packed({"a": b"1"}), "a.dcm": ecg_file(1)}))
    assert [m.error_code or m.outcome for m in members_of(row)] == ["archive-nested", "new"]


@committed
def test_records_of_several_files_travel_whole(mercy):
    files = {f"p1/{name}": data for name, data in record_files().items()}
    row = bring_in(mercy, packed(files | {"a.dcm": ecg_file(1)}))
    assert [(m.filename.rpartition(".")[2], m.outcome) for m in members_of(row)] == [
        ("hea", "new"),
        ("dcm", "new"),
    ]


@committed
def test_where_the_rules_leave_archives_packed_it_waits_for_them(mercy, archive):
    with inside(mercy):
        rules = ProcessingRules.objects.create(organization=mercy, unpacks_archives=False)
    row = bring_in(mercy, archive)
    assert (row.error_code, members_of(row)) == ("archives-not-taken", [])
    with inside(mercy):
        ProcessingRules.objects.filter(pk=rules.pk).update(unpacks_archives=True)
        release_what_may()
    process_waiting()
    assert reloaded(row).outcome == Ingress.Outcome.UNPACKED


@committed
def test_a_refused_archive_keeps_its_bytes_and_says_why(mercy):
    bad = packed({"../a.dcm": b"1"})
    row = send(mercy, bad).ingress
    process_waiting()
    found = reloaded(row)
    assert (found.state, found.error_code) == ("quarantined", "archive-path")
    assert "leads out of it" in found.refusal_message
    assert blobs.get(mercy.pk, "raw", row.sha256) == bad


def link_in_it():
    info = zipfile.ZipInfo("a.dcm")
    info.external_attr = 0o120777 << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    return out.getvalue()


def encrypted():
    data = bytearray(packed({"a": b"1"}))
    data[data.index(b"PK\1\2") + 8] |= 1
    return bytes(data)


REFUSED = {
    "archive-path": [link_in_it(), packed({"../a": b"1"}), packed({"/a": b"1"})],
    "archive-encrypted": [encrypted()],
    "archive-method": [packed({"a": b"1"}, zipfile.ZIP_BZIP2)],
    "archive-entries": [packed({str(n): b"" for n in range(1001)})],
    "archive-bomb": [packed({"a": bytes(1 << 20)})],
    "archive-damaged": [packed({"a": b"1" * 99})[:-30], b"PK\3\4 no archive"],
    "archive-empty": [packed({}), packed({"__MACOSX/._a": b"1", ".DS_Store": b"2"})],
}


@pytest.mark.parametrize("code", REFUSED)
def test_what_breaks_a_cap_is_refused_by_its_name(code):
    for data in REFUSED[code]:
        with pytest.raises(Refused) as refused:
            list(archives.members(data))
        assert refused.value.code == code


def test_one_record_in_a_zip_is_a_recording_not_an_archive():
    assert not archives.is_archive(packed(record_files()))
    assert archives.is_archive(packed(record_files() | {"a.dcm": b"1"}))
    assert not archives.is_archive(b"no zip at all")
