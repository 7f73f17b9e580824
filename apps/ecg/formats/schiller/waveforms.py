"""Rhythm and averaged beat of a Schiller file."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from apps.ecg.formats import profiles
from apps.ecg.formats.canonical import Lead, Refused, Waveform, WaveformKind
from apps.ecg.formats.leads import check_leads, named_lead
from apps.ecg.formats.listed import whole_numbers
from apps.ecg.formats.scale import check_scale
from apps.ecg.formats.units import voltage_factor
from apps.ecg.formats.warnings import Warnings
from apps.ecg.formats.xml import Element

from .rate import Rate

RHYTHM, AVERAGE = "ECG_RHYTHMS", "ECG_AVERAGES"
# Written in capitals, which UCUM does not know; MV would be megavolt there and is refused.
_UNITS = {"UV": "uV"}
DATA_TYPE = "COMMASEPARATE"
MOST_SAMPLES = 1 << 20


def find_event(root: Element) -> Element:
    events = root.need("eventdata").all("event")
    if len(events) != 1:
        raise Refused(
            "several-rhythms",
            "The file holds several events, or none; they are read one by one.",
            field=root.path("eventdata", "event"),
        )
    return events[0]


def find_wavedata(event: Element, kind: str) -> Element | None:
    """The one of its type; None where there is none. Raises Refused for several."""
    found = [one for one in event.all("wavedata") if one.text("type") == kind]
    if len(found) > 1:
        raise Refused(
            "several-rhythms",
            "The file holds several recordings of one type.",
            field=event.path("wavedata"),
        )
    return found[0] if found else None


def need_rhythm(event: Element, warnings: Warnings) -> Element:
    rhythm = find_wavedata(event, RHYTHM)
    if rhythm is None:
        raise Refused("no-rhythm", "The file holds no rhythm.", field=event.path("wavedata"))
    others = [one for one in event.all("wavedata") if one.text("type") not in (RHYTHM, AVERAGE)]
    if others:
        warnings.add("recordings-left-out", f"{len(others)} further recordings were left out.")
    return rhythm


def read_waveform(wavedata: Element, kind: WaveformKind, rate: Rate) -> Waveform:
    """Raises Refused unless all leads have the same number of samples, as the file says."""
    channels = wavedata.all("channel")
    field = wavedata.path("channel")
    names = [named_lead(one.need_text("name"), field=one.path("name")) for one in channels]
    check_leads(names, field=field)
    counts = [_sample_count(one) for one in channels]
    if len(set(counts)) != 1:
        raise Refused("sample-count", "The leads differ in length.", field=field)
    columns = [_samples(one, counts[0]) for one in channels]
    scale = _scale(wavedata)
    leads = tuple(Lead(name, scale) for name in names)
    return Waveform(kind, leads, np.stack(columns, axis=1), rate.hz)


def _sample_count(channel: Element) -> int:
    count = channel.need_whole("samplecount")
    if not 0 < count <= MOST_SAMPLES:
        raise Refused(
            "sample-count",
            "The number of samples is impossible.",
            field=channel.path("samplecount"),
        )
    return count


def _samples(channel: Element, count: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    if channel.need_text("datastype") != DATA_TYPE:
        raise Refused(
            "sample-type",
            "The samples are written in a way that is not known.",
            field=channel.path("datastype"),
        )
    data = channel.need("data")
    return whole_numbers(data.content, count, field=data.path())


def _scale(wavedata: Element) -> Decimal:
    """nV per count, in the unit this file names."""
    place = ("resolution", "yres")
    unit = profiles.unit(wavedata.path(*place, "units"), wavedata.need_text(*place, "units"))
    factor = voltage_factor(_UNITS.get(unit, unit))
    if factor is None:
        raise Refused(
            "unknown-unit",
            "The unit of the samples is not known (UV, uV, mV or nV).",
            field=wavedata.path(*place, "units"),
        )
    scale = wavedata.need_number(*place, "unitperbit") * factor.factor
    check_scale(scale, Decimal(0), field=wavedata.path(*place, "unitperbit"))
    return scale
