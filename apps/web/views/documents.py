from __future__ import annotations

import uuid

from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_safe

from apps.audit import actions as audit
from apps.core.scope import organization_scope
from apps.ecg.formats.canonical import Refused
from apps.ingestion.documents import (
    document_bytes,
    document_pdf,
    is_sent_as_document,
    original_of,
)
from apps.ingestion.file_queries import get_original_to_download
from apps.ingestion.models import Ingress, OrderMessage
from apps.ingestion.orders.queries import get_order_message_to_download
from apps.ingestion.orders.take import message_bytes
from apps.ingestion.queries import get_document_to_view
from apps.reports import queries
from apps.reports.actions import preview_pdf, signed_pdf
from apps.reports.models import Report, ReportVersion
from apps.reports.pdf.content import Document
from apps.reports.pdf.raster import NoSuchPageError, page_png
from apps.reports.reading_first import hidden_from
from apps.tenants.models import User
from apps.web import downloads
from apps.web.downloads import File, Kind
from apps.web.guard import OrganizationRequest, in_organization

# Nothing in it is for a browser to open.
ANY = "application/octet-stream"


@require_safe
@in_organization
def preview(request: OrganizationRequest, report_id: uuid.UUID) -> HttpResponseBase:
    """What would be signed now; a reader says first what they see, where that is the policy."""
    found = queries.get_report_to_view(request.active, report_id)
    if hidden_from(request.active, found, request.user):
        return redirect("recording", found.recording.public_id)
    return downloads.answer(request, "preview", KINDS["preview"], report_id)


@require_safe
@in_organization
def page(request: OrganizationRequest, report_id: uuid.UUID) -> HttpResponseBase:
    """A page of the preview as a picture, the first unless another is asked for by its number."""
    found = queries.get_report_to_sign(request.active, report_id)
    if hidden_from(request.active, found, request.user):
        raise Http404
    asked = request.GET.get("number", "1")
    number = int(asked) if asked.isdecimal() and len(asked) < 4 else 0
    try:
        body = page_png(preview_pdf(found), number)
    except NoSuchPageError:
        raise Http404 from None
    audit.record(
        "reports.report.previewed",
        found,
        actor=request.user,
        revision=found.draft_revision,
        page=number,
    )
    return HttpResponse(body, content_type="image/png", headers={"Cache-Control": "no-store"})


@require_safe
@in_organization
def form(request: OrganizationRequest, version_id: uuid.UUID) -> HttpResponseBase:
    """The one-page form of a signed version, byte for byte as it was signed."""
    return downloads.answer(request, "form", KINDS["form"], version_id)


@require_safe
@in_organization
def report(request: OrganizationRequest, version_id: uuid.UUID) -> HttpResponseBase:
    """A signed version, byte for byte as it was signed."""
    return downloads.answer(request, "report", KINDS["report"], version_id)


@require_safe
@in_organization
def document(request: OrganizationRequest, arrival_id: uuid.UUID) -> HttpResponseBase:
    """The PDF in a file that is no ECG, or what was sent as a document."""
    return downloads.answer(request, "document", KINDS["document"], arrival_id)


@require_safe
@in_organization
def original(request: OrganizationRequest, arrival_id: uuid.UUID) -> HttpResponseBase:
    """A file as it arrived, once it was scanned or let through."""
    return downloads.answer(request, "original", KINDS["original"], arrival_id)


@require_safe
@in_organization
def order_message(request: OrganizationRequest, message_id: uuid.UUID) -> HttpResponseBase:
    """A refused message about an order, byte for byte as it came."""
    return downloads.answer(request, "order-message", KINDS["order-message"], message_id)


@require_GET
@transaction.non_atomic_requests
def download(request: HttpRequest) -> HttpResponseBase:
    """A file for the one who asked for it on a page; nothing on the pages' own address."""
    if not downloads.on_download_origin(request):
        raise Http404
    claim = downloads.take(request.GET.get("link", ""))
    if claim is None:
        raise BadRequest
    kind = KINDS[claim.kind]
    with organization_scope(claim.active.organization_id), transaction.atomic():
        return downloads.attachment(kind.make(kind.find(claim.active, claim.thing), claim.user))


def _preview(found: Report, reader: User) -> File:
    body = preview_pdf(found)
    audit.record("reports.report.previewed", found, actor=reader, revision=found.draft_revision)
    return File(body, f"ecg-preview-{short(found.public_id)}.pdf")


def _report(found: ReportVersion, reader: User) -> File:
    body = signed_pdf(found)
    audit.record("reports.report.downloaded", found.report, actor=reader, version=found.number)
    return File(body, f"ecg-report-{short(found.report.public_id)}-v{found.number}.pdf")


def _form(found: ReportVersion, reader: User) -> File:
    try:
        body = signed_pdf(found, Document.FORM)
    except FileNotFoundError:
        raise Http404 from None
    audit.record(
        "reports.report.downloaded",
        found.report,
        actor=reader,
        version=found.number,
        kind=Document.FORM.value,
    )
    return File(body, f"ecg-form-{short(found.report.public_id)}-v{found.number}.pdf")


def _document(found: Ingress, reader: User) -> File:
    if is_sent_as_document(found):
        pieces, suffix = document_bytes(found)
        audit.record("ingestion.document.downloaded", found, actor=reader)
        return File(pieces, f"document-{short(found.public_id)}.{suffix}", ANY)
    try:
        body = document_pdf(found)
    except Refused:
        raise Http404 from None
    audit.record("ingestion.document.downloaded", found, actor=reader)
    return File(body, f"document-{short(found.public_id)}.pdf")


def _original(found: Ingress, reader: User) -> File:
    try:
        body = original_of(found)
    except FileNotFoundError:
        raise Http404 from None
    audit.record("ingestion.original.downloaded", found, actor=reader, sha256=found.sha256)
    return File(body, f"original-{short(found.public_id)}.bin", ANY)


def _order_message(found: OrderMessage, reader: User) -> File:
    body = message_bytes(found)
    audit.record("ingestion.order.downloaded", found, actor=reader)
    return File(body, f"order-message-{short(found.public_id)}.bin", ANY)


def short(name: uuid.UUID) -> str:
    return str(name)[:8]


KINDS = {
    "preview": Kind(queries.get_report_to_view, _preview),
    "original": Kind(get_original_to_download, _original),
    "document": Kind(get_document_to_view, _document),
    "order-message": Kind(get_order_message_to_download, _order_message),
    "report": Kind(queries.get_version_to_read, _report),
    "form": Kind(queries.get_version_to_read, _form),
}
