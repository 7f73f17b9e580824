"""A hospital at work: files through every stage, signed, amended, delivered, charged."""

from __future__ import annotations

import datetime as dt
import io
import json
from decimal import Decimal
from pathlib import Path

from django.core.management import CommandError, call_command

from apps.billing.models import Meter, Price
from apps.ecg.models import Recording
from apps.inference.actions import register_builtin_rules
from apps.integrations import jobs
from apps.integrations.models import AlarmChannel
from apps.tenants.models import Site
from apps.tenants.secrets import set_secret
from tests.factories import inside
from tests.ingestion.files import ecg_file, person, send
from tests.integrations.sent import make_destination
from tests.reports.signing import amend_recording, sign_recording

SECRET = "a webhook's secret of leaving"
FAMILY_NAME = "Quillfeather"
MRN = "MRN-90210"


def work(place, reader, drained, monkeypatch):
    """Everything a hospital does, with a receiver that takes every message."""
    monkeypatch.setattr(jobs, "send_mllp", _taken)
    _set_up(place)
    patient = person(family_name=FAMILY_NAME, identifier=MRN)
    for signal in (1, 2):
        send(place, ecg_file(signal, patient=patient), sender=reader, filename="q-feather.dcm")
    drained()
    with inside(place):
        first = Recording.objects.order_by("id").first()
    sign_recording(first, reader)
    drained()
    amend_recording(first, reader, "Sinus bradycardia.")
    drained()
    return first


def _set_up(place):
    make_destination(place)
    with inside(place):
        register_builtin_rules(place)
        Site.objects.create(organization=place, name="Ward 7")
        channel = AlarmChannel(organization=place, kind="webhook", address="https://told.example/")
        set_secret(channel, "secret", SECRET)
        channel.save()
        for meter in Meter:
            Price.objects.create(
                organization=place,
                meter=meter,
                unit_price=Decimal("4.25"),
                currency="GBP",
                effective_from=dt.date(2020, 1, 1),
            )


def _taken(_host, _port, message, **_options):
    control_id = message.split(b"\r")[0].split(b"|")[9]
    return b"MSH|^~\\&|EHR|W|E|M|20260101||ACK|1|P|2.5.1\rMSA|AA|" + control_id + b"\r"


def run(name, *arguments):
    """Exit code 0 or 1, and everything that was said."""
    out = io.StringIO()
    try:
        call_command(name, *map(str, arguments), stdout=out, stderr=out)
    except CommandError as error:
        return 1, out.getvalue() + str(error)
    except SystemExit as stop:
        return int(stop.code or 0), out.getvalue()
    return 0, out.getvalue()


def exported(folder: Path, slug="leaving", *options):
    code, said = run("export_organization", slug, folder, *options)
    assert code == 0, said
    return folder


def manifest_of(folder):
    return json.loads((folder / "manifest.json").read_bytes())


def bytes_of(folder):
    """Every file of a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
