"""Strip and median of a CardioSoft file; its full disclosure is another recording."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from apps.ecg.formats import profiles
from apps.ecg.formats.canonical import Filters, Lead, Refused, Waveform, WaveformKind
from apps.ecg.formats.leads import check_leads, named_lead
from apps.ecg.formats.listed import whole_numbers
from apps.ecg.formats.scale import check_rate, check_scale
from apps.ecg.formats.units import voltage_factor
from apps.ecg.formats.warnings import Warnings
from apps.ecg.formats.xml import Element

STRIP, DISCLOSURE = "StripData", "FullDisclosure"
MEDIAN = ("RestingECGMeasurements", "MedianSamples")
RESOLUTION_UNIT, RATE_UNIT = "uVperLsb", "Hz"
MOST_SAMPLES = 1 << 20


def find_strip(root: Element, warnings: Warnings) -> Element:
    """The 10 s strip of all leads. Raises Refused where the file holds only other recordings."""
    strip, disclosure = root.at(STRIP), root.at(DISCLOSURE)
    if strip is None and disclosure is not None:
        raise Refused(
            "full-disclosure",
            "The file holds only a full disclosure recording, which is not read.",
            field=root.path(DISCLOSURE),
        )
    if strip is None:
        raise Refused("no-rhythm", "The file holds no strip.", field=root.path(STRIP))
    if disclosure is not None:
        warnings.add(
            "recordings-left-out", "The full disclosure recording in the file was left out."
        )
    return strip


def read_waveform(element: Element, kind: WaveformKind) -> Waveform:
    """Raises Refused unless every lead has the samples, rate and scale the file says."""
    columns = element.all("WaveformData")
    count = element.need_whole("ChannelSampleCountTotal")
    if len(columns) != element.need_whole("NumberOfLeads"):
        raise Refused(
            "channel-count",
            "The file does not hold as many leads as it says.",
            field=element.path("NumberOfLeads"),
        )
    if not 0 < count <= MOST_SAMPLES:
        raise Refused(
            "sample-count",
            "The number of samples is impossible.",
            field=element.path("ChannelSampleCountTotal"),
        )
    names = [named_lead(one.need_attribute("lead"), field=one.path("@lead")) for one in columns]
    check_leads(names, field=element.path("WaveformData"))
    counts = [whole_numbers(one.content, count, field=one.path()) for one in columns]
    scale = _scale(element)
    return Waveform(
        kind,
        tuple(Lead(name, scale) for name in names),
        np.stack(counts, axis=1),
        _rate(element),
        _missing(element, count, len(names)),
    )


def _rate(element: Element) -> Decimal:
    field = element.path("SampleRate")
    if element.need("SampleRate").attribute("units") != RATE_UNIT:
        raise Refused("unknown-unit", "The sampling rate is not in Hz.", field=field)
    return check_rate(element.need_number("SampleRate"), field=field)


def _scale(element: Element) -> Decimal:
    """nV per count: µV in the file, or what a vendor profile says of its unit."""
    field, size = element.path("Resolution"), element.need_number("Resolution")
    unit = profiles.unit(field, element.need("Resolution").attribute("units"), size)
    factor = voltage_factor("uV" if unit == RESOLUTION_UNIT else unit)
    if factor is None or factor.alias:
        raise Refused("unknown-unit", "The resolution is not in µV per count.", field=field)
    scale = size * factor.factor
    check_scale(scale, Decimal(0), field=field)
    return scale


def _missing(element: Element, count: int, leads: int) -> NDArray[np.bool_] | None:
    """Samples before the first and after the last valid one (of a median) are missing."""
    first, last = element.whole("FirstValid"), element.whole("LastValid")
    first, last = first or 0, count - 1 if last is None else last
    if not 0 <= first <= last < count:
        raise Refused(
            "valid-samples", "The valid samples are impossible.", field=element.path("LastValid")
        )
    if (first, last) == (0, count - 1):
        return None
    missing = np.ones((count, leads), dtype=bool)
    missing[first : last + 1] = False
    return missing


def read_filters(root: Element, warnings: Warnings) -> Filters:
    """Edges in Hz; a notch of 0 is off, None is not said."""
    notches = {hz: root.text("FilterSetting", f"Filter{hz}Hz").lower() for hz in (50, 60)}
    on = [hz for hz, said in notches.items() if said == "yes"]
    if len(on) == 2:
        warnings.add("filters-differ", "The file says both mains filters were on.")
    return Filters(
        high_pass_hz=_edge(root, "HighPass", warnings),
        low_pass_hz=_edge(root, "LowPass", warnings),
        notch_hz=float(on[0]) if on else (0.0 if "no" in notches.values() else None),
    )


def _edge(root: Element, name: str, warnings: Warnings) -> float | None:
    element = root.at("FilterSetting", name)
    text = "" if element is None else element.text()
    if element is None or not text:
        return None
    value = element.number() if element.attribute("units") == RATE_UNIT else None
    if value is None or value < 0:
        warnings.add("filter-unit", f"The filter {name} is not in Hz and was left out.")
        return None
    return float(value)
