"""Writing, signing and amending reports. Nothing signed is ever changed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from apps.audit import actions as audit
from apps.audit.chain import text_mac
from apps.ecg.stages import advance
from apps.ingestion.orders.links import complete
from apps.reports.criticals import raise_by_text
from apps.reports.freezing import (
    PDF,
    Signed,
    Version,
    addenda_in,
    freeze,
    frozen_in,
    newest_version,
    settle,
    to_print,
)
from apps.reports.lifecycle import allows
from apps.reports.locking import lock_at_once
from apps.reports.models import Report, ReportVersion
from apps.reports.pdf import count_pages, render
from apps.reports.pdf.content import Document, ReportContent
from apps.reports.proving import NoMeaning, Proof, WrongPassword, meaning_among, meanings_of
from apps.reports.search.index import renew
from apps.reports.snapshot import Snapshot, digest, take_snapshot
from apps.reports.state import state_of
from apps.reports.templates import BLANK
from apps.tenants import blobs
from apps.tenants.models import User
from apps.tenants.passkeys import PasskeyProof
from apps.tenants.sign_on.proof import SignOnProof

__all__ = ["NoMeaning", "WrongPassword"]

Status, Kind = Report.Status, ReportVersion.Kind


class NotEditable(Exception):
    """The report is signed: it is amended, not edited."""


class NotSignable(Exception):
    """Nothing can be signed: the report is signed already, says nothing, or has a blank left."""


class NotAmendable(Exception):
    """Only a signed report is amended, with a reason; a locked one once it is unlocked."""


class Stale(Exception):
    """Somebody changed the report since it was shown; `report` is how it stands."""

    def __init__(self, report: Report) -> None:
        super().__init__("stale")
        self.report = report


_DRAFT = ["draft_text", "draft_revision", "draft_saved_at", "draft_saved_by"]
_SUBMITTED = ["submitted_at", "submitted_by"]
_RELATED = [f"recording__{name}" for name in ("patient", "organization", "device", "site")]


def locked(report: Report) -> Report:
    """The report as it stands, its row held until the transaction ends."""
    return (
        Report.objects.select_for_update(of=("self",), no_key=True)
        .select_related(*_RELATED)
        .get(pk=report.pk)
    )


@transaction.atomic
def save_draft(
    report: Report, *, text: str, revision: int, editor: User, now: dt.datetime
) -> Report:
    """Keep the text. Raises Stale for any but the stored revision, NotEditable once signed."""
    report = locked(report)
    if not allows(report, "edit"):
        raise NotEditable
    if report.draft_revision != revision:
        raise Stale(report)
    if report.draft_text == text:
        return report
    report.draft_text = text
    report.draft_revision += 1
    report.draft_saved_at, report.draft_saved_by = now, editor
    report.submitted_at = report.submitted_by = None
    report.save(update_fields=[*_DRAFT, *_SUBMITTED])
    audit.record("reports.report.edited", report, actor=editor, **state_of(report))
    return report


@transaction.atomic
def submit_draft(report: Report, *, revision: int, trainee: User, now: dt.datetime) -> Report:
    """Hand the draft over for a reader to sign; any later change of the text takes it back.

    Raises Stale for any but the stored revision, NotEditable once signed, NotSignable if empty.
    """
    report = locked(report)
    if not allows(report, "submit"):
        raise NotEditable
    if report.draft_revision != revision:
        raise Stale(report)
    if lacking(report.draft_text):
        raise NotSignable
    report.submitted_at, report.submitted_by = now, trainee
    report.save(update_fields=_SUBMITTED)
    audit.record("reports.report.submitted", report, actor=trainee, revision=revision)
    return report


def lacking(text: str) -> str:
    """What a text needs before it is signed, in words; empty where it needs nothing."""
    if not text.strip():
        return "There is nothing to sign yet. Go back and write the interpretation."
    if BLANK in text:
        return f"A blank of a template, {BLANK}, is not filled yet. Go back and fill it."
    return ""


def viewed_digest(report: Report) -> str:
    """Names everything a signature would cover now; a result that arrives later changes it."""
    return digest(take_snapshot(report, report.draft_text))


@transaction.atomic
def sign_report(
    report: Report,
    *,
    reader: User,
    revision: int,
    viewed: str,
    password: str = "",
    proof: SignOnProof | PasskeyProof | None = None,
    meaning: str = "",
    now: dt.datetime,
) -> ReportVersion:
    """Freeze, print, sign and hand on exactly what was shown: text, numbers, results, identity.

    `revision` is the text's, `viewed` is what `viewed_digest` said of all of it. The reader proves
    to be there by a password, or by `proof` of a passkey or their identity provider. Raises
    WrongPassword, AnswerRefused, NoMeaning, Stale, NotSignable; a second click finds the report
    signed.
    """
    report = locked(report)
    if not allows(report, "sign") or lacking(report.draft_text):
        raise NotSignable
    snapshot = take_snapshot(report, report.draft_text)
    if report.draft_revision != revision or digest(snapshot) != viewed:
        raise Stale(report)
    means = meaning_among(meaning, meanings_of(report))
    method = Proof(viewed, revision, password, proof).method(report, reader, now)
    signed = Signed(reader, now, method, means)
    version = freeze(report, _reading(report, snapshot), signed)
    amended = version.number > 1
    settle(report, version, signed, f"reports.report.{'amended' if amended else 'signed'}")
    raise_by_text(report, report.draft_text, reader, now)
    renew([report.recording])
    complete(report.recording, by=reader, now=now)
    advance(report.recording, done="sign", subject=f"version:{version.public_id}")
    lock_at_once(report, now)
    return version


def _reading(report: Report, snapshot: Snapshot) -> Version:
    """What is read anew; addenda of before stay beneath it."""
    kept = addenda_in(frozen_in(newest_version(report))) if report.version_count else ()
    reason = report.amendment_reason
    return Version(Kind.READING, snapshot, report.draft_text, reason=reason, addenda=kept)


@transaction.atomic
def begin_amendment(report: Report, *, reader: User, reason: str, now: dt.datetime) -> Report:
    """Open the text of the newest version again; that version stays as it was signed."""
    report = locked(report)
    reason = " ".join(reason.split())
    if not allows(report, "amend") or not reason:
        raise NotAmendable
    newest = newest_version(report)
    report.status = Status.AMENDING
    report.amendment_reason = reason[:400]
    report.draft_text = newest.interpretation
    report.draft_revision += 1
    report.draft_saved_at, report.draft_saved_by = now, reader
    report.save()
    mac = text_mac(report.amendment_reason)
    audit.record(
        "reports.report.amending", report, actor=reader, reason_mac=mac, **state_of(report)
    )
    return report


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be signed now: its digest, all it says, and how many pages that prints."""

    viewed: str
    snapshot: Snapshot
    pages: int


def preview_of(report: Report) -> Preview:
    snapshot = take_snapshot(report, report.draft_text)
    return Preview(digest(snapshot), snapshot, count_pages(_draft(report, snapshot)))


def preview_pdf(report: Report) -> bytes:
    """The draft as it would be printed, marked unconfirmed; nothing is stored."""
    snapshot = take_snapshot(report, report.draft_text)
    return render(_draft(report, snapshot))


def _draft(report: Report, snapshot: Snapshot) -> ReportContent:
    return to_print(report, _reading(report, snapshot), report.version_count + 1, None)


def signed_pdf(version: ReportVersion, document: Document = Document.REPORT) -> bytes:
    """The stored bytes, proven. Raises Corrupt, Unsealable, FileNotFoundError.

    A version from before there were forms has none: FileNotFoundError.
    """
    names = {Document.REPORT: version.pdf_sha256, Document.FORM: version.form_sha256}
    if not names[document]:
        raise FileNotFoundError
    return blobs.get(version.organization_id, PDF, names[document])
