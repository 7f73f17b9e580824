"""Reading about files: what stopped, what an archive held, who may open bytes, all of one hash."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import Http404

from apps.core.leases import Leased
from apps.ingestion.malware import may_be_opened
from apps.ingestion.models import Ingress
from apps.ingestion.quarantine import STOPPED
from apps.ingestion.queries import PAGE, Page, get_arrival_to_view
from apps.ingestion.rules import current_rules
from apps.tenants.access import Active
from apps.tenants.queries import permit

MOST_OF_A_HASH = 100
IN_WORK = (Leased.State.RECEIVED, Leased.State.PROCESSING)
SHA256 = re.compile(r"[0-9a-f]{64}")


def stopped_files(active: Active, after: uuid.UUID | None = None) -> Page:
    """Refused and given-up files, the newest first, one page behind the named one."""
    permit(active, "replay")
    rows = _rows().filter(state__in=STOPPED)
    if after:
        rows = rows.filter(pk__lt=Ingress.objects.filter(public_id=after).values("pk"))
    found = list(rows.order_by("-id")[: PAGE + 1])
    return Page(found[:PAGE], found[PAGE - 1].public_id if len(found) > PAGE else None)


def stopped_named(active: Active, names: list[uuid.UUID]) -> list[Ingress]:
    """Those of the named that may be run again."""
    permit(active, "replay")
    return list(_rows().filter(state__in=STOPPED, public_id__in=names[:PAGE]).order_by("id"))


def get_arrival_to_release(active: Active, public_id: uuid.UUID) -> Ingress:
    permit(active, "release_files")
    return get_arrival_to_view(active, public_id)


def get_original_to_download(active: Active, public_id: uuid.UUID) -> Ingress:
    """Raises Http404; PermissionDenied for what no scanner found clean and nothing let through."""
    permit(active, "download_originals")
    found = get_arrival_to_view(active, public_id)
    if not may_be_opened(found, current_rules()):
        raise PermissionDenied
    return found


def members_of(active: Active, archive: Ingress) -> list[Ingress]:
    """What was unpacked from an archive, in its order."""
    permit(active, "view_recordings")
    if archive.outcome != Ingress.Outcome.UNPACKED:
        return []
    return list(_rows().filter(parent=archive).order_by("member"))


@dataclass(frozen=True, slots=True)
class Held:
    """What came out of an archive: how many files, still in work, refused or given up."""

    total: int
    waiting: int
    stopped: int


def held_by(active: Active, archives: Iterable[Ingress]) -> dict[int, Held]:
    """By the key of each archive that was unpacked; no query where there is none."""
    permit(active, "view_recordings")
    keys = [row.pk for row in archives if row.outcome == Ingress.Outcome.UNPACKED]
    if not keys:
        return {}
    rows = Ingress.objects.filter(parent__in=keys).values("parent")
    counted = rows.annotate(
        total=Count("id"),
        waiting=Count("id", filter=Q(state__in=IN_WORK)),
        stopped=Count("id", filter=Q(state__in=STOPPED)),
    ).values_list("parent", "total", "waiting", "stopped")
    return {archive: Held(*counts) for archive, *counts in counted if archive}


def check_hash(active: Active, text: str) -> str:
    """The hash a person pasted, in small letters; empty where it is none."""
    permit(active, "view_recordings")
    wanted = text.strip().lower()
    return wanted if SHA256.fullmatch(wanted) else ""


def arrivals_of_hash(active: Active, sha256: str) -> list[Ingress]:
    """Every arrival of the same bytes, oldest first, with patient. Raises Http404 for none."""
    permit(active, "view_recordings")
    wanted = sha256 if SHA256.fullmatch(sha256) else ""
    rows = (
        _rows()
        .filter(sha256=wanted)
        .exclude(sha256="")
        .prefetch_related("recording__patient__identifiers")
    )
    found = list(rows.order_by("id")[:MOST_OF_A_HASH])
    if not found:
        raise Http404
    return found


def _rows() -> QuerySet[Ingress]:
    related = ("recording__patient", "sender", "site", "parent")
    return Ingress.objects.filter(is_canary=False).select_related(*related)
