"""What the receiver of a message answered."""

from __future__ import annotations

import re
from dataclasses import dataclass

import hl7

from apps.core.errors import PermanentError, RetryableError

from .escapes import unescape

ACCEPTED = ("AA", "CA")
FAILED = ("AE", "CE")
REJECTED = ("AR", "CR")

_LINE_END = re.compile(r"\r\n|\n")
_CHARSETS = {"8859/1": "latin-1", "ASCII": "ascii"}


@dataclass(frozen=True, slots=True)
class Ack:
    """`text` is the receiver's own and may name a patient: shown, never logged."""

    code: str
    control_id: str
    text: str = ""
    error_location: str = ""

    def require_accepted(self, control_id: str) -> None:
        """Nothing for our message accepted; RetryableError after AE, PermanentError after AR."""
        if self.control_id != control_id:
            raise RetryableError("ack_of_another_message")
        if self.code in FAILED:
            raise RetryableError("ack_error")
        if self.code in REJECTED:
            raise PermanentError("ack_rejected")


def parse_ack(data: bytes) -> Ack:
    """The acknowledgement in one MLLP payload; RetryableError("ack_malformed") if it is none."""
    try:
        message = hl7.parse(_decoded(data))
        ack = _read(message)
    except (hl7.HL7Exception, LookupError, ValueError, AssertionError):
        raise RetryableError("ack_malformed") from None
    if ack.code not in ACCEPTED + FAILED + REJECTED:
        raise RetryableError("ack_malformed")
    return ack


def _decoded(data: bytes) -> str:
    charset = _field(data.split(b"\r")[0].split(b"|"), 17)
    text = data.decode(_CHARSETS.get(charset, "utf-8"), errors="replace")
    return _LINE_END.sub("\r", text)


def _field(fields: list[bytes], index: int) -> str:
    return fields[index].decode("ascii", errors="replace") if index < len(fields) else ""


def _read(message: hl7.Message) -> Ack:
    msa = message.segment("MSA")
    if str(message[0][0]) != "MSH":
        raise ValueError("no header")
    return Ack(
        code=_text(msa, 1),
        control_id=_text(msa, 2),
        text=_text(msa, 3),
        error_location=_error_location(message),
    )


def _error_location(message: hl7.Message) -> str:
    """ERR-2 of version 2.5 on, else ERR-1 of the older ones."""
    try:
        error = message.segment("ERR")
    except KeyError:
        return ""
    return _text(error, 2) or _text(error, 1)


def _text(segment: hl7.Segment, number: int) -> str:
    return unescape(str(segment(number))) if number < len(segment) else ""
