"""When a recording began: from what the file says to UTC, with the zone that was used."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass

from apps.ecg.formats.canonical import DecodedEcg, DecodeWarning

CLOCK_CHANGES = {
    "repeated": "The clock went back in this hour: the time may be an hour later.",
    "skipped": "The clock went forward in this hour: this local time did not exist.",
}


@dataclass(frozen=True, slots=True)
class Acquired:
    """`at` is None where the file has no time; `zone` names what turned local into UTC."""

    at: dt.datetime | None
    local: str
    zone: str
    warnings: tuple[DecodeWarning, ...] = ()


def acquired(ecg: DecodedEcg, zone_name: str) -> Acquired:
    """A stated offset wins, then a profile's zone, then the site's.

    Doubtful hours of a clock change are marked.
    """
    local = ecg.acquired_local
    if local is None:
        return Acquired(None, "", "")
    if ecg.utc_offset_minutes is not None:
        offset = dt.timezone(dt.timedelta(minutes=ecg.utc_offset_minutes))
        return Acquired(
            local.replace(tzinfo=offset).astimezone(dt.UTC), local.isoformat(), str(offset)
        )
    zone_name = ecg.zone or zone_name
    zone = zoneinfo.ZoneInfo(zone_name)
    moment = local.replace(tzinfo=zone)
    return Acquired(
        moment.astimezone(dt.UTC), local.isoformat(), zone_name, _clock_change(local, zone)
    )


def _clock_change(local: dt.datetime, zone: zoneinfo.ZoneInfo) -> tuple[DecodeWarning, ...]:
    change = clock_change(local, zone)
    return (DecodeWarning("time-in-clock-change", CLOCK_CHANGES[change]),) if change else ()


def clock_change(local: dt.datetime, zone: zoneinfo.ZoneInfo) -> str:
    """`repeated` for an hour that came twice, `skipped` for one that never was, else nothing."""
    early, late = local.replace(tzinfo=zone, fold=0), local.replace(tzinfo=zone, fold=1)
    if early.utcoffset() == late.utcoffset():
        return ""
    back = early.astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None)
    return "repeated" if back == local else "skipped"
