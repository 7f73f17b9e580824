"""Canaries through real doors: each path on its own, missing by its deadline is one alarm."""

from __future__ import annotations

import datetime as dt
import io
import json

import pytest
from django.core.management import call_command
from django.utils import timezone

from apps.audit.models import Alarm
from apps.billing.models import Charge
from apps.core.scope import organization_scope
from apps.ecg.models import Recording
from apps.ingestion.canary import paths
from apps.ingestion.canary.follow import send_through, ways_of
from apps.ingestion.canary.paths import Way, want_daily
from apps.ingestion.model_canary import PathCanary
from apps.ingestion.model_share import ShareSource
from apps.ingestion.models import Ingress
from apps.ingestion.smb.kept import Kept
from apps.ingestion.smb.look import look_into
from apps.tenants.models import ApiClient, ApiKey
from apps.tenants.watch import look_at
from tests.api.keys import make_client
from tests.database import committed
from tests.dicom_network.conftest import port, title  # noqa: F401 - a fixture
from tests.factories import inside
from tests.ingestion.files import send
from tests.smb.conftest import folder, samba, source  # noqa: F401 - fixtures

pytestmark = committed

Path, Status = PathCanary.Path, PathCanary.Status


@pytest.fixture
def at_home(live_server, settings):
    settings.BASE_URL = live_server.url


def only_arrival(organization):
    with inside(organization):
        assert not Recording.objects.exists()
        assert not Charge.objects.exists()
        return Ingress.objects.get()


def alarms(organization):
    with inside(organization):
        return list(Alarm.objects.filter(code="canary.path").values_list("subject", "resolved_at"))


@pytest.mark.parametrize("signed", [False, True])
def test_the_http_doors_are_called_as_their_senders_do(signed, mercy, at_home):
    if signed:
        with inside(mercy):
            mercy.signatures_required = True
            mercy.save()
    for path, door in ((Path.UPLOAD, "api"), (Path.EHR, "ehr")):
        row = send_through(mercy.pk, Way(path))
        assert (row.status, row.code) == (Status.PASSED, "")
        with inside(mercy):
            arrived = Ingress.objects.get(pk=row.ingress_id)
        assert (arrived.source, arrived.is_canary) == (door, True)
        assert (arrived.signing_key_id is not None) == signed
    with inside(mercy):
        assert (ApiClient.objects.count(), ApiKey.objects.count()) == (1, 1)
        assert not Recording.objects.exists()


def test_the_dicom_door_is_called_as_a_cart_does(mercy, port, settings):  # noqa: F811
    settings.DICOM_PORT = port
    row = send_through(mercy.pk, Way(Path.DICOM, "MERCY_ECG"))
    assert (row.status, row.code) == (Status.PASSED, "")
    assert only_arrival(mercy).source == "dicom"


@pytest.mark.parametrize("endings", [[".dcm"], [".dcm", ".dcm.sig"]])
def test_a_share_is_written_to_as_carts_do(mercy, source, folder, drained, endings):  # noqa: F811
    with inside(mercy):
        ShareSource.objects.update(signature_required=len(endings) > 1)
    for _ in range(2):
        with inside(mercy):
            row = paths.want(Way(Path.SMB, "Carts"), now=timezone.now())
        drained()
    names = sorted(file.name for file in folder.iterdir())
    assert names == [f"einthoven-test-{row.public_id}{ending}" for ending in endings]
    kept = Kept()
    with organization_scope(mercy.pk):
        for _ in range(3):
            look_into(source.pk, kept)
    kept.close()
    drained()
    with inside(mercy):
        row.refresh_from_db()
        paths.judge(row, now=timezone.now())
        assert (row.status, row.ingress.source) == (Status.PASSED, "smb")
        assert (row.ingress.signing_key_id is not None) == (len(endings) > 1)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"certificates": "ab" * 32}, "certificate-asked-for"),
        ({"calling_hosts": "10.1.2.3"}, "calling-address-not-listed"),
    ],
)
def test_a_path_that_is_not_open_to_the_platform_is_told_as_not_possible(mercy, fields, code):
    title(mercy, "WARD", **fields)
    row = send_through(mercy.pk, Way(Path.DICOM, "WARD"))
    assert (row.status, row.code) == (Status.IMPOSSIBLE, code)
    look_at(mercy.pk)
    assert alarms(mercy) == []


def test_a_missing_one_is_one_alarm_that_names_its_path_and_ends_with_a_good_one(mercy, at_home):
    with inside(mercy):
        make_client(mercy)
        for path in (Path.UPLOAD, Path.EHR):
            row = paths.want(Way(path), now=timezone.now() - dt.timedelta(hours=1))
        PathCanary.objects.filter(pk=row.pk).update(due_at=timezone.now() + dt.timedelta(hours=1))
    look_at(mercy.pk)
    look_at(mercy.pk)
    assert alarms(mercy) == [("upload", None)]
    assert send_through(mercy.pk, Way(Path.UPLOAD)).status == Status.PASSED
    look_at(mercy.pk)
    ((subject, resolved_at),) = alarms(mercy)
    assert (subject, resolved_at is not None) == ("upload", True)


def test_one_that_comes_late_is_known_all_the_same(mercy, source, folder, drained):  # noqa: F811
    with inside(mercy):
        row = paths.want(Way(Path.SMB, "Carts"), now=timezone.now() - dt.timedelta(hours=1))
    drained()
    look_at(mercy.pk)
    assert alarms(mercy) == [("smb Carts", None)]
    (late,) = folder.iterdir()
    assert send(mercy, late.read_bytes(), source="smb").ingress.is_canary
    drained()
    assert only_arrival(mercy).outcome == "new"
    with inside(mercy):
        assert PathCanary.objects.get(pk=row.pk).status == Status.MISSING


def test_a_door_that_refuses_is_told_apart_from_one_that_is_away(mercy, at_home, settings):
    with inside(mercy):
        make_client(mercy)
        mercy.is_live = False
        mercy.save()
    row = send_through(mercy.pk, Way(Path.UPLOAD))
    assert (row.status, row.stage, row.code) == (Status.FAILED, "accept", "answer-401")
    settings.BASE_URL, settings.MAX_ATTEMPTS = "http://127.0.0.1:9", 1
    row = send_through(mercy.pk, Way(Path.UPLOAD))
    assert (row.status, row.code) == (Status.FAILED, "egress-connection")


def test_each_path_in_use_has_one_a_day(mercy, lakeside):
    make_client(mercy)
    title(mercy, "WARD")
    want_daily()
    want_daily()
    with inside(mercy):
        wanted = [str(Way(row.path, row.place)) for row in PathCanary.objects.order_by("id")]
        assert wanted == ["upload", "ehr", "dicom WARD"]
        PathCanary.objects.update(wanted_at=timezone.now() - dt.timedelta(days=1))
    want_daily()
    with inside(mercy):
        assert PathCanary.objects.count() == 6
    with inside(lakeside):
        assert PathCanary.objects.count() == 1


def test_the_command_sends_one_through_each_path(mercy, at_home):
    assert [str(way) for way in ways_of(mercy.pk, "")] == ["upload"]
    out = io.StringIO()
    call_command("send_canary", "--organization", "mercy", "--path", "all", "--json", stdout=out)
    said = json.loads(out.getvalue())
    assert (said["path"], said["outcome"], said["code"]) == ("upload", "passed", "")
