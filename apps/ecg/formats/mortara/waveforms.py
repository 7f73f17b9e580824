"""Channels and typical cycle of an ELI XML: base64 of little-endian 16-bit counts."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from apps.ecg.formats.canonical import Lead, Refused, Waveform
from apps.ecg.formats.encoded import from_base64
from apps.ecg.formats.leads import check_leads, named_lead
from apps.ecg.formats.scale import check_rate, check_scale
from apps.ecg.formats.warnings import Warnings
from apps.ecg.formats.xml import Element

NV_PER_MV = Decimal(1_000_000)
_CODING = {"BITS": "16", "FORMAT": "SIGNED", "ENCODING": "BASE64"}


def read_rhythm(root: Element) -> Waveform:
    """Raises Refused unless all channels have one rate and length."""
    channels = root.all("CHANNEL")
    field = root.path("CHANNEL")
    if not channels:
        raise Refused("no-rhythm", "The file holds no channels.", field=field)
    leads = [_lead(one, _scale(one)) for one in channels]
    check_leads([lead.name for lead in leads], field=field)
    rates = {_rate(one) for one in channels}
    rows = [_samples(one, one) for one in channels]
    if len(rates) > 1 or len({len(row) for row in rows}) > 1:
        raise Refused("channels-differ", "The channels differ in rate or length.", field=field)
    rate = rates.pop()
    for one, row in zip(channels, rows, strict=True):
        _check_duration(one, len(row), rate)
    return Waveform("rhythm", tuple(leads), np.stack(rows, axis=1), rate)


def read_typical_cycle(root: Element, rhythm: Waveform, warnings: Warnings) -> Waveform | None:
    """The typical cycle; what it leaves open of rate and scale is the rhythm's, with a warning."""
    cycle = root.at("TYPICAL_CYCLE")
    channels = cycle.all("TYPICAL_CYCLE_CHANNEL") if cycle else []
    if cycle is None or not channels:
        return None
    stated = cycle.attribute("UNITS_PER_MV"), cycle.attribute("SAMPLE_FREQ")
    if not all(stated):
        warnings.add(
            "median-assumed",
            "The typical cycle states no rate or scale; those of the rhythm were taken.",
        )
    rate = _rate(cycle) if stated[1] else rhythm.sampling_rate_hz
    scales = {lead.name: lead.nv_per_lsb for lead in rhythm.leads}
    leads = [_lead(one, _scale(cycle) if stated[0] else None, scales) for one in channels]
    check_leads([lead.name for lead in leads], field=cycle.path("TYPICAL_CYCLE_CHANNEL"))
    rows = [_samples(one, cycle) for one in channels]
    if len({len(row) for row in rows}) > 1:
        raise Refused("channels-differ", "The channels differ in length.", field=cycle.path())
    _check_duration(cycle, len(rows[0]), rate)
    return Waveform("median", tuple(leads), np.stack(rows, axis=1), rate)


def _lead(one: Element, scale: Decimal | None, rhythm: dict[str, Decimal] | None = None) -> Lead:
    name = named_lead(one.need_attribute("NAME"), field=one.path("@NAME"))
    scale = scale if scale is not None else (rhythm or {}).get(name)
    if scale is None:
        raise Refused("unknown-scale", f"Lead {name} has no scale.", field=one.path("@NAME"))
    return Lead(name, scale)


def _scale(element: Element) -> Decimal:
    """nV per count. Raises Refused where it has no exact decimal."""
    field = element.path("@UNITS_PER_MV")
    units = element.need_attribute_number("UNITS_PER_MV")
    if units <= 0:
        raise Refused("unknown-scale", "The units per mV are impossible.", field=field)
    scale = NV_PER_MV / units
    check_scale(scale, Decimal(0), field=field)
    if element.attribute_number("OFFSET"):
        raise Refused(
            "channel-offset", "An offset has no known meaning.", field=element.path("@OFFSET")
        )
    return scale


def _rate(element: Element) -> Decimal:
    return check_rate(element.attribute_number("SAMPLE_FREQ"), field=element.path("@SAMPLE_FREQ"))


def _samples(one: Element, coding: Element) -> NDArray[np.int32]:
    for name, known in _CODING.items():
        if coding.need_attribute(name).upper() != known:
            raise Refused(
                "sample-type",
                "The samples are coded in a way that is not known.",
                field=coding.path("@" + name),
            )
    field = one.path("@DATA")
    data = from_base64(one.attributes.get("DATA", ""), field=field)
    if not data or len(data) % 2:
        raise Refused("sample-count", "The samples are not whole.", field=field)
    return np.frombuffer(data, "<i2").astype(np.int32)


def _check_duration(element: Element, samples: int, rate: Decimal) -> None:
    """DURATION counts samples in some files and milliseconds in others; one of both must fit."""
    stated = element.need_attribute_number("DURATION")
    if samples not in (stated, stated * rate / 1000):
        raise Refused(
            "sample-count",
            "The samples are not as many as the file says; transfer it again.",
            field=element.path("@DURATION"),
        )
