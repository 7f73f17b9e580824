"""A share that is lost, refuses or hides: one alarm, one end of it, and nothing missed."""

from __future__ import annotations

import pytest
from django.utils import timezone

from apps.audit.models import Alarm
from apps.ingestion.model_share import ShareSource
from apps.ingestion.models import Ingress
from apps.ingestion.sources import look_now, place_of, set_source, sources_due
from tests.database import committed
from tests.factories import inside
from tests.ingestion.files import ecg_file
from tests.smb.server import PASSWORD

pytestmark = committed


def alarms(source):
    with inside(source.organization):
        rows = Alarm.objects.order_by("raised_at")
        return [(alarm.code, alarm.is_open) for alarm in rows]


def reloaded(source):
    with inside(source.organization):
        return ShareSource.objects.get(pk=source.pk)


def test_a_lost_share_raises_one_alarm_and_is_caught_up_with(source, folder, proxy, look):
    (folder / "a.dcm").write_bytes(ecg_file(1))
    assert look().taken == 1
    proxy.refuse()
    (folder / "b.dcm").write_bytes(ecg_file(2))
    assert look(4).outcome == "share-unreachable"
    assert alarms(source) == [("share.unreachable", True)]
    proxy.admit()
    assert look().taken == 1
    assert alarms(source) == [("share.unreachable", False)]


def test_a_connection_cut_in_the_middle_of_a_file_takes_nothing_and_hurts_nothing(
    source, folder, proxy, look
):
    """Row 8."""
    path = folder / "a.dcm"
    path.write_bytes(ecg_file(1))
    before = path.stat().st_mtime_ns
    look(2)
    proxy.left = 60_000
    assert look(1).outcome == "share-unreachable"
    proxy.admit()
    assert look(1).taken == 1
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (ecg_file(1), before)
    assert alarms(source) == []


def test_a_file_renamed_between_two_looks_is_taken_once(source, folder, look):
    """Row 8."""
    (folder / "a.dcm").write_bytes(ecg_file(1))
    look(2)
    (folder / "a.dcm").rename(folder / "b.dcm")
    assert look(4).taken == 1
    with inside(source.organization):
        assert [row.filename for row in Ingress.objects.all()] == ["b.dcm"]


def test_a_wrong_password_raises_one_alarm_until_it_is_set_right(source, folder, look):
    with inside(source.organization):
        set_source(source.organization, "Carts", place_of(source), password="wrong")
    assert look(2).outcome == "share-refused"
    assert alarms(source) == [("share.refused", True)]
    with inside(source.organization):
        set_source(source.organization, "Carts", place_of(source), password=PASSWORD)
    assert look(1).outcome == "looked"
    assert alarms(source) == [("share.refused", False)]


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"share": "nothing"}, "share-missing"),
        ({"folder": "nothing"}, "share-folder-missing"),
        ({"server": "192.0.2.1"}, "share-address-not-allowed"),
    ],
)
def test_a_place_that_is_not_there_says_what_is_missing(source, look, changes, outcome):
    assert look(1, **changes).outcome == outcome
    assert reloaded(source).outcome == outcome


def test_after_failures_a_share_is_left_alone_for_longer_unless_told_now(source, proxy, look):
    proxy.refuse()
    look(3)
    row = reloaded(source)
    assert row.failures == 3
    assert (row.not_before - row.polled_at).total_seconds() == row.poll_seconds * 8
    with inside(source.organization):
        assert sources_due(timezone.now()) == []
        look_now(row)
        assert sources_due(timezone.now()) == [row]


def test_what_nobody_can_take_is_told_of_and_keeps_nothing_else(source, folder, look, settings):
    (folder / "large.dcm").write_bytes(bytes(range(256)) * 500)
    (folder / "fine.txt").write_bytes(b"fine")
    (folder / "empty.dcm").touch()
    settings.MAX_UPLOAD_BYTES, settings.SMB_INCOMPLETE_SECONDS = 100_000, 0
    assert look(4).taken == 1
    with inside(source.organization):
        assert [(a.code, a.figure) for a in Alarm.objects.all()] == [("share.held_back", 2)]
    (folder / "large.dcm").unlink()
    (folder / "empty.dcm").unlink()
    look(1)
    assert alarms(source) == [("share.held_back", False)]


def test_no_name_of_a_file_is_logged_or_raised(source, folder, proxy, look, log_text):
    (folder / "DOE JANE").mkdir()
    (folder / "DOE JANE" / "doe.dcm").write_bytes(ecg_file(1)[:500])
    (folder / "doe.dcm").write_bytes(ecg_file(1))
    look(4, archive="move")
    proxy.cut()
    look(2)
    assert "share" in log_text()
    assert "doe" not in log_text().lower()
