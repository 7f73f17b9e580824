"""Plan or apply an organization from a small file."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.ingestion.canary import words as canary_words
from apps.ingestion.canary.send import send_canary
from apps.tenants.command import organization_id_of
from apps.tenants.keys import KeysDestroyed
from apps.web.onboarding import words
from apps.web.onboarding.apply import apply
from apps.web.onboarding.plan import Line, plan
from apps.web.onboarding.problems import Refused
from apps.web.onboarding.wanted import Wanted, read_organization

FAILED, WOULD_CHANGE = 1, 2


class Command(BaseCommand):
    help = (
        "Make an organization what the file says, then send a synthetic ECG through it to prove"
        " that it works; run again, it changes nothing. Exit 1 where the file is not followed or"
        " the ECG fails, 2 where a plan has something to do."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="ORG.yaml")
        parser.add_argument(
            "--plan",
            action="store_true",
            help="change nothing; exit 2 where something would change",
        )
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        self.as_json = options["json"]
        try:
            wanted = read_organization(_content(options["file"]))
            code = self._plan(wanted) if options["plan"] else self._apply(wanted)
        except Refused as refused:
            self._refuse(options["file"], refused)
        except KeysDestroyed:
            raise CommandError(f"{wanted.slug} has left: its keys are destroyed.") from None
        if code:
            sys.exit(code)

    def _plan(self, wanted: Wanted) -> int:
        lines = plan(wanted)
        for line in lines:
            self._tell(wanted, line)
        self._end(wanted, "planned", lines, f"Plan: {words.summary(lines)} Nothing was changed.")
        return WOULD_CHANGE if any(line.changes for line in lines) else 0

    def _apply(self, wanted: Wanted) -> int:
        """Ends by planning again: what is then still to be done was changed by others."""
        done: list[Line] = []

        def report(line: Line) -> None:
            done.append(line)
            self._tell(wanted, line)

        apply(wanted, report)
        after = plan(wanted)
        for line in after:
            if line.action not in ("keep", "send"):
                self._tell(wanted, line)
        is_sent = any(line.action == "send" for line in after)
        has_passed = not is_sent or self._send_canary(wanted)
        self._end(
            wanted, "applied", after, f"Done: {len(done)} written. Plan now: {words.summary(after)}"
        )
        if not has_passed:
            return FAILED
        return WOULD_CHANGE if any(line.changes for line in after) else 0

    def _send_canary(self, wanted: Wanted) -> bool:
        """The organization is live and complete: this says whether it also works."""
        flight = send_canary(organization_id_of(wanted.slug))
        as_json = json.dumps(canary_words.as_json(wanted.slug, flight))
        self.stdout.write(as_json if self.as_json else canary_words.sentence(flight))
        return flight.has_passed

    def _tell(self, wanted: Wanted, line: Line) -> None:
        self.stdout.write(
            words.as_json(wanted.slug, line) if self.as_json else words.sentence(line)
        )

    def _end(self, wanted: Wanted, outcome: str, lines: list[Line], text: str) -> None:
        if self.as_json:
            ending = {"organization": wanted.slug, "outcome": outcome, **words.counts(lines)}
            self.stdout.write(json.dumps(ending))
            return
        self.stdout.write(text)
        if any(line.action == "invite" for line in lines):
            self.stdout.write(words.HOW_TO_INVITE)

    def _refuse(self, file: Path, refused: Refused) -> None:
        if self.as_json:
            for problem in refused.problems:
                self.stdout.write(words.problem_as_json(problem))
        reasons = "\n".join(f"  {problem}" for problem in refused.problems)
        raise CommandError(f"{file} is not followed:\n{reasons}")


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}") from None
