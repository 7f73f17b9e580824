"""Replace data keys and the keys that wrap them, and seal again what older ones sealed."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from apps.core.blobs.keyring import Keyring, parse_keyring
from apps.core.errors import RetryableError
from apps.core.scope import organization_scope
from apps.tenants import adopt, keys, reseal
from apps.tenants.command import organization_id_of
from apps.tenants.lookups import organization_ids
from apps.tenants.models import Organization

Tell = Callable[..., None]


class Command(BaseCommand):
    help = "A new data key, or one of the steps below; run again, each goes on or does nothing new."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", metavar="SLUG", help="only this one")
        parser.add_argument("--json", action="store_true", help="one JSON object a line")
        step = parser.add_mutually_exclusive_group()
        step.add_argument("--missing", action="store_true", help="first keys, after an upgrade")
        step.add_argument("--kek", action="store_true", help="wrap by new key-encryption keys")
        step.add_argument("--reseal", action="store_true", help="seal again what is older")
        step.add_argument(
            "--destroy-retired", action="store_true", help="data keys that seal nothing any more"
        )
        step.add_argument(
            "--forget-keks", action="store_true", help="key-encryption keys that wrap nothing"
        )
        step.add_argument("--adopt", metavar="FILE", help="one keyring of an earlier version")

    def handle(self, *args: Any, **options: Any) -> None:
        self.as_json = options["json"]
        failed = 0
        try:
            for organization in _chosen(options["organization"]):
                failed += self._work(organization, options) or 0
        except RetryableError as error:
            raise CommandError(f"{error.code}: run it again later.") from None
        if failed:
            raise CommandError(f"{failed} stored things could not be opened; they are as before.")

    def _work(self, organization: Organization, options: dict[str, Any]) -> int:
        def tell(**fields: Any) -> None:
            self._say({"organization": organization.slug} | fields)

        if options["missing"]:
            _missing(organization, tell)
        elif _is_destroyed(organization):
            tell(step="none", reason="its keys were destroyed")
        elif options["kek"]:
            tell(step="wrapped again", keys=keys.rewrap_data_keys(organization))
        elif options["forget_keks"]:
            keys.forget_older_keks(organization)
            tell(step="older key-encryption keys forgotten")
        elif options["destroy_retired"]:
            tell(step="destroyed", keys=reseal.destroy_unused_keys(organization))
        elif options["adopt"]:
            return _adopt(organization, _ring(options["adopt"]), tell)
        elif options["reseal"]:
            return reseal.reseal(organization, lambda p: tell(step="sealed again", **asdict(p)))
        else:
            tell(step="rotated", key=keys.rotate_data_key(organization).name)
        return 0

    def _say(self, fields: dict[str, Any]) -> None:
        if self.as_json:
            self.stdout.write(json.dumps(fields))
            return
        rest = ", ".join(f"{k} {v}" for k, v in fields.items() if k not in ("organization", "step"))
        self.stdout.write(f"{fields['organization']}: {fields['step']}{rest and f' ({rest})'}")


def _chosen(slug: str | None) -> list[Organization]:
    wanted = organization_ids() if slug is None else [organization_id_of(slug)]
    found = []
    for organization_id in wanted:
        with organization_scope(organization_id), transaction.atomic():
            found.append(Organization.objects.get(pk=organization_id))
    return found


def _missing(organization: Organization, tell: Tell) -> None:
    with organization_scope(organization.pk), transaction.atomic():
        made = keys.ensure_data_key(organization)
    if made:
        tell(step="first key", key=made.name)


def _is_destroyed(organization: Organization) -> bool:
    with organization_scope(organization.pk), transaction.atomic():
        return keys.destroyed_key() is not None


def _ring(path: str) -> Keyring:
    try:
        return parse_keyring(Path(path).read_text(encoding="utf-8"), path)
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from None
    except ImproperlyConfigured as error:
        raise CommandError(str(error)) from None


def _adopt(organization: Organization, ring: Keyring, tell: Tell) -> int:
    return adopt.adopt_keyring(organization, ring, lambda p: tell(step="taken over", **asdict(p)))
