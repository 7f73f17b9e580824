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
DELETED = '""'

# What the library may be given: its time grows faster than the message.
MOST_BYTES, MOST_SEGMENTS, MOST_DELIMITERS = 5 << 20, 2_000, 20_000

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
    separators: tuple[str, str]

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
        parts = repetition.split(self.separators[0])
        found = parts[component - 1] if component <= len(parts) else ""
        return unescape(found.split(self.separators[1])[0]).strip()


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
    start = data.lstrip(b"\x0b\r\n ")
    head = start.split(b"\r")[0].split(b"\n")[0]
    if not head.startswith(b"MSH") or len(head) < 9:
        raise MessageRefused(REJECTED, "MSH", "The message does not begin with a header.")
    _check_size(start, head)
    try:
        text = start.decode(_charset(head)).rstrip("\x1c\r\n ")
        message = hl7.parse(_LINE_END.sub("\r", text))
    except UnicodeDecodeError:
        words = "The bytes are not of the character set that is stated."
        raise MessageRefused(REJECTED, "MSH-18", words) from None
    except (hl7.HL7Exception, LookupError, ValueError, AssertionError):
        raise MessageRefused(REJECTED, "MSH", "The message cannot be read.") from None
    separators = (chr(head[4]), chr(head[7]))
    return _checked(Inbound([Segment(one, separators) for one in message]), head)


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


def _charset(head: bytes) -> str:
    fields = head.split(head[3:4])
    stated = fields[17].decode("ascii", "replace").strip().upper() if len(fields) > 17 else ""
    if stated not in CHARSETS:
        known = ", ".join(filter(None, CHARSETS))
        raise MessageRefused(REJECTED, "MSH-18", f"Give one of {known}.")
    return CHARSETS[stated]


def _checked(message: Inbound, head: bytes) -> Inbound:
    if chr(head[6]) != "\\":
        raise MessageRefused(REJECTED, "MSH-2", "The escape character is the backslash.")
    if message.header.text(12) not in VERSIONS:
        raise MessageRefused(REJECTED, "MSH-12", f"Give one of the versions {', '.join(VERSIONS)}.")
    if message.header.text(11) != "P":
        raise MessageRefused(REJECTED, "MSH-11", "Only production messages (P) are taken here.")
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
