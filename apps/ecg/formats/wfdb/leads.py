"""Signals of a record to leads with their scales; what is no ECG is left out."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from apps.ecg.formats import profiles
from apps.ecg.formats.canonical import Lead, Refused
from apps.ecg.formats.lead_labels import lead_by_label
from apps.ecg.formats.scale import decimal_scale, nearest_decimal
from apps.ecg.formats.units import voltage_factor
from apps.ecg.formats.warnings import Warnings

from .header import Header, Signal

DEFAULT_UNIT = "mV"  # header(5): where a gain has no unit


class Column(NamedTuple):
    lead: Lead
    column: int


def read_leads(header: Header, warnings: Warnings) -> list[Column]:
    """The leads in stored order. Raises Refused for a lead or scale that is not known."""
    columns = []
    for number, signal in enumerate(header.signals):
        if signal.per_frame != 1:
            # What is left out lies between the leads in the file: its rate moves them too.
            raise Refused(
                "wfdb-frames", "Signals of several rates are not read.", field="samples per frame"
            )
        if signal.unit and voltage_factor(signal.unit) is None and not _named(signal):
            warnings.add("channels-left-out", "Channels that are no ECG are left out.")
            continue
        columns.append(Column(_lead(signal, warnings), number))
    names = [column.lead.name for column in columns]
    if len(set(names)) != len(names):
        raise Refused("duplicate-lead", "The same lead is stored twice.", field="description")
    return columns


def _named(signal: Signal) -> str | None:
    return profiles.lead("description", signal.label) or lead_by_label(signal.label)


def _lead(signal: Signal, warnings: Warnings) -> Lead:
    if signal.skew:
        raise Refused("wfdb-frames", "Signals with a skew are not read.", field="skew")
    name = _named(signal)
    if name is None:
        raise Refused(
            "unknown-lead", "A signal's description names no ECG lead.", field="description"
        )
    if signal.gain is None or signal.gain < 0:
        raise Refused("unknown-scale", "A signal has no gain; it is uncalibrated.", field="gain")
    negated = name.startswith("-")
    if not signal.unit:
        warnings.add("unit-default", f"A gain without unit is per {DEFAULT_UNIT} by definition.")
    stated = signal.unit or DEFAULT_UNIT
    unit = voltage_factor(profiles.unit("units", stated, nearest_decimal(signal.gain)))
    if unit is None:
        raise Refused("unknown-unit", "The unit of a lead is no voltage.", field="units")
    per_count = Fraction(unit.factor) / signal.gain
    offset = -signal.baseline * per_count
    if negated:
        warnings.add("lead-negated", "Lead -aVR was turned into aVR by changing its sign.")
    scale, offset_nv = decimal_scale(
        per_count, -offset if negated else offset, warnings, field="gain"
    )
    return Lead(name.removeprefix("-"), scale, offset_nv, negated=negated)
