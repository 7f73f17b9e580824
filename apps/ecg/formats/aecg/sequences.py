"""Sequences of one series: a time base, and for each lead digits × scale + origin."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from apps.ecg.formats import profiles
from apps.ecg.formats.canonical import Lead, Refused, Waveform, WaveformKind
from apps.ecg.formats.leads import check_leads, named_lead
from apps.ecg.formats.scale import check_rate, check_scale, exact_rate, rounded_rate
from apps.ecg.formats.units import measurement_factor, voltage_factor
from apps.ecg.formats.warnings import Warnings
from apps.ecg.formats.xml import Element

from .codes import LEAD, MDC, TIMES, code_of, type_of

_DIGITS, _SIGNS, _BLANKS = b"0123456789", b"+-", b" \t\r\n"
_INT32 = np.iinfo(np.int32)


class Sequences(NamedTuple):
    time: Element
    leads: list[Element]


def read_sequences(series: Element) -> Sequences:
    """The time base and the leads of the one set of a series. Raises Refused."""
    sets = [s for c in series.all("component") if (s := c.at("sequenceSet")) is not None]
    if len(sets) != 1:
        code, message = (
            ("sequential-leads", "The leads were recorded one after another.")
            if sets
            else ("no-samples", "The series holds no samples.")
        )
        raise Refused(code, message, field=series.path("component", "sequenceSet"))
    found = [component.need("sequence") for component in sets[0].all("component")]
    times = [sequence for sequence in found if code_of(sequence) in TIMES]
    if len(times) != 1:
        raise Refused(
            "time-base",
            "The leads have no single time base.",
            field=sets[0].path("sequence", "code"),
        )
    return Sequences(times[0], [sequence for sequence in found if sequence is not times[0]])


def read_waveform(sequences: Sequences, kind: WaveformKind, warnings: Warnings) -> Waveform:
    """The leads in file order. Raises Refused."""
    leads = [_lead(sequence, warnings) for sequence in sequences.leads]
    field = sequences.time.path("code")
    check_leads([lead.name for lead in leads], field=field)
    columns = [_counts(sequence) for sequence in sequences.leads]
    if len({column.size for column in columns}) > 1:
        raise Refused(
            "lead-lengths",
            "The leads are not equally long.",
            field=sequences.time.path("value", "digits"),
        )
    rate = _rate(sequences.time, warnings)
    return Waveform(kind, tuple(leads), np.stack(columns, axis=1), rate)


def _rate(time: Element, warnings: Warnings) -> Decimal:
    """One over the increment: exactly, or the one whole rate whose increment was rounded to it."""
    increment = time.need("value", "increment")
    factor = measurement_factor(increment.need_attribute("unit"), "ms")
    if factor is None:
        raise Refused(
            "unknown-unit",
            "The unit of the increment is not us, ms or s.",
            field=increment.path("@unit"),
        )
    if factor.alias:
        warnings.add("unit-alias", "The unit of the increment was read as its UCUM code.")
    step_s = increment.need_attribute_number("value") * factor.factor / 1000
    rate = exact_rate(step_s)
    if rate is None and (rate := rounded_rate(step_s)) is not None:
        warnings.add("rate-rounded", f"The increment is that of {rate} Hz, rounded.")
    return check_rate(rate, field=increment.path("@value"))


def _lead(sequence: Element, warnings: Warnings) -> Lead:
    code = sequence.need("code")
    name, system = code.need_attribute("code"), code.attribute("codeSystem")
    if system not in (MDC, "") or not name.startswith(LEAD):
        raise Refused("unknown-lead", "A sequence is coded as no lead.", field=code.path("@code"))
    value = sequence.need("value")
    if type_of(value) != "SLIST_PQ":
        raise Refused(
            "sample-type",
            "The samples of a lead are not a list of quantities (SLIST_PQ).",
            field=value.path("@type"),
        )
    scale, origin = _nanovolts(value.need("scale"), warnings), _origin(value, warnings)
    check_scale(scale, origin, field=value.path("scale"))
    return Lead(named_lead(name.removeprefix(LEAD), field=code.path("@code")), scale, origin)


def _origin(value: Element, warnings: Warnings) -> Decimal:
    """nV of digit 0: 0 where the file gives none, and 0 is the same in any unit."""
    origin = value.at("origin")
    if origin is None:
        warnings.add("scale-defaults", "No origin is given; 0 is used.")
        return Decimal(0)
    if not origin.attribute("unit") and origin.need_attribute_number("value") == 0:
        return Decimal(0)
    return _nanovolts(origin, warnings)


def _nanovolts(quantity: Element, warnings: Warnings) -> Decimal:
    unit = profiles.unit(quantity.path("@unit"), quantity.need_attribute("unit"))
    factor = voltage_factor(unit)
    if factor is None:
        raise Refused(
            "unknown-unit", "The unit is not uV, mV, nV or V.", field=quantity.path("@unit")
        )
    if factor.alias:
        warnings.add("unit-alias", f"Unit {unit} was read as its UCUM code.")
    return quantity.need_attribute_number("value") * factor.factor


def _counts(sequence: Element) -> NDArray[np.int32]:
    digits = sequence.need("value", "digits")
    if not _is_whole_numbers(digits.content):
        raise Refused("bad-number", "The samples are not whole numbers.", field=digits.path())
    if not digits.content.strip():
        raise Refused("no-samples", "A lead holds no samples.", field=digits.path())
    counts = np.fromstring(digits.content, np.int64, sep=" ")
    if counts.min() < _INT32.min or counts.max() > _INT32.max:
        raise Refused("sample-range", "Samples exceed 32 bits.", field=digits.path())
    return counts.astype(np.int32)


def _is_whole_numbers(text: str) -> bool:
    """Signs before digits only: numpy would read "1-2" and "1 - 2" as two numbers."""
    raw = text.encode()
    if raw.translate(None, _DIGITS + _SIGNS + _BLANKS):
        return False
    codes = np.frombuffer(b" " + raw + b" ", np.uint8)
    digit, sign = codes >= ord("0"), (codes == _SIGNS[0]) | (codes == _SIGNS[1])
    return not (sign[1:-1] & (digit[:-2] | ~digit[2:])).any()
