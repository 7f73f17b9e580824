"""What the simulated EHR demands of a result message, and how it answers."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

import hl7

HEADER = "MSH|^~\\&|"  # the only delimiters this EHR reads
MAX_SEGMENTS = 2000
RESULT_STATUSES = frozenset("ACFIOPRSXYZ")  # HL7 table 0123
PROCESSING_IDS = frozenset("DPT")  # HL7 table 0103

# Embedded documents are kept in the stored bytes but never parsed as HL7.
_DOCUMENT = re.compile(r"(\^Base64\^)[A-Za-z0-9+/=]+")
_LINE_END = re.compile(r"\r\n|\n")


class RefusedError(Exception):
    """Why a message is not taken: AE or AR, HL7 table 0357 code, place, words."""

    def __init__(self, ack: str, code: str, location: str, text: str) -> None:
        super().__init__(text)
        self.ack, self.code, self.location, self.text = ack, code, location, text


@dataclass(frozen=True, slots=True)
class Result:
    """The fields an EHR files a result under."""

    sender: str
    facility: str
    control_id: str
    patient_id: str
    order: str
    status: str


def read(payload: bytes) -> hl7.Message:
    """The parsed message; RefusedError when it is no HL7."""
    try:
        text = _DOCUMENT.sub(r"\1", _LINE_END.sub("\r", payload.decode("utf-8")))
        if not text.startswith(HEADER) or text.count("\r") > MAX_SEGMENTS:
            raise ValueError
        return hl7.parse(text)
    except (ValueError, LookupError, AssertionError, hl7.HL7Exception):
        raise RefusedError("AR", "207", "MSH^1", "not an HL7 message") from None


def check(message: hl7.Message) -> Result:
    """The result in a message that has all an EHR needs; RefusedError otherwise."""
    if value(message, "MSH", 9, 1) != "ORU" or value(message, "MSH", 9, 2) != "R01":
        raise RefusedError("AR", "200", "MSH^1^9", "unsupported message type")
    if value(message, "MSH", 11) not in PROCESSING_IDS:
        raise RefusedError("AR", "202", "MSH^1^11", "unsupported processing id")
    if not value(message, "MSH", 12).startswith("2."):
        raise RefusedError("AR", "203", "MSH^1^12", "unsupported version")
    status = _required(message, "OBR", 25)
    if status not in RESULT_STATUSES:
        raise RefusedError("AE", "103", "OBR^1^25", "result status not in table 0123")
    if status != "X" and not _has(message, "OBX"):
        raise RefusedError("AE", "100", "OBX^1", "no observation")
    return Result(
        sender=value(message, "MSH", 3),
        facility=value(message, "MSH", 4),
        control_id=_required(message, "MSH", 10),
        patient_id=_required(message, "PID", 3, 1),
        order=value(message, "OBR", 3),
        status=status,
    )


def _required(message: hl7.Message, segment: str, field: int, component: int = 0) -> str:
    if not _has(message, segment):
        raise RefusedError("AE", "100", f"{segment}^1", "segment missing")
    found = value(message, segment, field, component)
    if not found:
        raise RefusedError("AE", "101", f"{segment}^1^{field}", "required field missing")
    return found


def _has(message: hl7.Message, segment: str) -> bool:
    return any(str(row[0]) == segment for row in message)


def value(message: hl7.Message, segment: str, field: int, component: int = 0) -> str:
    """A field of the first such segment, or one of its components, unescaped; empty if absent."""
    rows = [row for row in message if str(row[0]) == segment]
    return cell(message, rows[0], field, component) if rows else ""


def cell(message: hl7.Message, row: hl7.Segment, field: int, component: int = 0) -> str:
    """A field, or one component of its first repetition, unescaped; empty if absent."""
    found = str(row(field)) if field < len(row) else ""
    if component:
        parts = found.split("~")[0].split("^")
        found = parts[component - 1] if component <= len(parts) else ""
    return str(message.unescape(found))


def acknowledge(
    message: hl7.Message | None,
    code: str,
    answered_at: dt.datetime,
    refused: RefusedError | None = None,
) -> bytes:
    """The ACK; equal arguments give equal bytes, so a resend gets the answer of the first."""
    header = ["MSH", "^~\\&", *_route(message), f"{answered_at:%Y%m%d%H%M%S%z}", "", "ACK^R01^ACK"]
    control_id = _raw(message, 10)
    header += [f"A{control_id}"[:20], _raw(message, 11) or "P", "2.5.1"]
    segments = ["|".join(header), f"MSA|{code}|{control_id}"]
    if refused:
        segments[1] += f"|{refused.text}"
        segments.append(f"ERR||{refused.location}|{refused.code}^{refused.text}^HL70357|E")
    return "".join(f"{text}\r" for text in segments).encode()


def _route(message: hl7.Message | None) -> list[str]:
    return [_raw(message, 5), _raw(message, 6), _raw(message, 3), _raw(message, 4)]


def _raw(message: hl7.Message | None, field: int) -> str:
    """A header field as it came, escapes and all, to be echoed."""
    if message is None or field >= len(message[0]):
        return ""
    return str(message[0](field))
