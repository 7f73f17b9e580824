"""What a signed version says, in the terms of the result message."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from apps.ingestion.models import OrderLink
from apps.ingestion.orders.links import numbers_of
from apps.integrations.hl7.content import (
    Interpreter,
    OruMeasurement,
    OruPatient,
    OruResult,
    Party,
)
from apps.integrations.hl7.oru import build_oru
from apps.integrations.models import Delivery
from apps.integrations.result_status import event_of
from apps.reports.actions import signed_pdf
from apps.reports.freezing import addenda_in, interpreted_in
from apps.reports.models import ReportVersion
from apps.reports.pdf.content import Document
from apps.reports.reading_first import ehr_document

SENDING_APPLICATION = "EINTHOVEN"
WRONG_PATIENT = "ENTERED IN ERROR: this result is of another patient, do not use it"

Kind = ReportVersion.Kind
# What an order that comes after signing adds to a result.
PLACERS = ("placer_number", "placer_authority", "accession_number")


def build_message(delivery: Delivery, link: OrderLink | None = None) -> bytes:
    """The ORU^R01 of a delivery, from the frozen content alone: the same bytes every time.

    The PDF in it is the one of both that the organization sends now. With the `link` to an order
    that came after signing, a correction that differs by the order's numbers only.
    """
    version, destination = delivery.report_version, delivery.destination
    content = json.loads(version.content)
    snapshot = content["snapshot"]
    patient = snapshot["patient"]
    acquired = snapshot["acquisition"]["acquired_at"]
    signed_at = dt.datetime.fromisoformat(content["signed"]["signed_at"])
    by = interpreted_in(content)
    is_new = version.kind == Kind.ADDENDUM and link is None
    before, added = _addenda(addenda_in(content), is_new=is_new)
    said_at = link.made_at if link else signed_at
    result = OruResult(
        sender=Party(SENDING_APPLICATION, version.report.organization.slug),
        receiver=Party(destination.receiving_application, destination.receiving_facility),
        control_id=delivery.control_id,
        sent_at=said_at,
        processing_id=destination.processing_id,
        patient=OruPatient(
            identifier=patient["mrn"],
            assigning_authority=patient["assigning_authority"],
            family_name=patient["family_name"],
            given_name=patient["given_name"],
            born_on=dt.date.fromisoformat(patient["born_on"]) if patient["born_on"] else None,
            sex=patient["sex"],
        ),
        **_order_numbers(snapshot, link),
        status="amended" if link else event_of(version),
        status_changed_at=said_at,
        acquired_at=dt.datetime.fromisoformat(acquired) if acquired else signed_at,
        interpreter=Interpreter(by["signer"], by["printed_name"]),
        measurements=standing_numbers(snapshot["measurements"]),
        statements=(),
        interpretation=tuple(snapshot["interpretation"].splitlines()),
        addenda=added,
        addenda_before=before,
        retraction=_retraction(content),
        pdf=_pdf(version) if destination.includes_pdf else b"",
    )
    return build_oru(result)


def _order_numbers(snapshot: dict[str, Any], link: OrderLink | None) -> dict[str, str]:
    """Of the order it answered when it was signed; an unsolicited one has the platform's own.

    Of an order that came later, the placer's are added: the filler's stay, by which a receiver
    knows the result it has.
    """
    order = snapshot["acquisition"].get("order", {})
    if link is not None:
        late = numbers_of(link.order)
        order = {**order, **{name: late[name] for name in PLACERS}}
    return {
        "placer_order_number": order.get("placer_number", ""),
        "placer_authority": order.get("placer_authority", ""),
        "filler_order_number": order.get("filler_number") or snapshot["recording"],
        "filler_authority": order.get("filler_authority", ""),
        "accession_number": order.get("accession_number")
        or snapshot["acquisition"]["accession_number"],
    }


def _pdf(version: ReportVersion) -> bytes:
    """The report, or its form; a version from before there were forms has only the report."""
    wanted = Document(ehr_document()) if version.form_sha256 else Document.REPORT
    return signed_pdf(version, wanted)


def _addenda(
    rows: tuple[dict[str, Any], ...], *, is_new: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Lines that a receiver has, and those that this version adds."""
    texts = [tuple(_addendum(row)) for row in rows]
    older = texts[:-1] if is_new else texts
    newest = texts[-1] if is_new else ()
    return tuple(line for text in older for line in text), newest


def _addendum(row: dict[str, Any]) -> Iterator[str]:
    """Who added it and when, then its lines (21 CFR 11.50)."""
    yield f"Addendum, {row['signed_at']}, {row['printed_name']} ({row['meaning']}):"
    yield from row["text"].splitlines()


def _retraction(content: dict[str, Any]) -> tuple[str, ...]:
    """The person's own words of why stay in the record and the PDF."""
    return (WRONG_PATIENT,) if content.get("retracted") else ()


def standing_numbers(rows: list[dict[str, Any]]) -> tuple[OruMeasurement, ...]:
    """The platform's numbers, a reader's in place of those a reader changed and beside them.

    The device's and those that were replaced stay in the PDF beside them.
    """
    readers = {row["name"]: row for row in rows if row["source"] == "human"}
    platforms = {row["name"]: row for row in rows if row["source"] == "platform"}
    # A reader also states what the platform could not measure.
    standing = (platforms | readers).values()
    return tuple(
        OruMeasurement(row["name"], Decimal(row["value"]), row["method"]) for row in standing
    )
