"""manage.py sync_smb."""

from __future__ import annotations

import io
import json
import threading

import pytest
from django.core.management import CommandError, call_command

from apps.ingestion.models import Ingress
from apps.ingestion.smb.rounds import Rounds
from apps.ingestion.sources import Place, place_of, set_source
from tests.database import committed
from tests.factories import inside
from tests.ingestion.files import ecg_file
from tests.smb.server import PASSWORD

pytestmark = committed


def run(*arguments):
    """What it says and its exit code."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("sync_smb", "--once", *arguments, stdout=out, stderr=err)
    except SystemExit as end:
        return out.getvalue() + err.getvalue(), end.code
    return out.getvalue() + err.getvalue(), 0


def test_a_single_round_ends_when_nothing_waits(source, folder):
    (folder / "a.dcm").write_bytes(ecg_file(1))
    (folder / "b.dcm").write_bytes(ecg_file(2))
    said, code = run("--organization", "mercy")
    assert (said, code) == ("mercy, Carts: 2 taken, 0 known, 0 still written, 0 held back.\n", 0)


def test_json_says_the_same_in_fields(source, folder):
    (folder / "a.dcm").write_bytes(ecg_file(1)[:900])
    said, code = run("--json")
    line = json.loads(said)
    assert code == 0
    assert (line["organization"], line["outcome"], line["held_back"]) == ("mercy", "looked", 1)
    assert line["share_id"] == str(source.public_id)


def test_a_share_that_fails_is_named_with_its_reason_and_the_others_are_read(
    mercy, source, folder, samba
):
    (folder / "a.dcm").write_bytes(ecg_file(1))
    with inside(mercy):
        wrong = Place("localhost", "carts", folder.name, samba.user)
        set_source(mercy, "Ward", wrong, password="wrong")
    said, code = run()
    assert code == 1
    assert "mercy, Carts: 1 taken" in said
    assert "mercy, Ward: The user or password is refused (share-refused)." in said
    assert PASSWORD not in said


def test_without_shares_it_says_so(mercy):
    assert run() == ("There is no file share to look into.\n", 0)


def test_an_unknown_organization_is_refused():
    with pytest.raises(CommandError, match="There is no organization “nowhere”"):
        run("--organization", "nowhere")


def test_only_shares_of_the_named_organization_are_read(mercy, lakeside, source, folder):
    (folder / "a.dcm").write_bytes(ecg_file(1))
    assert run("--organization", "lakeside")[0] == "There is no file share to look into.\n"
    with inside(mercy):
        assert not Ingress.objects.exists()


def test_the_loop_takes_what_the_server_tells_of_while_another_share_is_lost(
    mercy, source, folder, samba
):
    with inside(mercy):
        lost = Place("localhost", "nothing", "", samba.user)
        set_source(mercy, "Lost", lost, password=PASSWORD)
        set_source(mercy, "Carts", place_of(source), poll_seconds=3600)
    stop = threading.Event()
    rounds = Rounds(stop, lambda: [mercy.pk])
    threading.Timer(0.5, (folder / "a.dcm").write_bytes, [ecg_file(1)]).start()
    threading.Timer(60, stop.set).start()
    said = {}
    for _, report in rounds.reports():
        said[report.share] = (report.outcome, report.taken)
        if said.get("Carts", ("", 0))[1]:
            stop.set()
    assert said == {"Carts": ("looked", 1), "Lost": ("share-missing", 0)}
