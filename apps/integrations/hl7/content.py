"""What a result message says, free of HL7: the caller gathers it, the builder only writes it."""

from __future__ import annotations

import base64
import datetime as dt
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal


@dataclass(frozen=True, slots=True)
class Party:
    """One end of the connection, as MSH names it."""

    application: str
    facility: str


@dataclass(frozen=True, slots=True)
class OruPatient:
    """An MRN is meaningless without its assigning authority; unknown parts are empty or None."""

    identifier: str
    assigning_authority: str
    family_name: str
    given_name: str = ""
    born_on: dt.date | None = None
    sex: Literal["", "M", "F", "O"] = ""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """The clinician who signed."""

    identifier: str
    family_name: str
    given_name: str = ""


@dataclass(frozen=True, slots=True)
class OruMeasurement:
    """A number under one of the platform's measurement names; the name fixes the unit."""

    name: str
    value: float | Decimal
    method: str = ""


@dataclass(frozen=True, slots=True)
class OruStatement:
    """One coded finding; the code is local to the sender and may be empty."""

    text: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class OruResult:
    """One version of one report, complete: an amended version repeats everything."""

    sender: Party
    receiver: Party
    control_id: str  # the same again on every resend
    sent_at: dt.datetime
    processing_id: Literal["P", "T"]
    patient: OruPatient
    filler_order_number: str
    status: str  # the report's; see result_status
    acquired_at: dt.datetime
    placer_order_number: str = ""
    placer_authority: str = ""
    filler_authority: str = ""
    accession_number: str = ""
    status_changed_at: dt.datetime | None = None
    interpreter: Interpreter | None = None
    measurements: tuple[OruMeasurement, ...] = ()
    statements: tuple[OruStatement, ...] = ()
    interpretation: tuple[str, ...] = ()
    addenda: tuple[str, ...] = ()  # lines that this version adds
    addenda_before: tuple[str, ...] = ()  # lines that a receiver has
    retraction: tuple[str, ...] = ()  # why all of it is of another patient
    pdf: bytes = b""


def control_id_for(delivery: uuid.UUID) -> str:
    """A stable MSH-10 of 20 characters, the longest that version 2.5.1 allows."""
    return base64.b32encode(delivery.bytes)[:20].decode("ascii")
