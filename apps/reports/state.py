"""A report at one moment, in what an event may hold of it: numbers, states and codes of texts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import Any

from apps.audit.chain import text_mac
from apps.reports.models import Report, ReportVersion, Signature


@dataclass(frozen=True, slots=True)
class VersionState:
    """A signed version; None is what an event of an earlier form did not say."""

    number: int
    content_sha256: str
    signer_id: int
    version_id: str | None = None
    pdf_sha256: str | None = None
    text_mac: str | None = None
    reason_mac: str | None = None
    signed_at: str | None = None
    method: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class ReportState:
    """`reason_mac` is of an amendment that is under way."""

    status: str
    revision: int | None = None
    text_mac: str | None = None
    reason_mac: str | None = None
    version_count: int | None = None
    versions: tuple[VersionState, ...] = ()


def state_of(report: Report) -> dict[str, Any]:
    """What every event about a report says of it."""
    return {
        "status": str(report.status),
        "revision": report.draft_revision,
        "text_mac": text_mac(report.draft_text),
        "version": report.version_count,
    }


def stored_state(report: Report, versions: Iterable[ReportVersion]) -> ReportState:
    """From the tables; `versions` come in order with their signature, the content included."""
    return ReportState(
        status=str(report.status),
        revision=report.draft_revision,
        text_mac=text_mac(report.draft_text),
        reason_mac=text_mac(report.amendment_reason),
        version_count=report.version_count,
        versions=tuple(_version(version) for version in versions),
    )


def _version(version: ReportVersion) -> VersionState:
    signature: Signature = version.signatures.all()[0]
    return VersionState(
        number=version.number,
        content_sha256=version.content_sha256,
        signer_id=signature.signer_id,
        version_id=str(version.public_id),
        pdf_sha256=version.pdf_sha256,
        text_mac=text_mac(version.interpretation),
        reason_mac=text_mac(version.amendment_reason),
        signed_at=signature.signed_at.astimezone(dt.UTC).isoformat(),
        method=str(signature.method),
        kind=str(version.kind),
    )


def differences(rebuilt: ReportState, stored: ReportState) -> Iterator[str]:
    """In words, what is stored otherwise than the events tell."""
    if len(rebuilt.versions) != len(stored.versions):
        yield f"has {len(stored.versions)} versions, {len(rebuilt.versions)} were signed"
    for told, kept in zip(rebuilt.versions, stored.versions, strict=False):
        for name in _differing(told, kept):
            yield f"version {kept.number}: {name} is not what was signed"
    for name in _differing(rebuilt, stored):
        yield f"{name} is not what was recorded"


def _differing(told: ReportState | VersionState, kept: ReportState | VersionState) -> list[str]:
    names = [field.name for field in fields(told) if field.name != "versions"]
    pairs = ((name, getattr(told, name), getattr(kept, name)) for name in names)
    return [name for name, is_told, is_kept in pairs if is_told not in (None, is_kept)]
