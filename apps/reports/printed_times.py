"""Moments in the zone of the site, as they are printed."""

from __future__ import annotations

import datetime as dt
import zoneinfo


def local_text(moment: dt.datetime, zone: zoneinfo.ZoneInfo) -> str:
    """21-Nov-2026 14:02:24 GMT"""
    return moment.astimezone(zone).strftime("%d-%b-%Y %H:%M:%S %Z")


def text_of(moment: str, zone: zoneinfo.ZoneInfo) -> str:
    """The same of an ISO 8601 moment of a snapshot; empty where it holds none."""
    return local_text(dt.datetime.fromisoformat(moment), zone) if moment else ""


def day_of(moment: str, zone: zoneinfo.ZoneInfo) -> str:
    """21-Nov-2026"""
    return dt.datetime.fromisoformat(moment).astimezone(zone).strftime("%d-%b-%Y")
