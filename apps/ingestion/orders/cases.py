"""Deciding which order an ECG answers, and carrying it out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from apps.audit import actions as audit
from apps.ingestion.cases import Kind as IdentityKind
from apps.ingestion.cases import open_case, subject_of
from apps.ingestion.models import Order, OrderCase, OrderLink
from apps.ingestion.orders.links import current_link, link, unlink
from apps.tenants.models import User

Decision = OrderCase.Decision
LONGEST_REASON = 400


class NotDecidable(Exception):
    """The question is not open, or the decision is none of it; the text is for the person."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person decided, of which order, and why."""

    decision: str
    reason: str
    order: Order | None = None


@transaction.atomic
def decide(
    case: OrderCase, verdict: Verdict, *, by: User, now: dt.datetime, may_move: bool
) -> OrderCase:
    """Keep the decision and carry it out.

    `may_move` is False once a report is signed: its ECG then leaves an order, or answers one of
    another patient, only by a retraction. Raises NotDecidable.
    """
    rows = OrderCase.objects.select_for_update(no_key=True, of=("self",))
    case = rows.select_related("recording").get(pk=case.pk)
    reason = " ".join(verdict.reason.split())[:LONGEST_REASON]
    held = current_link(case.recording)
    _check(case, verdict, reason)
    if not may_move and (held is not None or _is_elsewhere(case, verdict)):
        raise NotDecidable(
            "The report is signed. Retract it first: then its ECG can be given another order."
        )
    case.decision, case.reason = verdict.decision, reason
    case.decided_by, case.closed_at = by, now
    case.order = verdict.order or case.order
    case.save()
    audit.record("ingestion.order.decided", case, actor=by, decision=case.decision)
    _carry_out(case, held, by)
    return case


def _check(case: OrderCase, verdict: Verdict, reason: str) -> None:
    if case.closed_at is not None:
        raise NotDecidable("Somebody else has decided this meanwhile.")
    if verdict.decision not in Decision.values:
        raise NotDecidable("Choose one of the decisions.")
    if not reason:
        raise NotDecidable("Say why: the reason stays with the ECG.")
    if verdict.decision != Decision.LINK:
        return
    if verdict.order is None:
        raise NotDecidable("Choose the order that the ECG answers.")
    if verdict.order.status in Order.CALLED_OFF:
        raise NotDecidable("That order was called off.")


def _is_elsewhere(case: OrderCase, verdict: Verdict) -> bool:
    if verdict.decision != Decision.LINK or verdict.order is None:
        return False
    numbers = case.recording.patient.identifiers.values_list("value", "assigning_authority")
    return (verdict.order.patient_number, verdict.order.patient_authority) not in set(numbers)


def _carry_out(case: OrderCase, held: OrderLink | None, by: User) -> None:
    recording, stays = case.recording, False
    if held is not None:
        stays = case.decision == Decision.LINK and held.order_id == case.order_id
        if not stays:
            unlink(held, by=by, reason=case.reason)
    if case.decision == Decision.LINK and case.order_id and not stays:
        order = Order.objects.select_for_update(no_key=True).get(pk=case.order_id)
        link(order, recording, OrderLink.How.PERSON, by=by, reason=case.reason)
    if case.decision == Decision.WRONG_PATIENT:
        open_case(IdentityKind.IDENTITY_CONFLICT, recording, subject=subject_of(recording))
