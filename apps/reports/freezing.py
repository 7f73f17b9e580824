"""Freezing a version: what was said, printed, hashed and signed, in rows that never change."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from apps.audit import actions as audit
from apps.audit.chain import text_mac
from apps.ecg import waveforms
from apps.reports.frozen_history import event_of, history_of
from apps.reports.lifecycle import status_after
from apps.reports.models import Report, ReportVersion, Signature
from apps.reports.pdf import render_all
from apps.reports.pdf.content import Document, ReportContent
from apps.reports.printed import Added, Signing, Taken, content_of
from apps.reports.snapshot import Snapshot, canonical_json, digest, zone_of
from apps.reports.state import state_of
from apps.tenants import blobs
from apps.tenants.models import User

PDF = "pdf"

Kind = ReportVersion.Kind


@dataclass(frozen=True, slots=True)
class Signed:
    """Who signs, when, how they proved it and what the signature means."""

    by: User
    at: dt.datetime
    method: str
    meaning: Signature.Meaning

    def as_content(self) -> dict[str, Any]:
        return {
            "printed_name": self.by.full_name,
            "signer": str(self.by.public_id),
            "signed_at": self.at.isoformat(),
            "meaning": self.meaning.label,
        }


@dataclass(frozen=True, slots=True)
class Version:
    """What a new version says. `interpreted` is who signed the interpretation, where another did.

    `addenda` are all so far, oldest first; `retracted` names why and who asked.
    """

    kind: str
    snapshot: Snapshot
    interpretation: str
    reason: str = ""
    addendum: str = ""
    interpreted: dict[str, Any] | None = None
    addenda: tuple[dict[str, Any], ...] = ()
    retracted: dict[str, Any] | None = None


def newest_version(report: Report) -> ReportVersion:
    return ReportVersion.objects.get(report=report, number=report.version_count)


def frozen_in(version: ReportVersion) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(version.content)
    return found


def interpreted_in(content: dict[str, Any]) -> dict[str, Any]:
    """Who signed the interpretation that a version repeats."""
    found: dict[str, Any] = content.get("interpreted") or content["signed"]
    return found


def addenda_in(content: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    return tuple(content.get("addenda", ()))


def freeze(report: Report, what: Version, signed: Signed) -> ReportVersion:
    """Print, store, hash and sign the next version. Call with the report's row locked."""
    number = report.version_count + 1
    printed = render_all(to_print(report, what, number, signed))
    kept = blobs.put_each(report.organization_id, PDF, printed.values())
    stored = {document: one.sha256 for document, one in zip(printed, kept, strict=True)}
    content: dict[str, Any] = {
        "snapshot": what.snapshot,
        "kind": what.kind,
        "version": number,
        "amendment_reason": what.reason,
        "signed": signed.as_content(),
        "pdf_sha256": stored[Document.REPORT],
        "form_sha256": stored[Document.FORM],
        "addenda": list(what.addenda),
    }
    if what.kind != Kind.READING:
        content |= {"interpreted": what.interpreted, "retracted": what.retracted}
    version = ReportVersion.objects.create(
        organization_id=report.organization_id,
        report=report,
        number=number,
        kind=what.kind,
        content=canonical_json(content),
        content_sha256=digest(content),
        interpretation=what.interpretation,
        addendum=what.addendum,
        amendment_reason=what.reason,
        pdf_sha256=stored[Document.REPORT],
        form_sha256=stored[Document.FORM],
        created_at=signed.at,
    )
    Signature.objects.create(
        organization_id=report.organization_id,
        version=version,
        signer=signed.by,
        printed_name=signed.by.full_name,
        meaning=signed.meaning,
        method=signed.method,
        content_sha256=version.content_sha256,
        signed_at=signed.at,
    )
    return version


def settle(report: Report, version: ReportVersion, signed: Signed, code: str) -> None:
    """The report stands where its new version puts it, and the trail says so."""
    stays = report.status == Report.Status.LOCKED and version.kind == Kind.ADDENDUM
    if not stays:
        report.status = status_after(version.kind, version.number)
    report.version_count = version.number
    report.settled_at, report.unlocked_at = signed.at, None
    report.amendment_reason = report.unlock_reason = ""
    report.submitted_at = report.submitted_by = None
    report.save()
    audit.record(
        code,
        report,
        actor=signed.by,
        kind=version.kind,
        version_id=str(version.public_id),
        sha256=version.content_sha256,
        pdf_sha256=version.pdf_sha256,
        reason_mac=text_mac(version.amendment_reason),
        method=str(signed.method),
        signed_at=signed.at.astimezone(dt.UTC).isoformat(),
        **state_of(report),
    )


def to_print(report: Report, what: Version, number: int, signed: Signed | None) -> ReportContent:
    """A version as it is printed, or the draft as it would be where nobody signed it."""
    recording = report.recording
    rhythm, median = waveforms.load_both(recording)
    zone = zone_of(recording)
    signing, history = None, history_of(report)
    if signed is not None:
        by = what.interpreted or signed.as_content()
        at = dt.datetime.fromisoformat(by["signed_at"])
        signing = Signing(by["printed_name"], at, by["meaning"])
        history.append(_event(what, number, signed))
    return content_of(
        what.snapshot,
        rhythm,
        median,
        version=number,
        kind=what.kind,
        region=recording.organization.region,
        signing=signing,
        history=history,
        addenda=tuple(Added.of(row, zone) for row in what.addenda),
        taken=Taken.of(what.retracted, zone) if what.retracted else None,
    )


def _event(what: Version, number: int, signed: Signed) -> dict[str, Any]:
    return {
        "kind": event_of(what.kind, number),
        "version": number,
        "at": signed.at.isoformat(),
        "by": signed.by.full_name,
        "reason": what.reason,
    }
