"""A device's clock that is ahead of ours."""

from __future__ import annotations

import datetime as dt

from apps.ecg.formats.canonical import DecodedEcg, DecodeWarning

TOLERANCE = dt.timedelta(minutes=5)
EASTERNMOST = dt.timedelta(hours=14)


def clock_warnings(ecg: DecodedEcg, now: dt.datetime) -> tuple[DecodeWarning, ...]:
    """A warning where the ECG is dated after `now` (aware), whatever zone it may be in."""
    if ecg.acquired_local is None:
        return ()
    offset = ecg.utc_offset_minutes
    ahead = EASTERNMOST if offset is None else dt.timedelta(minutes=offset)
    if ecg.acquired_local.replace(tzinfo=dt.UTC) - ahead <= now + TOLERANCE:
        return ()
    return (DecodeWarning("bad-clock", "The device's clock is ahead: the ECG is in the future."),)
