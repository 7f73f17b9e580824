"""Times as people here read them: 14-Mar-1952, 21-Nov-2026 14:02:24 GMT, 03:41."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from apps.ecg.models import Recording

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NOT_KNOWN = "Not known"


def zone_of(recording: Recording) -> ZoneInfo:
    """The zone of the place it was made at, else the organization's."""
    place = recording.site or recording.organization
    return ZoneInfo(place.time_zone)


def day(date: dt.date | None) -> str:
    if date is None:
        return NOT_KNOWN
    return f"{date.day:02d}-{MONTHS[date.month - 1]}-{date.year}"


def moment(at: dt.datetime | None, zone: ZoneInfo) -> str:
    """Day, time and the zone's name."""
    if at is None:
        return NOT_KNOWN
    local = at.astimezone(zone)
    return f"{day(local)} {local:%H:%M:%S} {zone_name(local)}"


def clock(at: dt.datetime | None, zone: ZoneInfo) -> str:
    return "" if at is None else f"{at.astimezone(zone):%H:%M:%S}"


def day_and_clock(at: dt.datetime, zone: ZoneInfo, now: dt.datetime) -> str:
    """The time alone on its day, else the day and the time."""
    local = at.astimezone(zone)
    if local.date() == now.astimezone(zone).date():
        return f"{local:%H:%M:%S}"
    return f"{day(local)} {local:%H:%M}"


def zone_name(local: dt.datetime) -> str:
    """Its abbreviation; zones that have none are named by their offset from UTC."""
    name = local.tzname() or ""
    return f"UTC{name}" if name[:1] in "+-" else name


def acquired(recording: Recording) -> str:
    """When the signal began, in the place's zone; as the file wrote it where UTC is not known."""
    if recording.acquired_at is not None:
        return moment(recording.acquired_at, zone_of(recording))
    return recording.acquired_local or NOT_KNOWN


def waited(since: dt.datetime, now: dt.datetime) -> str:
    """How long since, as `lasting` says it: never like a clock, which counts seconds here."""
    return lasting(int((now - since).total_seconds()) // 60)


def lasting(minutes: int) -> str:
    """22 min, 1 h 48 min, 22 h, 1 d 04 h."""
    minutes = max(0, minutes)
    hours = minutes // 60
    if hours < 1:
        return f"{minutes} min"
    if hours < 10:
        return f"{hours} h {minutes % 60:02d} min"
    if hours < 24:
        return f"{hours} h"
    return f"{hours // 24} d {hours % 24:02d} h"


def span(took: dt.timedelta | None) -> str:
    """How long something took: 0.4 s, 12 s, 3 min 05 s, 22 h 10 min; a dash where nothing did."""
    if took is None:
        return "–"
    seconds = max(0.0, took.total_seconds())
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    if seconds < 3600:
        return f"{int(seconds) // 60} min {int(seconds) % 60:02d} s"
    return f"{int(seconds) // 3600} h {int(seconds) // 60 % 60:02d} min"


def elapsed(span: dt.timedelta) -> str:
    """As a clock by the second shows it: 04:00, 01:30:00."""
    seconds = max(0, int(span.total_seconds()))
    minutes, hours = seconds // 60 % 60, seconds // 3600
    text = f"{minutes:02d}:{seconds % 60:02d}"
    return f"{hours:02d}:{text}" if hours else text
