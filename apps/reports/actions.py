"""Writing, signing and amending reports. Nothing signed is ever changed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from apps.audit import actions as audit
from apps.audit.chain import text_mac
from apps.ecg import waveforms
from apps.ecg.stages import advance
from apps.reports.criticals import raise_by_text
from apps.reports.models import Report, ReportVersion, Signature
from apps.reports.pdf import count_pages, render, render_all
from apps.reports.pdf.content import Document, ReportContent
from apps.reports.printed import Signing, content_of
from apps.reports.search.index import renew
from apps.reports.snapshot import Snapshot, canonical_json, digest, take_snapshot
from apps.reports.state import state_of
from apps.tenants import blobs
from apps.tenants.models import User
from apps.tenants.sign_on.proof import SignOnProof

PDF = "pdf"

Status = Report.Status


class NotEditable(Exception):
    """The report is signed: it is amended, not edited."""


class NotSignable(Exception):
    """There is nothing to sign: the report is signed already, or says nothing."""


class NotAmendable(Exception):
    """Only a signed report is amended, and only with a reason."""


class WrongPassword(Exception):
    """The signer did not prove who they are."""


class Stale(Exception):
    """Somebody changed the report since it was shown; `report` is how it stands."""

    def __init__(self, report: Report) -> None:
        super().__init__("stale")
        self.report = report


_DRAFT = ["draft_text", "draft_revision", "draft_saved_at", "draft_saved_by"]
_SUBMITTED = ["submitted_at", "submitted_by"]
_RELATED = [f"recording__{name}" for name in ("patient", "organization", "device", "site")]


def _locked(report: Report) -> Report:
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
    report = _locked(report)
    if report.status not in Report.OPEN:
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
    report = _locked(report)
    if report.status not in Report.OPEN:
        raise NotEditable
    if report.draft_revision != revision:
        raise Stale(report)
    if not report.draft_text.strip():
        raise NotSignable
    report.submitted_at, report.submitted_by = now, trainee
    report.save(update_fields=_SUBMITTED)
    audit.record("reports.report.submitted", report, actor=trainee, revision=revision)
    return report


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
    proof: SignOnProof | None = None,
    now: dt.datetime,
) -> ReportVersion:
    """Freeze, print, sign and hand on exactly what was shown: text, numbers, results, identity.

    `revision` is the text's, `viewed` is what `viewed_digest` said of all of it. The reader proves
    to be there by a password, or by `proof` of their identity provider. Raises WrongPassword,
    AnswerRefused, Stale, NotSignable; a second click finds the report signed.
    """
    report = _locked(report)
    if report.status not in Report.OPEN or not report.draft_text.strip():
        raise NotSignable
    snapshot = take_snapshot(report, report.draft_text)
    if report.draft_revision != revision or digest(snapshot) != viewed:
        raise Stale(report)
    if proof is not None:
        name = str(report.public_id)
        proof.use(reader, report=name, revision=revision, viewed=viewed, now=now)
    elif not reader.check_password(password):
        raise WrongPassword
    method = Signature.Method(proof.method) if proof else Signature.Method.PASSWORD
    version = _freeze(report, snapshot, reader, method, now)
    reason = report.amendment_reason
    amended = version.number > 1
    report.status = Status.AMENDED if amended else Status.SIGNED
    report.version_count = version.number
    report.amendment_reason = ""
    report.submitted_at = report.submitted_by = None
    report.save(update_fields=["status", "version_count", "amendment_reason", *_SUBMITTED])
    audit.record(
        "reports.report.amended" if amended else "reports.report.signed",
        report,
        actor=reader,
        version_id=str(version.public_id),
        sha256=version.content_sha256,
        pdf_sha256=version.pdf_sha256,
        reason_mac=text_mac(reason),
        method=method.value,
        signed_at=now.astimezone(dt.UTC).isoformat(),
        **state_of(report),
    )
    raise_by_text(report, report.draft_text, reader, now)
    renew([report.recording])
    advance(report.recording, done="sign", subject=f"version:{version.public_id}")
    return version


def _freeze(
    report: Report, snapshot: Snapshot, reader: User, method: str, now: dt.datetime
) -> ReportVersion:
    number = report.version_count + 1
    meaning = Signature.Meaning.APPROVAL if number == 1 else Signature.Meaning.AMENDMENT
    signing = Signing(reader.full_name, now, meaning.label, report.amendment_reason)
    printed = render_all(_content(report, snapshot, number, signing))
    stored = {
        document: blobs.put(report.organization_id, PDF, [pdf]).sha256
        for document, pdf in printed.items()
    }
    signed = {
        "printed_name": reader.full_name,
        "signer": str(reader.public_id),
        "signed_at": now.isoformat(),
        "meaning": meaning.label,
    }
    content = {
        "snapshot": snapshot,
        "version": number,
        "amendment_reason": report.amendment_reason,
        "signed": signed,
        "pdf_sha256": stored[Document.REPORT],
        "form_sha256": stored[Document.FORM],
    }
    version = ReportVersion.objects.create(
        organization_id=report.organization_id,
        report=report,
        number=number,
        content=canonical_json(content),
        content_sha256=digest(content),
        interpretation=report.draft_text,
        amendment_reason=report.amendment_reason,
        pdf_sha256=stored[Document.REPORT],
        form_sha256=stored[Document.FORM],
        created_at=now,
    )
    Signature.objects.create(
        organization_id=report.organization_id,
        version=version,
        signer=reader,
        printed_name=reader.full_name,
        meaning=meaning,
        method=method,
        content_sha256=version.content_sha256,
        signed_at=now,
    )
    return version


def _content(
    report: Report, snapshot: Snapshot, number: int, signing: Signing | None = None
) -> ReportContent:
    recording = report.recording
    rhythm, median = waveforms.load_both(recording)
    return content_of(
        snapshot,
        rhythm,
        median,
        version=number,
        region=recording.organization.region,
        signing=signing,
    )


@transaction.atomic
def begin_amendment(report: Report, *, reader: User, reason: str, now: dt.datetime) -> Report:
    """Open the text of the newest version again; that version stays as it was signed."""
    report = _locked(report)
    reason = " ".join(reason.split())
    if report.status in Report.OPEN or not report.version_count or not reason:
        raise NotAmendable
    newest = ReportVersion.objects.get(report=report, number=report.version_count)
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
    pages = count_pages(_content(report, snapshot, report.version_count + 1))
    return Preview(digest(snapshot), snapshot, pages)


def preview_pdf(report: Report) -> bytes:
    """The draft as it would be printed, marked unconfirmed; nothing is stored."""
    snapshot = take_snapshot(report, report.draft_text)
    return render(_content(report, snapshot, report.version_count + 1))


def signed_pdf(version: ReportVersion, document: Document = Document.REPORT) -> bytes:
    """The stored bytes, proven. Raises Corrupt, Unsealable, FileNotFoundError.

    A version from before there were forms has none: FileNotFoundError.
    """
    names = {Document.REPORT: version.pdf_sha256, Document.FORM: version.form_sha256}
    if not names[document]:
        raise FileNotFoundError
    return blobs.get(version.organization_id, PDF, names[document])
