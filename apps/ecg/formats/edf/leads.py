"""Signals to leads with their scales and one rate; what is no ECG is left out."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from apps.ecg.formats import profiles
from apps.ecg.formats.canonical import Lead, Refused
from apps.ecg.formats.lead_labels import lead_by_label
from apps.ecg.formats.scale import check_rate, decimal_scale, nearest_decimal
from apps.ecg.formats.units import voltage_factor
from apps.ecg.formats.warnings import Warnings

from .header import Header, Signal

# The first word of a label that says what a signal is (EDF+ standard texts).
_OTHER_TYPES = {"EEG", "EOG", "EMG", "ERG", "MEG", "MCG", "EP", "RESP", "SAO2", "TEMP", "PLETH"}


class Column(NamedTuple):
    lead: Lead
    column: int


def read_leads(header: Header, warnings: Warnings) -> list[Column]:
    """The leads in stored order. Raises Refused for a lead or scale that is not known."""
    columns = [
        Column(_lead(signal, warnings), number)
        for number, signal in enumerate(header.signals)
        if not signal.is_annotation and not _is_other(signal, warnings)
    ]
    names = [column.lead.name for column in columns]
    if len(set(names)) != len(names):
        raise Refused("duplicate-lead", "The same lead is stored twice.", field="label")
    return columns


def read_rate(header: Header, columns: list[Column]) -> Decimal:
    """The one sampling rate of the leads. Raises Refused."""
    lengths = {header.signals[column.column].samples for column in columns}
    if len(lengths) != 1:
        raise Refused("mixed-rates", "The leads have different sampling rates.", field="samples")
    if header.seconds <= 0:
        raise Refused("unknown-rate", "The sampling rate is missing.", field="duration")
    rate = Fraction(lengths.pop()) / header.seconds
    decimal = nearest_decimal(rate)
    if Fraction(decimal) != rate:
        raise Refused("unknown-rate", "The sampling rate is not a decimal.", field="duration")
    return check_rate(decimal, field="duration of a data record")


def _is_other(signal: Signal, warnings: Warnings) -> bool:
    kind = signal.label.upper().split(" ")[0]
    named = _named(signal) is not None
    other = kind in _OTHER_TYPES or (not named and voltage_factor(signal.unit) is None)
    if other:
        warnings.add("channels-left-out", "Signals that are no ECG are left out.")
    return other


def _named(signal: Signal) -> str | None:
    return profiles.lead("label", signal.label) or lead_by_label(signal.label)


def _lead(signal: Signal, warnings: Warnings) -> Lead:
    name = _named(signal)
    if name is None:
        raise Refused("unknown-lead", "A signal's label names no ECG lead.", field="label")
    step = nearest_decimal(abs(signal.per_count()))
    unit = voltage_factor(profiles.unit("unit", signal.unit, step))
    if unit is None:
        raise Refused("unknown-unit", "The unit of a lead is no voltage.", field="unit")
    if unit.alias:
        warnings.add("unit-alias", "A unit was read as its UCUM code.")
    nanovolts = Fraction(unit.factor)
    scale, offset = signal.per_count() * nanovolts, signal.zero() * nanovolts
    opposite = name.startswith("-")
    # A physical minimum above the maximum is how EDF says that the polarity is inverted.
    negated = opposite != (scale < 0)
    if negated:
        warnings.add("lead-negated", f"Lead {name} was turned upright by changing its sign.")
    nv_per_lsb, offset_nv = decimal_scale(
        abs(scale), -offset if opposite else offset, warnings, field="physical range"
    )
    return Lead(name.removeprefix("-"), nv_per_lsb, offset_nv, negated=negated)
