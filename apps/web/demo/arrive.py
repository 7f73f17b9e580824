"""Bringing the demo's files in, through every door there is."""

from __future__ import annotations

import datetime as dt
import hashlib
import tempfile
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from pydicom.data import get_testdata_file

from apps.core.scope import organization_scope
from apps.ecg.models import Recording
from apps.ingestion.actions import accept
from apps.ingestion.models import Ingress
from apps.tenants.models import Organization, Site, User
from apps.web.demo.cases import Case
from apps.web.demo.files import demo_file, name_of
from apps.web.demo.organizations import DemoOrganization

NO_ECG = b"This is a text file somebody dropped on the upload page.\n"


def bring_in(
    demo: DemoOrganization,
    organization: Organization,
    cases: tuple[Case, ...],
    now: dt.datetime,
) -> None:
    """Offer every case once; a second start offers those that the first had not come to."""
    with organization_scope(organization.pk):
        with transaction.atomic():
            here = set(Ingress.objects.values_list("filename", flat=True))
            technician = User.objects.get(email=demo.logins[1].email)
            sites = {site.name: site for site in Site.objects.all()}
        for case in cases:
            if name_of(case) in here:
                continue
            data = demo_file(
                case,
                now=now,
                zone=sites[case.site].time_zone,
                authority=organization.assigning_authority,
            )
            if case.door == "web":
                upload(data, name_of(case), technician, sites[case.site], case.priority)
            else:
                import_file(organization.slug, data, name_of(case), case.site)


def bring_in_extras(demo: DemoOrganization, organization: Organization, case: Case) -> None:
    """A real public ECG, the same file again by another door, and one that is no ECG."""
    with organization_scope(organization.pk):
        with transaction.atomic():
            if Ingress.objects.filter(filename="waveform_ecg.dcm").exists():
                return
            technician = User.objects.get(email=demo.logins[1].email)
            site = Site.objects.get(name=case.site)
            first = Ingress.objects.filter(filename=name_of(case)).first()
        real = Path(str(get_testdata_file("waveform_ecg.dcm", download=False))).read_bytes()
        upload(real, "waveform_ecg.dcm", technician, site, "routine")
        upload(NO_ECG, "shift-notes.txt", technician, site, "routine")
        if first is not None:
            again = _original(organization, first)
            import_file(organization.slug, again, f"copy-of-{name_of(case)}", case.site)
        if settings.CORPUS:
            _corpus(organization)


def upload(data: bytes, name: str, sender: User, site: Site, priority: str) -> Ingress:
    key = hashlib.sha256(name.encode() + data).hexdigest()
    return accept(
        source=Ingress.Source.WEB,
        chunks=[data],
        filename=name,
        idem_key=key,
        sender=sender,
        site=site,
        priority=priority,
    ).ingress


def import_file(slug: str, data: bytes, name: str, site: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        call_command("ingest", str(path), organization=slug, site=site, stdout=_Silent())


def _corpus(organization: Organization) -> None:
    folder = Path(settings.CORPUS) / "dicom-ecg"
    if folder.is_dir():
        call_command("ingest", str(folder), organization=organization.slug, stdout=_Silent())


def _original(organization: Organization, ingress: Ingress) -> bytes:
    from apps.ingestion.actions import RAW
    from apps.tenants import blobs

    return blobs.get(organization.pk, RAW, ingress.sha256)


class _Silent:
    """The command's lines are for people who run it."""

    def write(self, _text: str) -> None: ...

    def flush(self) -> None: ...


def is_settled() -> bool:
    """In the scope: every file of the demo has its outcome and every recording its report."""
    with transaction.atomic():
        waiting = Ingress.objects.filter(state__in=("received", "processing")).exists()
        unread = Recording.objects.filter(reports__isnull=True).exists()
    return not waiting and not unread
