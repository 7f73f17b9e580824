"""The bulk-import door."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from argparse import ArgumentParser
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from apps.core.blobs.store import TooLarge
from apps.core.errors import RetryableError
from apps.core.leases import BULK
from apps.core.scope import organization_scope
from apps.ecg.management.files import read_file
from apps.ecg.models import Priority
from apps.ingestion.actions import (
    EmptyFile,
    MayNotSubmit,
    OrganizationClosed,
    accept,
    check_may_submit,
)
from apps.ingestion.bulk.journal import Journal, Running, journal_path, place_of
from apps.ingestion.bulk.progress import Progress
from apps.ingestion.bulk.report import (
    LOST,
    Line,
    bring_up_to_date,
    counted,
    is_open,
    write_report,
)
from apps.ingestion.bulk.walk import Offered, offered
from apps.ingestion.models import Ingress
from apps.tenants.command import add_organization, organization_id_of
from apps.tenants.models import Site

POLL_S = 0.2


class Command(BaseCommand):
    help = "Import files and folders. Run again after an interruption, it goes on where it was."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="PATH", help="files or folders")
        add_organization(parser)
        parser.add_argument("--site", default="", help="name of the site they were recorded at")
        parser.add_argument("--priority", choices=Priority.values, default=Priority.ROUTINE)
        parser.add_argument("--wait", action="store_true", help="until every file has its outcome")
        parser.add_argument("--report", metavar="FILE", help="what became of each file, a table")
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *, organization: str, paths: list[str], **options: Any) -> None:
        given = _given(paths)
        organization_id = organization_id_of(organization)
        try:
            check_may_submit(organization_id)
        except MayNotSubmit as reason:
            raise CommandError(str(reason)) from None
        with organization_scope(organization_id), ExitStack() as stack:
            site = _site(options["site"])
            journal = stack.enter_context(_journal(organization_id, given))
            lines = self._offer_all(given, journal, site, options)
            self._settle(lines, options)
            self._prove(lines, journal, options)
        if any(line.code for line in lines):
            sys.exit(1)

    def _offer_all(
        self, given: list[Path], journal: Journal, site: Site | None, options: dict[str, Any]
    ) -> list[Line]:
        """Told one by one, unless they are waited for."""
        lines = []
        progress = Progress(_count(given), self.stderr.write, terminal=sys.stderr.isatty())
        for one in offered(given):
            line, is_known = _offer_once(one, journal, site, options["priority"])
            lines.append(line)
            progress.note(skipped=is_known)
            if not options["wait"]:
                self._say(line, options)
        return lines

    def _settle(self, lines: list[Line], options: dict[str, Any]) -> None:
        bring_up_to_date(lines)
        if not options["wait"]:
            return
        while waiting := [line for line in lines if is_open(line)]:
            time.sleep(POLL_S)
            bring_up_to_date(waiting)
        for line in lines:
            self._say(line, options)

    def _prove(self, lines: list[Line], journal: Journal, options: dict[str, Any]) -> None:
        """Every offered file is in one place; what is not there any more is offered again."""
        for line in lines:
            if line.code == LOST:
                journal.forget(place_of(Path(line.file)))
        if options["report"]:
            try:
                write_report(Path(options["report"]), lines)
            except OSError as error:
                raise CommandError(f"The report cannot be written: {error.strerror}.") from None
        self.stderr.write(counted(lines).words())

    def _say(self, line: Line, options: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(asdict(line)) if options["json"] else _words(line))


def _given(paths: list[str]) -> list[Path]:
    given = [Path(path) for path in paths]
    for path in given:
        if not path.exists():
            raise CommandError(f"{path}: no such file or folder.")
    return given


def _count(given: list[Path]) -> int:
    """Looks into every folder first: one that cannot be read ends it before anything is sent."""
    try:
        total = sum(1 for _ in offered(given))
    except OSError as error:
        raise CommandError(f"{error.filename}: cannot be read: {error.strerror}.") from None
    if not total:
        raise CommandError("There is no file at the given paths.")
    return total


def _journal(organization_id: int, given: list[Path]) -> Journal:
    try:
        return Journal(journal_path(settings.IMPORT_JOURNALS, organization_id, given))
    except Running:
        raise CommandError("The same import is running already.") from None
    except OSError as error:
        raise CommandError(f"The import's journal cannot be kept: {error.strerror}.") from None


def _site(name: str) -> Site | None:
    if not name:
        return None
    with transaction.atomic():
        site = Site.objects.filter(name=name).first()
        known = ", ".join(Site.objects.values_list("name", flat=True))
    if site is None:
        raise CommandError(f"There is no site “{name}” here. Known: {known or 'none'}.")
    return site


def _offer_once(
    one: Offered, journal: Journal, site: Site | None, priority: str
) -> tuple[Line, bool]:
    """The line of a file, and whether it was accepted by an earlier run and not read again."""
    place = place_of(one.path)
    try:
        looks = one.looks()
    except OSError as error:
        return _refused(one.path, "unreadable", f"Cannot be read: {error.strerror}."), False
    arrival = journal.known(place, looks)
    if arrival:
        return Line(str(one.path), arrival, Ingress.Outcome.PENDING), True
    line = _offer(one.path, site, priority)
    if line.ingress:
        journal.add(place, looks, line.ingress)
    return line, False


def _refused(path: Path, code: str, message: str) -> Line:
    return Line(str(path), code=code, message=message)


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


def _words(line: Line) -> str:
    if line.code:
        return f"{line.file}: refused, {line.code}. {line.message}"
    end = f", recording {line.recording}" if line.recording else ""
    return f"{line.file}: {line.outcome}, arrival {line.ingress}{end}"
