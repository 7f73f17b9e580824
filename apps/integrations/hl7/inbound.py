"""An HL7 v2 message that came in: decoded by its own character set, read by its own delimiters."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import hl7

from apps.ingestion.acquired import clock_change

from .escapes import unescape

VERSIONS = ("2.3", "2.3.1", "2.4", "2.5", "2.5.1")
# MSH-18, HL7 table 0211 → how bytes become text.
CHARSETS = {
    "": "utf-8",
    "UNICODE UTF-8": "utf-8",
    "UTF-8": "utf-8",
    "ASCII": "ascii",
    "8859/1": "latin-1",
    "8859/15": "iso8859-15",
}
REJECTED, FAILED = "AR", "AE"
# MSH-15 and MSH-16, HL7 table 0155: when an acknowledgement is asked for.
CONDITIONS = ("AL", "NE", "ER", "SU")
DELETED = '""'

# What the library may be given: its time grows faster than the message.
MOST_BYTES, MOST_SEGMENTS, MOST_DELIMITERS = 5 << 20, 2_000, 20_000
LONGEST_HEADER = 4096

STRAY = b"\x0b\r\n "
_LINE_END = re.compile(r"\r\n|\n")
_TIME = re.compile(
    r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(?:(\d\d)(?:\.(\d{1,6}))?)?(?:([+-])(\d\d)(\d\d))?"
)


class MessageRefused(Exception):
    """Nothing was changed. `ack` is AE or AR, `field` as PID-3; neither quotes the message."""

    def __init__(self, ack: str, field: str, words: str, code: str = "order-invalid") -> None:
        super().__init__(code)
        self.ack, self.field, self.words, self.code = ack, field, words, code


@dataclass(frozen=True, slots=True)
class Segment:
    """Fields by their number in the standard, without escapes; empty where there is none."""

    fields: hl7.Segment
    delimiters: str

    @property
    def name(self) -> str:
        return str(self.fields[0])

    def raw(self, number: int) -> str:
        return str(self.fields(number)) if number < len(self.fields) else ""

    def repetitions(self, number: int) -> list[str]:
        """Each as it stands, with its components."""
        return [str(one) for one in self.fields(number)] if number < len(self.fields) else []

    def text(self, number: int, component: int = 1) -> str:
        """Of the first repetition, the first subcomponent."""
        held = self.repetitions(number)
        return self.part(held[0], component) if held else ""

    def part(self, repetition: str, component: int) -> str:
        parts = repetition.split(self.delimiters[1])
        found = parts[component - 1] if component <= len(parts) else ""
        return unescape(found.split(self.delimiters[4])[0], self.delimiters).strip()


@dataclass(frozen=True, slots=True)
class Inbound:
    """The header's fields and all segments in order."""

    segments: list[Segment]

    @property
    def header(self) -> Segment:
        return self.segments[0]

    @property
    def control_id(self) -> str:
        return self.header.text(10)

    def named(self, name: str) -> Segment | None:
        return next((one for one in self.segments if one.name == name), None)

    def groups(self, first: str) -> Iterator[list[Segment]]:
        """Each segment of that name with all behind it, up to the next of that name."""
        group: list[Segment] = []
        for one in self.segments:
            if one.name == first:
                if group:
                    yield group
                group = [one]
            elif group:
                group.append(one)
        if group:
            yield group


def read_message(data: bytes) -> Inbound:
    """Raises MessageRefused where it is none, of a version or character set not known, or larger
    than any order.
    """
    start = data.lstrip(STRAY)
    head = _head(start)
    if not head:
        raise MessageRefused(REJECTED, "MSH", "The message does not begin with a header.")
    delimiters = _delimiters(head)
    _check_size(start, head)
    try:
        text = start.decode(_charset(head)).rstrip("\x1c\r\n ")
        message = hl7.parse(_LINE_END.sub("\r", text))
    except UnicodeDecodeError:
        words = "The bytes are not of the character set that is stated."
        raise MessageRefused(REJECTED, "MSH-18", words) from None
    except (hl7.HL7Exception, LookupError, ValueError, AssertionError):
        raise MessageRefused(REJECTED, "MSH", "The message cannot be read.") from None
    return _checked(Inbound([Segment(one, delimiters) for one in message]))


def read_header(data: bytes) -> Segment | None:
    """The header alone, to answer by what cannot be read; None where there is none."""
    head = _head(data.lstrip(STRAY))
    if not 0 < len(head) <= LONGEST_HEADER:
        return None
    try:
        delimiters = _delimiters(head)
        text = head.decode(CHARSETS.get(_stated_charset(head), "utf-8"), errors="replace")
        return Segment(hl7.parse(text)[0], delimiters)
    except (MessageRefused, hl7.HL7Exception, LookupError, ValueError, AssertionError):
        return None


def _head(data: bytes) -> bytes:
    """Nothing where the data begin otherwise."""
    head = data[: data.find(b"\r")] if b"\r" in data else data
    head = head.split(b"\n")[0]
    return head if head.startswith(b"MSH") and len(head) >= 9 else b""


def _delimiters(head: bytes) -> str:
    """Raises MessageRefused where they cannot be told apart, or from what they part."""
    found = head[3:8].decode("latin-1")
    if found[3] != "\\":
        raise MessageRefused(REJECTED, "MSH-2", "The escape character is the backslash.")
    if len(set(found)) < len(found) or any(one.isalnum() or one.isspace() for one in found):
        raise MessageRefused(REJECTED, "MSH-2", "Give five different characters as delimiters.")
    return found


def _check_size(data: bytes, head: bytes) -> None:
    """By counting bytes, before anything is made of them."""
    segments = data.count(b"\r") + data.count(b"\n")
    delimiters = sum(map(data.count, {head[at : at + 1] for at in (3, 4, 5, 7)}))
    if len(data) > MOST_BYTES or segments > MOST_SEGMENTS or delimiters > MOST_DELIMITERS:
        words = (
            f"The message has more than {MOST_BYTES >> 20} MB, {MOST_SEGMENTS} segments or"
            f" {MOST_DELIMITERS} delimiters."
        )
        raise MessageRefused(REJECTED, "MSH", words)


def _stated_charset(head: bytes) -> str:
    fields = head.split(head[3:4])
    return fields[17].decode("ascii", "replace").strip().upper() if len(fields) > 17 else ""


def _charset(head: bytes) -> str:
    stated = _stated_charset(head)
    if stated not in CHARSETS:
        known = ", ".join(filter(None, CHARSETS))
        raise MessageRefused(REJECTED, "MSH-18", f"Give one of {known}.")
    return CHARSETS[stated]


def _checked(message: Inbound) -> Inbound:
    if any(one.name == "MSH" for one in message.segments[1:]):
        raise MessageRefused(REJECTED, "MSH", "Send one message at a time.")
    if message.header.text(12) not in VERSIONS:
        raise MessageRefused(REJECTED, "MSH-12", f"Give one of the versions {', '.join(VERSIONS)}.")
    if message.header.text(11) != "P":
        raise MessageRefused(REJECTED, "MSH-11", "Only production messages (P) are taken here.")
    for number in (15, 16):
        if (asked := message.header.text(number)) and asked not in CONDITIONS:
            words = f"Give one of {', '.join(CONDITIONS)}, or nothing."
            raise MessageRefused(REJECTED, f"MSH-{number}", words)
    if not message.control_id:
        raise MessageRefused(REJECTED, "MSH-10", "Give the message's own control id.")
    return message


@dataclass(frozen=True, slots=True)
class Moment:
    """In UTC, as it was said, and the zone that was used.

    `doubt` is a key of `CLOCK_CHANGES` where a clock changed then; of an hour that came twice `at`
    is the first and `again` the second.
    """

    at: dt.datetime
    local: str
    zone: str
    doubt: str = ""
    again: dt.datetime | None = None


def read_time(text: str, zone: str, field: str) -> Moment:
    """To the minute at least; without an offset it is of `zone`. Raises MessageRefused."""
    found = _TIME.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        year, month, day, hour, minute, second, part, *offset = found.groups()
        micro = int((part or "0").ljust(6, "0"))
        local = dt.datetime(  # noqa: DTZ001 - a message writes local time
            int(year), int(month), int(day), int(hour), int(minute), int(second or 0), micro
        )
    except ValueError:
        words = "Give a time to the minute: YYYYMMDDHHMM[SS][+ZZZZ]."
        raise MessageRefused(FAILED, field, words) from None
    if offset[0] is None:
        return _local_moment(local, text, zone)
    ahead = dt.timedelta(hours=int(offset[1]), minutes=int(offset[2]))
    stated = dt.timezone(ahead if offset[0] == "+" else -ahead)
    return Moment(local.replace(tzinfo=stated).astimezone(dt.UTC), text, str(stated))


def _local_moment(local: dt.datetime, text: str, zone: str) -> Moment:
    place = ZoneInfo(zone)
    at, again = (local.replace(tzinfo=place, fold=fold).astimezone(dt.UTC) for fold in (0, 1))
    doubt = clock_change(local, place)
    return Moment(at, text, zone, doubt, again if doubt == "repeated" else None)
