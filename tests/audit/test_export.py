"""A signed export verifies anywhere, by a script that knows none of the platform's secrets."""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.core.management import CommandError, call_command

from apps.audit.models import AuditEvent
from apps.audit.signing import public_key, sign
from tests.audit.anchoring import DAY, anchor, events_of, today
from tests.audit.conftest import LENGTH, record_events
from tests.database import committed
from tests.factories import inside

pytestmark = committed

SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "verify_audit_export.py"


def export(path, organization="mercy", since=None, until=None, **options):
    since, until = since or str(today()), until or str(today() + DAY)
    call_command(
        "export_audit", "--organization", organization, "--from", since, "--to", until, str(path),
        **options,
    )  # fmt: skip
    return path


def verify(path, *arguments):
    """In a process of its own, with no environment of the platform."""
    done = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), str(path), *map(str, arguments)],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        cwd=path.parent,
    )
    return done.returncode, (done.stdout + done.stderr).strip()


def parts_of(path):
    with ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


def rewritten(path, change, *, signed=False):
    """The export with its parts changed; `signed` as one who has the signing key could."""
    parts = parts_of(path)
    change(parts)
    if signed:
        parts["manifest.sig"] = base64.b64encode(sign(parts["manifest.json"]))
    other = path.with_name("changed.zip")
    with ZipFile(other, "w") as file:
        for name, data in parts.items():
            file.writestr(name, data)
    return other


@pytest.fixture
def exported(chain, anchors, mercy, tmp_path):
    anchor(mercy)
    record_events(mercy, 2)
    return export(tmp_path / "export.zip")


def test_an_export_verifies_with_its_anchors(exported):
    code, words = verify(exported)
    assert (code, words.splitlines()[0]) == (
        0,
        f"Mercy: events 1 to {LENGTH + 3} verify; {LENGTH} of {LENGTH + 3} are anchored.",
    )


def test_the_key_that_is_known_by_another_way_must_be_the_one(exported):
    assert verify(exported, "--key", base64.b64encode(public_key()).decode())[0] == 0
    code, words = verify(exported, "--key", base64.b64encode(b"k" * 32).decode())
    assert (code, "another key" in words) == (1, True)


def test_the_script_is_short_and_stands_alone():
    text = SCRIPT.read_text()
    assert len(text.splitlines()) < 120
    assert "apps" not in text
    assert "AUDIT_KEY" not in text


def line_changed(parts):
    parts["events.jsonl"] = parts["events.jsonl"].replace(b"ecg.recording.viewed", b"x", 1)


def line_dropped(parts):
    lines = parts["events.jsonl"].splitlines(keepends=True)
    parts["events.jsonl"] = b"".join(lines[:3] + lines[4:])


def tail_dropped(parts):
    parts["events.jsonl"] = b"".join(parts["events.jsonl"].splitlines(keepends=True)[:-1])


def line_added(parts):
    parts["events.jsonl"] += b"{}\n"


def lines_swapped(parts):
    one, two, *rest = parts["events.jsonl"].splitlines(keepends=True)
    parts["events.jsonl"] = b"".join([two, one, *rest])


def manifest_changed(parts):
    parts["manifest.json"] = parts["manifest.json"].replace(b"Mercy", b"Other")


def signature_of_another(parts):
    parts["manifest.sig"] = base64.b64encode(b"0" * 64)


def anchor_changed(parts):
    name = next(name for name in parts if name.startswith("anchors/"))
    parts[name] = parts[name].replace(b'"count":8', b'"count":7')


TAMPERED = {
    line_changed: "line 1 (event 1): is not the line that was signed",
    line_dropped: "line 4 (event 4): is not the line that was signed",
    tail_dropped: f"line {LENGTH + 3}: {LENGTH + 2} lines are there, {LENGTH + 3} were signed",
    line_added: f"line {LENGTH + 4}: {LENGTH + 4} lines are there",
    lines_swapped: "line 1 (event 1): is not the line that was signed",
    manifest_changed: "manifest: the signature is not valid",
    signature_of_another: "manifest: the signature is not valid",
    anchor_changed: "not genuine",
}


@pytest.mark.parametrize("change", TAMPERED, ids=lambda change: change.__name__)
def test_a_tampered_export_is_named(exported, change):
    code, words = verify(rewritten(exported, change))
    assert code == 1
    assert words.startswith("NOT VERIFIED: ")
    assert TAMPERED[change] in words


def resigned(parts, change):
    """A line changed and everything that is signed made anew for it."""
    import hashlib

    lines = parts["events.jsonl"].splitlines()
    lines = change([json.loads(line) for line in lines])
    data = [json.dumps(x, sort_keys=True, separators=(",", ":")).encode() for x in lines]
    manifest = json.loads(parts["manifest.json"])
    manifest["lines"] = [hashlib.sha256(line).hexdigest() for line in data]
    parts["events.jsonl"] = b"".join(line + b"\n" for line in data)
    manifest["events_sha256"] = hashlib.sha256(parts["events.jsonl"]).hexdigest()
    manifest |= {"last": manifest["first"] + len(data) - 1, "mac": lines[-1]["mac"]}
    parts["manifest.json"] = json.dumps(manifest).encode()


SIGNED_AGAIN = {
    "edited": (lambda rows: [rows[0] | {"code": "x"}, *rows[1:]], "event 1 was another then"),
    "deleted": (lambda rows: rows[:3] + rows[4:], "line 4 (event 4): has number 5"),
    "unlinked": (lambda rows: [*rows[:3], rows[3] | {"previous": "00"}, *rows[4:]], "not follow"),
}


@pytest.mark.parametrize("name", SIGNED_AGAIN)
def test_what_the_signing_key_alone_could_forge_is_found(exported, name):
    change, words = SIGNED_AGAIN[name]
    forged = rewritten(exported, lambda parts: resigned(parts, change), signed=True)
    code, said = verify(forged)
    assert (code, words in said) == (1, True), said


def test_anchors_may_come_from_the_write_once_place_itself(exported, anchors, mercy):
    folder = anchors / str(mercy.public_id)
    assert verify(exported, "--anchors", folder)[0] == 0
    forged = rewritten(
        exported,
        lambda parts: resigned(parts, SIGNED_AGAIN["edited"][0]) or drop_anchors(parts),
        signed=True,
    )
    assert verify(forged)[0] == 0, "without anchors the signature is all there is"
    assert "event 1 was another then" in verify(forged, "--anchors", folder)[1]


def drop_anchors(parts):
    for name in [name for name in parts if name.startswith("anchors/")]:
        del parts[name]


def test_a_range_of_days_is_gapless_and_names_what_came_before(chain, mercy, tmp_path):
    with inside(mercy):
        times = list(AuditEvent.objects.order_by("seq").values_list("occurred_at", flat=True))
    path = export(tmp_path / "part.zip", since=times[2].isoformat(), until=times[5].isoformat())
    manifest = json.loads(parts_of(path)["manifest.json"])
    assert (manifest["first"], manifest["last"], len(manifest["lines"])) == (3, 5, 3)
    assert manifest["previous"]
    assert verify(path)[1].startswith("Mercy: events 3 to 5 verify; 0 of 3 are anchored.")


def test_an_export_is_on_the_record_with_its_reason(exported, mercy, tmp_path):
    export(tmp_path / "again.zip", reason="Yearly audit")
    first, again = events_of(mercy, "audit.trail.exported")
    details = json.loads(again.details)
    assert details["reason"] == "Yearly audit"
    assert details["count"] == LENGTH + 4
    assert json.loads(first.details)["sha256"] != details["sha256"]


def test_nothing_is_signed_of_a_chain_that_does_not_verify(tamper, mercy, tmp_path):
    tamper("UPDATE audit_auditevent SET details = '{}' WHERE seq = 4")
    with pytest.raises(CommandError, match="event 4 was changed"):
        export(tmp_path / "export.zip")
    assert not (tmp_path / "export.zip").exists()


@pytest.mark.parametrize("since", ["2001-01-01", "2999-01-01"])
def test_an_empty_range_is_refused(chain, tmp_path, since):
    until = str(dt.date.fromisoformat(since) + DAY)
    with pytest.raises(CommandError, match="No event"):
        export(tmp_path / "export.zip", since=since, until=until)


def test_a_file_that_is_there_stays(chain, tmp_path):
    (tmp_path / "export.zip").write_text("mine")
    with pytest.raises(CommandError, match="there already"):
        export(tmp_path / "export.zip")
    assert (tmp_path / "export.zip").read_text() == "mine"


def test_another_organizations_events_are_not_in_it(chain, lakeside, tmp_path):
    record_events(lakeside, 2)
    parts = parts_of(export(tmp_path / "theirs.zip", "lakeside"))
    assert len(parts["events.jsonl"].splitlines()) == 2
    assert b"Mercy" not in b"".join(parts.values())
