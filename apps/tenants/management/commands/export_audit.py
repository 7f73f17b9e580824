"""Write a part of an organization's trail as one signed file."""

from __future__ import annotations

import base64
import datetime as dt
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from apps.audit import actions as audit
from apps.audit.anchors.store import anchor_store
from apps.audit.export import BrokenChain, Exported, NothingToExport, write_export
from apps.audit.signing import public_key
from apps.core.scope import organization_scope
from apps.tenants.command import add_organization, organization_id_of


class Command(BaseCommand):
    help = "Export events dated from one day (or moment) to before another, signed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_organization(parser)
        parser.add_argument("--from", dest="since", type=_moment, required=True, metavar="DAY")
        parser.add_argument("--to", dest="until", type=_moment, required=True, metavar="DAY")
        parser.add_argument("--reason", default="", help="why, for the record")
        parser.add_argument("out", type=Path, metavar="OUT", help="a zip file that is not there")

    def handle(self, *args: Any, **options: Any) -> None:
        organization_id = organization_id_of(options["organization"])
        try:
            with organization_scope(organization_id):
                done = _export(options)
        except NothingToExport:
            raise CommandError("No event is dated in that range.") from None
        except BrokenChain as broken:
            raise CommandError(f"Nothing was exported: {broken}.") from None
        except FileExistsError:
            raise CommandError(f"{options['out']} is there already.") from None
        except OSError as error:
            raise CommandError(f"The export cannot be written: {error.strerror}.") from None
        key = base64.b64encode(public_key()).decode()
        self.stdout.write(f"Events {done.first} to {done.last}, signed by key {key}")


@transaction.atomic
def _export(options: dict[str, Any]) -> Exported:
    out: Path = options["out"]
    with open(out, "xb") as file:
        try:
            done = write_export(file, options["since"], options["until"], anchor_store())
        except BaseException:
            out.unlink()
            raise
    audit.record(
        "audit.trail.exported",
        since=options["since"].isoformat(),
        until=options["until"].isoformat(),
        count=done.events,
        sha256=done.sha256,
        reason=options["reason"],
    )
    return done


def _moment(text: str) -> dt.datetime:
    """A day begins in UTC; a moment without a zone is UTC."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is not a day such as 2026-03-02") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
