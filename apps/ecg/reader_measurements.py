"""Keeping and striking what a person measured on the trace, or states of it.

What is measured is computed here from the places, never taken from the browser.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import transaction

from apps.audit import actions as audit
from apps.ecg.beats import BORDERS, borders_of
from apps.ecg.measurable import NotMeasurable, check_reason
from apps.ecg.models import Analysis, ReaderMeasurement, Recording
from apps.ecg.stated_numbers import checked
from apps.tenants.models import User

Tool = ReaderMeasurement.Tool

ENDS = {Tool.TIME: "ab", Tool.AMPLITUDE: "ab", Tool.MARCH: "ab", Tool.ANGLE: "abc"}
UNITS = {Tool.AMPLITUDE: "mV", Tool.ANGLE: "deg"}
LARGEST_MV = 50.0
# Where the median beat begins and ends, in ms from R.
WINDOW_MS = (-450.0, 750.0)
SPEEDS_MM_S = (12.5, 25.0, 50.0)
GAINS_MM_MV = (5.0, 10.0, 20.0)
REPEATS = range(2, 10)
MOST_KEPT = 200


@transaction.atomic
def keep_measurement(
    recording: Recording,
    *,
    reader: User,
    tool: str,
    lead: str,
    places: Any,
    reason: str,
    now: dt.datetime,
) -> ReaderMeasurement:
    """Keep one. Raises NotMeasurable for a tool, lead, place or number not of this recording."""
    if tool not in Tool.values:
        raise NotMeasurable("tool", "This tool is not known.")
    if not isinstance(places, dict):
        raise NotMeasurable("places", "The places of the measurement are missing.")
    if ReaderMeasurement.objects.filter(recording=recording).count() >= MOST_KEPT:
        raise NotMeasurable("places", f"No more than {MOST_KEPT} measurements are kept.")
    placed, value, unit = _kept(recording, tool, lead, places, reason)
    has_lead = tool not in (Tool.BORDER, Tool.STATED)
    row = ReaderMeasurement.objects.create(
        organization_id=recording.organization_id,
        recording=recording,
        tool=tool,
        lead=lead if has_lead else "",
        places=placed,
        value=Decimal(str(round(value, 3))),
        unit=unit,
        reason="" if has_lead else reason,
        made_by=reader,
        made_at=now,
    )
    audit.record("ecg.measurement.kept", row, actor=reader, kind=tool)
    return row


def _kept(
    recording: Recording, tool: str, lead: str, places: dict[str, Any], reason: str
) -> tuple[dict[str, Any], float | Decimal, str]:
    """Where, how much and in which unit."""
    if tool == Tool.STATED:
        return checked(recording, places, reason)
    if tool == Tool.BORDER:
        return *_border(recording, places, reason), "ms"
    return *_caliper(recording, Tool(tool), lead, places), UNITS.get(Tool(tool), "ms")


@transaction.atomic
def strike_measurement(row: ReaderMeasurement, *, by: User, now: dt.datetime) -> None:
    """Struck once: it stays with both names, and is drawn and counted no more."""
    row = ReaderMeasurement.objects.select_for_update(no_key=True).get(pk=row.pk)
    if row.struck_at is not None:
        return
    row.struck_by, row.struck_at = by, now
    row.save(update_fields=["struck_by", "struck_at"])
    audit.record("ecg.measurement.struck", row, actor=by, kind=row.tool)


def _caliper(
    recording: Recording, tool: Tool, lead: str, places: dict[str, Any]
) -> tuple[dict[str, Any], float]:
    if lead.removeprefix("-") not in recording.lead_names:
        raise NotMeasurable("lead", "This lead was not recorded.")
    given = places.get("ends")
    if not isinstance(given, dict) or set(given) != set(ENDS[tool]):
        raise NotMeasurable("ends", "The ends of the caliper are missing.")
    ends = {name: _end(recording, given[name]) for name in sorted(given)}
    placed = {
        "ends": ends,
        "strip": bool(places.get("strip")),
        "repeats": _one_of("repeats", places.get("repeats"), REPEATS),
        "speed": _one_of("speed", places.get("speed"), SPEEDS_MM_S),
        "gain": _one_of("gain", places.get("gain"), GAINS_MM_MV),
    }
    return placed, _value(tool, placed, float(recording.sampling_rate_hz))


def _end(recording: Recording, given: Any) -> list[float]:
    """[sample, mV] inside the recording."""
    if not isinstance(given, list) or len(given) != 2:
        raise NotMeasurable("ends", "An end is a sample and a height in mV.")
    sample, height = (_number("ends", part) for part in given)
    if sample != int(sample) or not 0 <= sample < recording.samples:
        raise NotMeasurable("ends", "An end lies outside the recording.")
    if abs(height) > LARGEST_MV:
        raise NotMeasurable("ends", f"A height is more than {LARGEST_MV:g} mV.")
    return [int(sample), round(height, 3)]


def _value(tool: Tool, placed: dict[str, Any], rate_hz: float) -> float:
    (s_a, mv_a), (s_b, mv_b) = placed["ends"]["a"], placed["ends"]["b"]
    if tool == Tool.AMPLITUDE:
        return float(mv_b - mv_a)
    if tool != Tool.ANGLE:
        return float(abs(s_b - s_a) * 1000 / rate_hz)
    s_c, mv_c = placed["ends"]["c"]
    # On the paper both axes share one millimetre.
    mm_s, mm_mv = placed["speed"], placed["gain"]
    one, other = (
        math.atan2((mv - mv_b) * mm_mv, (s - s_b) / rate_hz * mm_s)
        for s, mv in ((s_a, mv_a), (s_c, mv_c))
    )
    turn = abs(math.degrees(one - other))
    return min(turn, 360 - turn)


def _border(
    recording: Recording, places: dict[str, Any], reason: str
) -> tuple[dict[str, Any], float]:
    """A border in ms from R; it may not pass its neighbours as they stand now."""
    name = places.get("name")
    analysis = Analysis.objects.filter(recording=recording).order_by("-id").first()
    measured = borders_of(analysis, recording)
    if name not in BORDERS or name not in measured:
        raise NotMeasurable("name", "The platform found no such border to move.")
    check_reason(reason)
    ms = _number("ms", places.get("ms"))
    if not WINDOW_MS[0] <= ms <= WINDOW_MS[1]:
        raise NotMeasurable("ms", "The border lies outside the median beat.")
    kept = ReaderMeasurement.objects.filter(recording=recording).order_by("id")
    stand = measured | moved_borders(kept) | {name: ms}
    if _passes_a_neighbour(stand, str(name)):
        raise NotMeasurable("ms", "The border would pass the one beside it.")
    return {"name": name, "ms": round(ms, 3), "platform_ms": measured[name]}, ms


def _passes_a_neighbour(stand: dict[str, float], name: str) -> bool:
    order = [one for one in BORDERS if one in stand]
    place = order.index(name)
    before, after = order[:place][-1:], order[place + 1 :][:1]
    return any(stand[one] >= stand[name] for one in before) or any(
        stand[one] <= stand[name] for one in after
    )


def moved_borders(rows: Iterable[ReaderMeasurement]) -> dict[str, float]:
    """The newest place of each border that a reader moved, in ms from R; rows as they were kept."""
    standing = [row for row in rows if row.tool == Tool.BORDER and row.struck_at is None]
    return {row.places["name"]: row.places["ms"] for row in standing}


def _number(field: str, given: Any) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not math.isfinite(given):
        raise NotMeasurable(field, "A number is missing.")
    return float(given)


def _one_of(field: str, given: Any, allowed: Any) -> float:
    if _number(field, given) not in allowed:
        raise NotMeasurable(field, "This value is not known.")
    return float(given) if float(given) != int(given) else int(given)
