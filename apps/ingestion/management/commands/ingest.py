"""The bulk-import door."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from apps.core.blobs.store import TooLarge
from apps.core.errors import RetryableError
from apps.core.leases import BULK, Leased
from apps.core.scope import organization_scope
from apps.ecg.formats.wfdb.header import SUFFIX
from apps.ecg.management.files import parts_beside, read_file
from apps.ecg.models import Priority
from apps.ingestion.actions import (
    EmptyFile,
    MayNotSubmit,
    OrganizationClosed,
    accept,
    check_may_submit,
)
from apps.ingestion.models import Ingress
from apps.tenants.command import add_organization, organization_id_of
from apps.tenants.models import Site

SETTLED = (
    Leased.State.DONE,
    Leased.State.DUPLICATE,
    Leased.State.QUARANTINED,
    Leased.State.DEAD,
)
POLL_S = 0.2


@dataclass(slots=True)
class Line:
    """What became of one file; `code` and `message` where it was refused."""

    file: str
    ingress: str = ""
    outcome: str = ""
    recording: str = ""
    code: str = ""
    message: str = ""


class Command(BaseCommand):
    help = "Import files and folders. Run again after an interruption, it goes on where it was."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="PATH", help="files or folders")
        add_organization(parser)
        parser.add_argument("--site", default="", help="name of the site they were recorded at")
        parser.add_argument("--priority", choices=Priority.values, default=Priority.ROUTINE)
        parser.add_argument("--wait", action="store_true", help="until every file has its outcome")
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *, organization: str, paths: list[str], **options: Any) -> None:
        files = _without_parts(list(_files(paths)))
        if not files:
            raise CommandError("There is no file at the given paths.")
        organization_id = organization_id_of(organization)
        try:
            check_may_submit(organization_id)
        except MayNotSubmit as reason:
            raise CommandError(str(reason)) from None
        with organization_scope(organization_id):
            site = _site(options["site"])
            refused = 0
            for number, line in enumerate(self._lines(files, site, options), start=1):
                refused += bool(line.code)
                self.stdout.write(json.dumps(asdict(line)) if options["json"] else _words(line))
                if sys.stderr.isatty():
                    self.stderr.write(f"\r{number} of {len(files)}", ending="")
        if refused:
            self.stderr.write(f"{refused} of {len(files)} files were not taken.")
            sys.exit(1)

    def _lines(
        self, files: list[Path], site: Site | None, options: dict[str, Any]
    ) -> Iterator[Line]:
        lines = (_offer(path, site, options["priority"]) for path in files)
        if not options["wait"]:
            yield from lines
            return
        for line in list(lines):
            yield _settled(line) if line.ingress else line


def _files(paths: list[str]) -> Iterator[Path]:
    """Files in a steady order; folders are walked, hidden files left out."""
    for given in map(Path, paths):
        if given.is_dir():
            inside = (path for path in sorted(given.rglob("*")) if path.is_file())
            yield from (path for path in inside if not path.name.startswith("."))
        elif given.exists():
            yield given
        else:
            raise CommandError(f"{given}: no such file or folder.")


def _without_parts(files: list[Path]) -> list[Path]:
    """A signal file goes with the WFDB header beside it that names it."""
    headers = [path for path in files if path.suffix == SUFFIX]
    parts = {part for path in headers for part in _parts(path)}
    return [path for path in files if path not in parts]


def _parts(header: Path) -> list[Path]:
    try:
        return parts_beside(header, header.read_bytes())
    except OSError:
        return []


def _site(name: str) -> Site | None:
    if not name:
        return None
    with transaction.atomic():
        site = Site.objects.filter(name=name).first()
        known = ", ".join(Site.objects.values_list("name", flat=True))
    if site is None:
        raise CommandError(f"There is no site “{name}” here. Known: {known or 'none'}.")
    return site


def _offer(path: Path, site: Site | None, priority: str) -> Line:
    line = Line(file=str(path))
    try:
        if path.stat().st_size > settings.MAX_UPLOAD_BYTES:
            raise TooLarge
        data = read_file(path)
        accepted = accept(
            source=Ingress.Source.IMPORT,
            chunks=[data],
            filename=path.name,
            idem_key=_delivery_key(path, data),
            site=site,
            priority=priority,
            lane=BULK,
        )
    except EmptyFile:
        line.code, line.message = "empty-file", "The file is empty."
    except TooLarge:
        limit = settings.MAX_UPLOAD_BYTES >> 20
        line.code, line.message = "too-large", f"The file is larger than {limit} MB."
    except OrganizationClosed as error:
        line.code, line.message = error.code, "The organization's doors are closed."
    except RetryableError as error:
        line.code, line.message = error.code, "Not stored. Run the command again."
    except OSError as error:
        line.code, line.message = "unreadable", f"Cannot be read: {error.strerror}."
    else:
        line.ingress = str(accepted.ingress.public_id)
        line.outcome = accepted.ingress.outcome
    return line


def _delivery_key(path: Path, data: bytes) -> str:
    """The same content at the same place is the same delivery, whenever it is offered."""
    place = hashlib.sha256(str(path.resolve()).encode(errors="surrogateescape"))
    place.update(hashlib.sha256(data).digest())
    return place.hexdigest()


def _settled(line: Line) -> Line:
    while True:
        with transaction.atomic():
            row = Ingress.objects.select_related("recording").get(public_id=line.ingress)
        if row.state in SETTLED:
            break
        time.sleep(POLL_S)
    line.outcome = row.outcome
    if row.recording:
        line.recording = str(row.recording.public_id)
    if row.state in (Leased.State.QUARANTINED, Leased.State.DEAD):
        line.code = row.error_code or "given-up"
        line.message = row.refusal_message or "Given up after several attempts; see Arrivals."
    return line


def _words(line: Line) -> str:
    if line.code:
        return f"{line.file}: refused, {line.code}. {line.message}"
    end = f", recording {line.recording}" if line.recording else ""
    return f"{line.file}: {line.outcome}, arrival {line.ingress}{end}"
