"""Opening a question of identity, deciding it, and carrying the decision out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from apps.audit import actions as audit
from apps.audit.alarms import raise_alarm, resolve_alarm
from apps.audit.chain import text_mac
from apps.core.insert import insert_unless_there
from apps.ecg.models import Patient, Recording
from apps.ecg.stages import changed
from apps.ingestion.copies import time_of
from apps.ingestion.identity import create_patient, find_or_create_patient, names_somebody
from apps.ingestion.models import IdentityCase, RecordingArrival
from apps.ingestion.orders.matching import lock_orders_of_both, rematch
from apps.ingestion.orders.numbering import take_number
from apps.ingestion.rules import current_rules
from apps.tenants.models import User

Kind, State, Decision = IdentityCase.Kind, IdentityCase.State, IdentityCase.Decision

OF_COPIES = (Decision.KEEP, Decision.MOVE, Decision.NEW_PATIENT)
OF_PAIRS = (Decision.SEPARATE, Decision.DUPLICATE)
# What may be decided of each kind.
CHOICES: dict[str, tuple[IdentityCase.Decision, ...]] = {
    Kind.IDENTITY_CONFLICT: OF_COPIES,
    Kind.CORRECTION: OF_COPIES,
    Kind.TIME_CONFLICT: (Decision.KEEP, Decision.RETIME),
    Kind.UID_COLLISION: OF_PAIRS,
    Kind.POSSIBLE_DUPLICATE: OF_PAIRS,
}
# Those by which an ECG becomes another patient's: a second person approves them where asked for.
OF_ANOTHER_PATIENT = {Decision.MOVE, Decision.NEW_PATIENT}
# Those that need a copy to be chosen, and change what a report prints.
OF_A_COPY = {Decision.MOVE, Decision.NEW_PATIENT, Decision.RETIME}
ALARMS = {
    Kind.IDENTITY_CONFLICT: "identity.conflict",
    Kind.UID_COLLISION: "identity.uid_collision",
}
FACTS = ("family_name", "given_name", "name_prefix", "sex")


class NotDecidable(Exception):
    """The case is not open, or the decision is none of its kind; the text is for the person."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person decided, of which copy, and why."""

    decision: str
    reason: str
    chosen: RecordingArrival | None = None


def subject_of(recording: Recording) -> str:
    return f"recording:{recording.pk}"


@transaction.atomic
def open_case(
    kind: str, recording: Recording, *, subject: str, other: Recording | None = None
) -> bool:
    """True where it is new: one open case for a question, however many files raise it."""
    case = IdentityCase(
        organization_id=recording.organization_id,
        kind=kind,
        subject=subject,
        recording=recording,
        other=other,
    )
    if not insert_unless_there(case):
        return False
    audit.record("ingestion.identity.opened", case, kind=kind, recording=str(recording.public_id))
    if kind in ALARMS:
        raise_alarm(ALARMS[Kind(kind)], str(case.public_id))
    return True


@transaction.atomic
def decide(
    case: IdentityCase, verdict: Verdict, *, by: User, now: dt.datetime, may_change: bool
) -> IdentityCase:
    """Keep the decision and carry it out, or let it wait for a second person or an amendment.

    `may_change` is False while a signed report prints what would change. Raises NotDecidable.
    """
    case = _locked(case, State.OPEN)
    _check(case, verdict)
    case.decision, case.chosen = verdict.decision, verdict.chosen
    case.reason = " ".join(verdict.reason.split())[:400]
    case.decided_by, case.decided_at, case.refusal = by, now, ""
    case.state = State.PROPOSED if _asks_for_another(case) else State.WAITING
    audit.record(
        "ingestion.identity.decided", case, actor=by, kind=case.kind, decision=case.decision
    )
    if case.state == State.WAITING and (may_change or case.decision not in OF_A_COPY):
        _carry_out(case, by, now)
    case.save()
    return case


def _asks_for_another(case: IdentityCase) -> bool:
    """Whether the organization has two persons decide it."""
    return case.decision in OF_ANOTHER_PATIENT and current_rules().approves_identity


@transaction.atomic
def approve(
    case: IdentityCase, *, viewed: str, by: User, now: dt.datetime, may_change: bool
) -> IdentityCase:
    """A second person agrees with the very decision they saw: `viewed` is its `decision_name`.

    Carried out, or it waits for the report. Raises NotDecidable.
    """
    case = _locked(case, State.PROPOSED)
    if case.decided_by_id == by.pk:
        raise NotDecidable("A second person approves: this is your own decision.")
    if viewed != decision_name(case):
        raise NotDecidable("It was decided anew meanwhile. Look at it again.")
    case.approved_by, case.approved_at, case.state = by, now, State.WAITING
    audit.record("ingestion.identity.approved", case, actor=by, decision=case.decision)
    if may_change:
        _carry_out(case, by, now)
    case.save()
    return case


def decision_name(case: IdentityCase) -> str:
    """Names a decision among all those of a case."""
    return case.decided_at.isoformat() if case.decided_at else ""


@transaction.atomic
def send_back(case: IdentityCase, reason: str, *, by: User) -> IdentityCase:
    """Not approved, or taken back by who decided: the question is open again.

    Raises NotDecidable.
    """
    case = _locked(case, State.PROPOSED)
    case.refusal = " ".join(reason.split())[:400]
    if not case.refusal:
        raise NotDecidable("Say why: whoever decides next reads it.")
    audit.record(
        "ingestion.identity.sent_back",
        case,
        actor=by,
        decision=case.decision,
        reason_mac=text_mac(case.refusal),
    )
    case.decision, case.chosen, case.reason = "", None, ""
    case.decided_by, case.decided_at, case.state = None, None, State.OPEN
    case.save()
    return case


@transaction.atomic
def carry_out(case: IdentityCase, *, by: User, now: dt.datetime, may_change: bool) -> IdentityCase:
    """A decision that waited, once the report is being amended. Raises NotDecidable."""
    case = _locked(case, State.WAITING)
    if not may_change:
        raise NotDecidable("The signed report must be amended first.")
    _carry_out(case, by, now)
    case.save()
    return case


def _locked(case: IdentityCase, state: str) -> IdentityCase:
    rows = IdentityCase.objects.select_for_update(no_key=True, of=("self",))
    found = rows.select_related("recording__organization", "other", "chosen").get(pk=case.pk)
    if found.state != state:
        raise NotDecidable("Somebody else has decided this meanwhile.")
    return found


def _check(case: IdentityCase, verdict: Verdict) -> None:
    if verdict.decision not in CHOICES[Kind(case.kind)]:
        raise NotDecidable("Choose one of the decisions.")
    if not verdict.reason.strip():
        raise NotDecidable("Say why: the reason stays with the case.")
    needs_copy = verdict.decision in OF_A_COPY
    if needs_copy and (verdict.chosen is None or verdict.chosen.recording_id != case.recording_id):
        raise NotDecidable("Choose the copy that is right.")
    if verdict.decision == Decision.RETIME and not time_of(verdict.chosen.identity):  # type: ignore[union-attr]
        raise NotDecidable("That copy does not say when it was made.")
    if verdict.decision == Decision.MOVE and not verdict.chosen.identity["identifier"]:  # type: ignore[union-attr]
        raise NotDecidable("That copy has no record number, so it names no patient.")
    if verdict.decision == Decision.NEW_PATIENT and not names_somebody(verdict.chosen.identity):  # type: ignore[union-attr]
        raise NotDecidable("That copy names nobody.")


def _carry_out(case: IdentityCase, by: User, now: dt.datetime) -> None:
    patients, chosen = {case.recording.patient_id}, case.chosen
    if case.decision == Decision.MOVE:
        _move(case, by)
    elif case.decision == Decision.NEW_PATIENT:
        _give_new_patient(case, by)
    elif case.decision == Decision.RETIME:
        _retime(case, by)
    elif case.decision == Decision.DUPLICATE:
        case.recording.duplicate_of = case.other
        case.recording.save(update_fields=["duplicate_of"])
        audit.record("ecg.recording.duplicated", case.recording, actor=by, entry=_name(case))
    case.state, case.closed_at = State.CLOSED, now
    changed(Recording.objects.filter(patient__in=patients | {case.recording.patient_id}))
    if case.decision in OF_A_COPY and chosen is not None:
        take_number(case.recording, chosen.accession_number)
        rematch(case.recording)
    if case.kind in ALARMS:
        resolve_alarm(ALARMS[Kind(case.kind)], str(case.public_id), by=by)
    audit.record("ingestion.identity.closed", case, actor=by, decision=case.decision)


def _move(case: IdentityCase, by: User) -> None:
    """The recording becomes the patient's that the chosen copy names, whose record it corrects."""
    assert case.chosen is not None
    recording, stated = case.recording, case.chosen.identity
    patient, _ = find_or_create_patient(stated, recording.organization)
    lock_orders_of_both(recording, patient, case.chosen.accession_number)
    _correct(patient, stated, by, case)
    if patient.pk != recording.patient_id:
        _give(recording, patient, case)
        audit.record("ecg.recording.moved", recording, actor=by, entry=_name(case))


def _give_new_patient(case: IdentityCase, by: User) -> None:
    """A record of its own, with the copy's number only where nobody else holds that."""
    assert case.chosen is not None
    recording = case.recording
    patient = create_patient(case.chosen.identity, recording.organization)
    lock_orders_of_both(recording, patient, case.chosen.accession_number)
    _give(recording, patient, case)
    audit.record("ecg.patient.created", recording.patient, actor=by, entry=_name(case))
    audit.record("ecg.recording.moved", recording, actor=by, entry=_name(case))


def _give(recording: Recording, patient: Patient, case: IdentityCase) -> None:
    """With the age its file states only where the file did not speak of somebody else."""
    recording.patient = patient
    if case.kind == Kind.IDENTITY_CONFLICT:
        recording.stated_age_years = None
    recording.save(update_fields=["patient", "stated_age_years"])


def _correct(patient: Patient, stated: dict[str, Any], by: User, case: IdentityCase) -> None:
    """Only what the copy states, and only where it differs."""
    changed = [name for name in FACTS if stated[name] and getattr(patient, name) != stated[name]]
    for name in changed:
        setattr(patient, name, stated[name])
    if stated["born_on"] and stated["born_on"] != str(patient.born_on or ""):
        patient.born_on = dt.date.fromisoformat(stated["born_on"])
        changed.append("born_on")
    if changed:
        patient.save(update_fields=changed)
        fields = ", ".join(sorted(changed))
        audit.record("ecg.patient.corrected", patient, actor=by, field=fields, entry=_name(case))


def _retime(case: IdentityCase, by: User) -> None:
    assert case.chosen is not None
    recording, stated = case.recording, case.chosen.identity
    lock_orders_of_both(recording, recording.patient, case.chosen.accession_number)
    recording.acquired_at = time_of(stated)
    recording.acquired_local = stated["acquired_local"]
    recording.acquired_zone = stated["acquired_zone"]
    recording.save(update_fields=["acquired_at", "acquired_local", "acquired_zone"])
    audit.record("ecg.recording.retimed", recording, actor=by, entry=_name(case))


def _name(case: IdentityCase) -> str:
    return str(case.public_id)
