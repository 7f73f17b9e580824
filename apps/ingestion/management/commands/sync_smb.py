"""The door of file shares, a process of its own."""

from __future__ import annotations

import json
import signal
import sys
import threading
from argparse import ArgumentParser
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand

from apps.ingestion.smb.look import Report, words
from apps.ingestion.smb.rounds import Rounds
from apps.ingestion.smb.rounds import once as single_round
from apps.tenants.command import organization_id_of, slug_of
from apps.tenants.lookups import organization_ids


class Command(BaseCommand):
    help = (
        "Take ECGs from the file shares (SMB) of every organization, or of one. A file is taken"
        " when it is whole and no longer written; several processes never read one share at once."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", metavar="SLUG", help="only its shares")
        parser.add_argument(
            "--once", action="store_true", help="until nothing waits there, then stop"
        )
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *, organization: str | None, once: bool, **options: Any) -> None:
        only = None if organization is None else organization_id_of(organization)
        wanted = partial(_wanted, only)
        stop = threading.Event()
        if threading.current_thread() is threading.main_thread():
            for name in (signal.SIGTERM, signal.SIGINT):
                signal.signal(name, lambda *_: stop.set())
        if once:
            self._once(wanted(), stop, options["json"])
        else:
            self.stdout.write("Looking into file shares", self.style.NOTICE)
            for organization_id, report in Rounds(stop, wanted).reports():
                self._say(organization_id, report, options["json"])

    def _once(self, organizations: list[int], stop: threading.Event, as_json: bool) -> None:
        failed = False
        reports = 0
        for organization_id, report in single_round(organizations, stop):
            reports += 1
            failed |= report.has_failed
            self._say(organization_id, report, as_json)
        if not reports:
            self.stderr.write("There is no file share to look into.")
        if failed:
            sys.exit(1)

    def _say(self, organization_id: int, report: Report, as_json: bool) -> None:
        slug = slug_of(organization_id)
        if as_json:
            said = json.dumps({"organization": slug, **report.as_json()})
        else:
            said = f"{slug}, {report.share}: {_words(report)}"
        self.stdout.write(said)
        self.stdout.flush()


def _wanted(organization_id: int | None) -> list[int]:
    return organization_ids() if organization_id is None else [organization_id]


def _words(report: Report) -> str:
    if report.outcome != "looked":
        return f"{words(report.outcome)} ({report.outcome})."
    return (
        f"{report.taken} taken, {report.again} known, {report.waiting} still written,"
        f" {report.held_back} held back."
    )
