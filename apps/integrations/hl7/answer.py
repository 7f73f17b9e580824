"""The acknowledgement of a message that came in: of the same message and time, the same bytes."""

from __future__ import annotations

import hashlib

from .inbound import CONDITIONS, MessageRefused, Segment
from .segments import VERSION, Value, segment

ACCEPTED = "AA"
# HL7 table 0357: a required or unknown value, told apart by the words.
NOT_ACCEPTED = ("207", "Application error", "HL70357")


# MSA-1 by who speaks: the application, or only whoever keeps the message (enhanced mode).
APPLICATION, KEEPER = "A", "C"


def asked_of(head: Segment | None, refused: MessageRefused | None) -> str:
    """Who is to answer by MSH-15 and MSH-16; empty where no answer is asked for.

    A message has one answer: the keeper's where that is asked for, which knows all that the
    application would say.
    """
    keeper, application = (head.text(15), head.text(16)) if head else ("", "")
    if not (keeper or application) or {keeper, application} - {"", *CONDITIONS}:
        return APPLICATION
    answered = {"AL", "ER" if refused else "SU"}
    return KEEPER if keeper in answered else APPLICATION if application in answered else ""


def acknowledge(
    head: Segment | None, refused: MessageRefused | None, time: str, speaker: str = APPLICATION
) -> bytes:
    """`head` is None where not even the header could be read; `time` is that of its arrival."""
    name = head.text(10) if head else ""
    own = hashlib.sha256(f"{name}{time}".encode()).hexdigest()[:20].upper()
    ends = [head.text(number) if head else "" for number in (5, 6, 3, 4)]
    event = head.text(9, 2) if head else ""
    segments = [
        segment(
            "MSH",
            {
                **dict(zip((3, 4, 5, 6), ends, strict=True)),
                7: time,
                9: ("ACK", event, "ACK") if event else ("ACK",),
                10: own,
                11: "P",
                12: VERSION,
                18: "UNICODE UTF-8",
            },
        ),
        segment("MSA", {1: speaker + (refused.ack if refused else ACCEPTED)[1], 2: name}),
    ]
    if refused:
        segments.append(segment("ERR", _error(refused)))
    return "".join(text + "\r" for text in segments).encode()


def _error(refused: MessageRefused) -> dict[int, Value]:
    """ERR-2 names segment and field, ERR-8 says in words what to do."""
    name, _, number = refused.field.partition("-")
    place = (name, "1", number) if number else (name,)
    return {2: place, 3: NOT_ACCEPTED, 4: "E", 8: refused.words}
