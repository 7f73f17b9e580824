"""Plan or apply an organization from a small file."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.tenants.keys import KeysDestroyed
from apps.web.onboarding import words
from apps.web.onboarding.apply import apply
from apps.web.onboarding.plan import Line, plan
from apps.web.onboarding.problems import Refused
from apps.web.onboarding.wanted import Wanted, read_organization

WOULD_CHANGE = 2


class Command(BaseCommand):
    help = "Make an organization what the file says; run again, it changes nothing."

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
            would_change = self._plan(wanted) if options["plan"] else self._apply(wanted)
        except Refused as refused:
            self._refuse(options["file"], refused)
        except KeysDestroyed:
            raise CommandError(f"{wanted.slug} has left: its keys are destroyed.") from None
        if would_change:
            sys.exit(WOULD_CHANGE)

    def _plan(self, wanted: Wanted) -> bool:
        lines = plan(wanted)
        for line in lines:
            self._tell(wanted, line)
        self._end(wanted, "planned", lines, f"Plan: {words.summary(lines)} Nothing was changed.")
        return any(line.changes for line in lines)

    def _apply(self, wanted: Wanted) -> bool:
        """Ends by planning again: what is then still to be done was changed by others."""
        done: list[Line] = []

        def report(line: Line) -> None:
            done.append(line)
            self._tell(wanted, line)

        apply(wanted, report)
        after = plan(wanted)
        for line in after:
            if line.action != "keep":
                self._tell(wanted, line)
        self._end(
            wanted, "applied", after, f"Done: {len(done)} written. Plan now: {words.summary(after)}"
        )
        return any(line.changes for line in after)

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
