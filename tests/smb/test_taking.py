"""From the share to the queue: each content once, whole, and not before it is."""

from __future__ import annotations

import pytest

from apps.audit.models import Alarm
from apps.ingestion.model_share_file import ShareFile
from apps.ingestion.models import Ingress, ProcessingRules
from apps.ingestion.smb.client import Share
from apps.ingestion.smb.errors import Gone
from tests.database import committed
from tests.factories import inside
from tests.ingestion.files import ecg_file, process_waiting

pytestmark = committed


def arrivals(source):
    with inside(source.organization):
        return list(Ingress.objects.filter(source="smb").order_by("id"))


def rows(source):
    with inside(source.organization):
        return list(ShareFile.objects.order_by("id"))


def test_a_file_in_a_nested_folder_becomes_a_recording(source, folder, look):
    (folder / "ward 3" / "today").mkdir(parents=True)
    (folder / "ward 3" / "today" / "ECG 1.dcm").write_bytes(ecg_file())
    assert look().taken == 1
    process_waiting()
    (arrival,) = arrivals(source)
    assert (arrival.filename, arrival.outcome) == ("ECG 1.dcm", "new")
    assert [row.state for row in rows(source)] == ["settled"]


def test_a_file_is_read_at_the_third_look_that_found_it_unchanged(source, folder, look):
    (folder / "a.dcm").write_bytes(ecg_file())
    assert (look(2).taken, arrivals(source)) == (0, [])
    assert look(1).taken == 1
    assert look().taken == 0


@pytest.mark.parametrize("seconds", [60, 0])
def test_a_file_is_not_read_before_it_was_unchanged_for_long_enough(
    source, folder, look, settings, seconds
):
    settings.SMB_STABLE_SECONDS = seconds
    (folder / "a.dcm").write_bytes(ecg_file())
    assert look(5).taken == (not seconds)


def test_the_organizations_own_rule_says_how_long_a_file_rests(source, folder, look):
    with inside(source.organization):
        ProcessingRules.objects.create(organization=source.organization, share_rest_seconds=3600)
    (folder / "a.dcm").write_bytes(ecg_file())
    assert (look(5).taken, look(1).waiting) == (0, 1)
    with inside(source.organization):
        ProcessingRules.objects.update(share_rest_seconds=None)
    assert look(1).taken == 1


def test_a_file_that_grows_pauses_and_grows_is_taken_once_and_whole(source, folder, look):
    data = ecg_file()
    path = folder / "a.dcm"
    path.write_bytes(data[:4000])
    assert (look(5).taken, look(1).held_back) == (0, 1)
    with path.open("ab") as file:
        file.write(data[4000:])
    assert look(6).taken == 1
    assert [arrival.size for arrival in arrivals(source)] == [len(data)]


def test_a_file_that_is_never_finished_is_quarantined_with_one_alarm(
    source, folder, look, settings
):
    (folder / "a.dcm").write_bytes(ecg_file()[:4000])
    look(4)
    settings.SMB_INCOMPLETE_SECONDS = 0
    assert look(3).taken == 1
    (arrival,) = arrivals(source)
    assert (arrival.state, arrival.error_code) == ("quarantined", "incomplete")
    with inside(source.organization):
        assert Alarm.objects.get().code == "share.incomplete"


def test_a_file_listed_by_a_name_that_opens_nothing_is_told_of_until_it_is_renamed(
    source, folder, look
):
    """The server makes up a name for one that SMB cannot say, and where case matters opens none."""
    (folder / "ecg?1.dcm").write_bytes(ecg_file())
    report = look(6)
    assert (report.taken, report.waiting, report.held_back) == (0, 0, 1)
    assert [(row.state, row.problem) for row in rows(source)] == [("waiting", "file-gone")]
    look(2)
    with inside(source.organization):
        assert [(a.code, a.resolved_at) for a in Alarm.objects.all()] == [("share.held_back", None)]
    (folder / "ecg?1.dcm").rename(folder / "ecg 1.dcm")
    report = look(4)
    assert (report.taken, report.held_back) == (1, 0)
    with inside(source.organization):
        assert Alarm.objects.get().resolved_at is not None


def test_a_file_that_went_away_while_it_was_looked_at_is_nobodys_trouble(
    source, folder, look, monkeypatch
):
    (folder / "a.dcm").write_bytes(ecg_file())
    look(2)
    with monkeypatch.context() as gone:
        gone.setattr(Share, "opened", opens_no(folder.name))
        assert look(1).held_back == 0
    assert look(1).taken == 1


def opens_no(prefix):
    """No file of that folder; folders open as ever."""
    opened = Share.opened

    def refuse(share, path, *args, **given):
        if path.startswith(f"{prefix}\\"):
            raise Gone
        return opened(share, path, *args, **given)

    return refuse


def test_the_same_name_with_new_content_is_taken_again_each_content_once(source, folder, look):
    """Row 10: by name, by case, and back to what it was."""
    one, two = ecg_file(1), ecg_file(2)
    contents = [("A1.dcm", one), ("A1.dcm", two), ("a1.DCM", two), ("a1.DCM", one), ("A1.dcm", one)]
    for name, data in contents:
        (folder / name).write_bytes(data)
        look()
    assert len({arrival.sha256 for arrival in arrivals(source)}) == len(arrivals(source)) == 2


def test_only_names_of_the_patterns_are_taken_whatever_their_case(source, folder, look):
    for name in ("a.DCM", "b.Xml", "c.txt", "d.dcm.part", ".e.dcm", "~f.dcm"):
        (folder / name).write_bytes(name.encode())
    look(patterns="*.dcm, *.XML")
    # Two files without content of their format wait, the others are not looked at.
    assert len(rows(source)) == 2
