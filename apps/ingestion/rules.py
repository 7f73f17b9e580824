"""The organization's rules of processing, and what they refuse."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from apps.audit import actions as audit
from apps.core.compiled import Compiled
from apps.core.scope import required_organization
from apps.ecg.formats import FORMATS
from apps.ecg.formats.canonical import DecodedEcg, Refused
from apps.ingestion.models import ExperimentalFormat, ProcessingRules
from apps.tenants.models import User

PDF = "pdf"
NAMES = (*sorted(decoder.NAME for decoder in FORMATS), PDF)
NOT_TAKEN, EXPERIMENTAL = "format-not-taken", "experimental-format"
# What is compared when rules are changed, and put on the record.
FIELDS = (
    *("share_rest_seconds", "share_unfinished_minutes"),
    *("uploads_open", "uploads_open_gb"),
    *("unscanned", "unpacks_archives", "refused_formats", "duplicate_window_seconds"),
    *("order_minutes_before", "order_minutes_after", "takes_nearest_order"),
    "approves_identity",
)


def current_rules() -> ProcessingRules:
    """The organization's own, or the defaults."""
    return rules_in(own_rules())


@Compiled
def own_rules() -> QuerySet[ProcessingRules]:
    """One row, or none."""
    return ProcessingRules.objects.order_by("pk")[:1]


def rules_in(rows: QuerySet[ProcessingRules]) -> ProcessingRules:
    return rows[0] if rows else ProcessingRules(organization_id=required_organization())


def check_taken(name: str, rules: ProcessingRules) -> None:
    """Raises Refused for a format that the organization does not take."""
    if name in rules.refused_formats:
        raise Refused(
            NOT_TAKEN,
            f"Files of this kind ({name}) are not taken: the organization's processing rules"
            " leave the format out. Once they take it, the file is processed by itself.",
            field="format",
        )


def check_proven(ecg: DecodedEcg) -> None:
    """Raises Refused for an experimental format that the organization has not switched on."""
    if ecg.experimental and ecg.format not in switched_on():
        raise Refused(
            EXPERIMENTAL,
            f"Files of this kind ({ecg.format}) are read experimentally. An organization"
            " administrator can switch the format on; then the file is processed by itself.",
            checks=ecg.checks,
        )


def switched_on() -> list[str]:
    rows = ExperimentalFormat.objects.filter(is_on=True)
    return list(rows.values_list("format", flat=True))


def record_changes(before: ProcessingRules | None, after: ProcessingRules, *, by: User) -> None:
    """One event for each rule that changed, with what it was and what it is."""
    held = before or ProcessingRules(organization_id=after.organization_id)
    for name in FIELDS:
        was, now = _said(getattr(held, name)), _said(getattr(after, name))
        if was != now:
            audit.record(
                "ingestion.rules.changed", after, actor=by, field=name, before=was, after=now
            )


def _said(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(value) or "none"
    return "not set" if value is None else str(value)
