"""A shredded organization's data is unreadable, in a backup too, and only its."""

from __future__ import annotations

import io
import shutil

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.urls import reverse

from apps.audit.verify import verify_chain
from apps.core.blobs.sealing import Unsealable
from apps.core.management.commands.sweep import sweep_queues, sweep_uploads
from apps.ecg import waveforms
from apps.reports.models import Report
from apps.tenants import blobs, keyrings
from apps.tenants.secrets import open_secret, seal_secret
from tests.database import committed, point_at
from tests.factories import PASSWORD, inside, make_organization, make_recording, make_user
from tests.isolation import copies
from tests.tenants.keys import events_of, own_kek_file, states_of

pytestmark = committed
KINDS = ("raw", "pdf", "hl7")


class Stored:
    """One thing of every kind that an organization keeps sealed."""

    def __init__(self, organization):
        self.organization = organization
        self.recording = make_recording(organization)
        self.blobs = {kind: self._put(kind) for kind in KINDS}
        self.secret = seal_secret(organization.pk, "here", "s3cret")

    def _put(self, kind):
        data = f"{kind} of {self.organization.slug}".encode()
        return blobs.put(self.organization.pk, kind, [data]).sha256

    def read(self, kind):
        pk = self.organization.pk
        if kind == "waveform":
            with inside(self.organization):
                return waveforms.load(self.recording).samples
        if kind == "secret":
            return open_secret(pk, "here", self.secret)
        return blobs.get(pk, kind, self.blobs[kind])

    def readable(self):
        """The kinds that open; the others say that their key is gone."""
        return [kind for kind in EVERY if self._opens(kind)]

    def _opens(self, kind):
        try:
            return bool(self.read(kind))
        except Unsealable as error:
            if error.code != "blob-key-gone":
                raise
            return False


EVERY = [*KINDS, "waveform", "secret"]


@pytest.fixture
def live(settings, tmp_path):
    """The name of a database that can be copied, with two organizations in it."""
    settings.BLOB_ROOT = tmp_path / "blobs"
    own_kek_file(settings, tmp_path)
    with copies.copy_of(copies.run_template()) as name:
        yield name


@pytest.fixture
def two(live):
    both = [make_organization(slug) for slug in ("leaving", "staying")]
    yield [Stored(organization) for organization in both]
    for organization in both:
        keyrings.forget(organization.pk)


def shred(slug, *, monkeypatch, confirm=None, password=PASSWORD, reason="The customer left."):
    person = make_user(None, is_staff=True)
    monkeypatch.setattr("getpass.getpass", lambda _: password)
    out = io.StringIO()
    named = ("--organization", slug, "--confirm", confirm or slug, "--by", person.email)
    call_command("shred_keys", *named, "--reason", reason, stdout=out)
    return out.getvalue()


def test_every_kind_is_unreadable_afterwards_and_the_others_read_on(two, monkeypatch):
    leaving, staying = two
    assert leaving.readable() == staying.readable() == EVERY
    said = shred("leaving", monkeypatch=monkeypatch)
    assert said == "leaving: 1 data keys destroyed, and the keys that wrapped them.\n"
    assert leaving.readable() == []
    assert staying.readable() == EVERY


def test_a_backup_from_before_stays_closed_for_that_organization_only(
    live, two, monkeypatch, settings, tmp_path
):
    leaving, staying = two
    keys_before = (tmp_path / "kek.json").read_bytes()
    shutil.copytree(settings.BLOB_ROOT, tmp_path / "copied")
    connections.close_all()
    with copies.copy_of(live) as backup:
        point_at(live)
        shred("leaving", monkeypatch=monkeypatch)
        point_at(backup)
        settings.BLOB_ROOT = tmp_path / "copied"
        keyrings.forget(staying.organization.pk)
        assert states_of(leaving.organization) == ["active"]
        assert leaving.readable() == []
        assert staying.readable() == EVERY
        assert events_of(leaving.organization, "refused")[0]["code"] == "kek-gone"
        # A backup of the key file itself would open it, so those must expire.
        (tmp_path / "kek.json").write_bytes(keys_before)
        keyrings.forget(leaving.organization.pk)
        assert leaving.readable() == EVERY


def test_pages_say_that_the_key_was_destroyed(two, monkeypatch, client_of):
    leaving, _ = two
    reader = make_user(leaving.organization)
    client = client_of(reader)
    shred("leaving", monkeypatch=monkeypatch)
    with inside(leaving.organization):
        report = Report.objects.get(recording=leaving.recording)
    pages = {
        reverse("worklist"): 200,
        reverse("upload"): 200,
        reverse("recording", args=[leaving.recording.public_id]): 200,
        reverse("waveform", args=[leaving.recording.public_id]): 410,
        reverse("trace", args=[leaving.recording.public_id]): 410,
        reverse("report-preview", args=[report.public_id]): 410,
    }
    assert {path: client.get(path).status_code for path in pages} == pages
    page = client.get(reverse("report-preview", args=[report.public_id]))
    assert "The key was destroyed" in page.content.decode()
    sent = client.post(reverse("upload-files"), {"file": io.BytesIO(b"an ECG")})
    assert sent.status_code == 410


def test_keys_out_of_reach_are_a_page_that_says_try_again(two, settings, client_of):
    leaving, _ = two
    client = client_of(make_user(leaving.organization))
    keyrings.forget(leaving.organization.pk)
    settings.KEK_FILE += ".away"
    answer = client.get(reverse("trace", args=[leaving.recording.public_id]))
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert "nothing was changed" in answer.content.decode()


def test_sweeper_and_provers_go_on(two, monkeypatch):
    shred("leaving", monkeypatch=monkeypatch)
    sweep_queues()
    sweep_uploads()
    for command in ("verify_isolation", "rotate_keys"):
        call_command(command, stdout=io.StringIO())
    leaving, staying = two
    for one in two:
        assert verify_chain(one.organization.pk).failure == ""
    assert states_of(leaving.organization) == ["destroyed"]
    assert states_of(staying.organization) == ["retired", "active"]


@pytest.mark.parametrize("wrong", ["confirm", "password", "reason", "slug"])
def test_shredding_by_mistake_is_refused(two, monkeypatch, wrong):
    leaving, _ = two
    changes = {"confirm": "staying", "password": "guess", "reason": " ", "slug": "nobody"}
    given = {"slug": "leaving", wrong: changes[wrong]}
    with pytest.raises(CommandError):
        shred(**given, monkeypatch=monkeypatch)
    assert leaving.readable() == EVERY
