"""Addenda: what is added beneath a signed report, by a signed version of its own.

The text waits, as it was written, beside the report until its author signs it. The version before
stays as it is, its PDF too; the new one repeats all of it.
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import F, QuerySet
from django.http import Http404

from apps.audit import actions as audit
from apps.audit.chain import text_mac
from apps.ecg.models import Recording
from apps.ecg.stages import advance
from apps.reports.actions import NotSignable, Stale, locked
from apps.reports.freezing import (
    Signed,
    Version,
    addenda_in,
    freeze,
    frozen_in,
    interpreted_in,
    newest_version,
    settle,
)
from apps.reports.lifecycle import allows
from apps.reports.locking import lock_at_once
from apps.reports.models import KeptDraft, Report, ReportVersion, Signature
from apps.reports.proving import Proof
from apps.reports.queries import newest_of
from apps.reports.snapshot import digest
from apps.tenants.access import Active
from apps.tenants.models import User
from apps.tenants.queries import permit

LONGEST = 4_000

Kind, Meaning = ReportVersion.Kind, Signature.Meaning


class NotAddable(Exception):
    """Only a signed report gets an addendum, and only with words."""


@transaction.atomic
def write_addendum(report: Report, *, author: User, text: str, now: dt.datetime) -> KeptDraft:
    """Keep the text for its author to sign, once; the report is not changed. Raises NotAddable."""
    report = locked(report)
    text = text.strip()[:LONGEST]
    if not allows(report, "add") or not text:
        raise NotAddable
    newest = unsigned_addenda(report, author)[:1]
    if newest and newest[0].text == text:
        return newest[0]
    kept = KeptDraft.objects.create(
        organization_id=report.organization_id,
        report=report,
        purpose=KeptDraft.Purpose.ADDENDUM,
        author=author,
        text=text,
        revision=report.version_count,
        kept_at=now,
    )
    mac = text_mac(text)
    audit.record("reports.addendum.written", report, actor=author, text_mac=mac)
    return kept


def unsigned_addenda(report: Report, author: User) -> list[KeptDraft]:
    """Their author's, written beneath the version that stands; newest first."""
    rows = _of_author(author).filter(report=report, revision=report.version_count)
    return list(rows[:5])


def addenda_of(recording: Recording, author: User) -> QuerySet[KeptDraft]:
    """The same by recording, of its newest report."""
    rows = _of_author(author).filter(report=newest_of(recording))
    return rows.filter(revision=F("report__version_count"))[:5]


def get_addendum_to_sign(active: Active, author: User, public_id: uuid.UUID) -> KeptDraft:
    """The author's own. Raises Http404 for anybody else's as for none."""
    permit(active, "sign_report")
    related = ("report__recording__patient", "report__recording__site")
    rows = _of_author(author).select_related(*related, "report__recording__organization")
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def _of_author(author: User) -> QuerySet[KeptDraft]:
    return KeptDraft.objects.filter(purpose=KeptDraft.Purpose.ADDENDUM, author=author)


def viewed_addendum(kept: KeptDraft) -> str:
    """Names everything the author's signature would cover: the version beneath, and the text."""
    version = newest_version(kept.report)
    return digest([version.content_sha256, kept.text])


@transaction.atomic
def sign_addendum(
    kept: KeptDraft, *, author: User, proof: Proof, now: dt.datetime
) -> ReportVersion:
    """Freeze the report with the text beneath it, and hand it on.

    Raises Stale where another version came meanwhile, NotSignable, WrongPassword, AnswerRefused.
    """
    report = locked(kept.report)
    if not allows(report, "add") or kept.author_id != author.pk:
        raise NotSignable
    newest = newest_version(report)
    if kept.revision != newest.number or proof.viewed != digest([newest.content_sha256, kept.text]):
        raise Stale(report)
    method = proof.method(report, author, now)
    signed = Signed(author, now, method, Meaning.ADDENDUM)
    before = frozen_in(newest)
    added = signed.as_content() | {"text": kept.text, "version": newest.number + 1}
    what = Version(
        Kind.ADDENDUM,
        before["snapshot"],
        newest.interpretation,
        addendum=kept.text,
        interpreted=interpreted_in(before),
        addenda=(*addenda_in(before), added),
    )
    version = freeze(report, what, signed)
    settle(report, version, signed, "reports.report.addended")
    advance(report.recording, done="append", subject=f"version:{version.public_id}")
    lock_at_once(report, now)
    return version
