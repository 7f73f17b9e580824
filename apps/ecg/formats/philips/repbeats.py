"""Representative beats of a Philips file: each with its own rate and resolution."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from apps.ecg.formats.canonical import Lead, Refused, Waveform
from apps.ecg.formats.encoded import from_base64
from apps.ecg.formats.gaps import fill_gaps
from apps.ecg.formats.leads import check_leads, named_lead
from apps.ecg.formats.scale import check_rate, check_scale
from apps.ecg.formats.warnings import Warnings
from apps.ecg.formats.xml import Element

UNUSED = 32767  # stands after the end of a beat that is shorter than its room
_RATES = ("samplespersec", "samplespersecond")


def read_median(root: Element, warnings: Warnings) -> Waveform | None:
    """All leads at their own scale; None where there is none, or it states no rate and scale."""
    group = root.at("waveforms", "repbeats")
    beats = group.all("repbeat") if group is not None else []
    if group is None or not beats:
        return None
    if any(
        _setting(group, beat, *_RATES) is None or _resolution(group, beat) is None for beat in beats
    ):
        warnings.add("median-scale", "The median beat states no rate or scale and is left out.")
        return None
    if group.attribute("dataencoding").lower() != "base64":
        raise Refused(
            "sample-coding", "The median beat is not in base64.", field=group.path("@dataencoding")
        )
    leads = tuple(_lead(group, beat) for beat in beats)
    check_leads([lead.name for lead in leads], field=group.path("repbeat", "@leadname"), fewest=1)
    rates = {_setting(group, beat, *_RATES) for beat in beats}
    columns = [_counts(beat) for beat in beats]
    if len(rates) > 1 or len({column.size for column in columns}) > 1:
        raise Refused(
            "lead-lengths", "The leads of the median beat differ in length.", field=group.path()
        )
    counts, missing = _without_end(np.stack(columns, axis=1), group)
    rate = check_rate(rates.pop(), field=group.path("@samplespersec"))
    return Waveform("median", leads, fill_gaps(counts, missing), rate, missing)


def _without_end(
    counts: NDArray[np.int32], group: Element
) -> tuple[NDArray[np.int32], NDArray[np.bool_] | None]:
    """Cut where every lead has ended; what is unused before that is missing."""
    unused = counts == UNUSED
    used = np.flatnonzero(~unused.all(axis=1))
    if not used.size:
        raise Refused("no-samples", "The median beat holds no samples.", field=group.path())
    end = int(used[-1]) + 1
    counts, unused = counts[:end], unused[:end]
    return counts, unused if unused.any() else None


def _resolution(group: Element, beat: Element) -> Decimal | None:
    return _setting(group, beat, "resolution")


def _setting(group: Element, beat: Element, *names: str) -> Decimal | None:
    """From the nearest element that says it: the waveform, its beat, the group."""
    for element in (beat.at("waveform"), beat, group):
        for name in names if element is not None else ():
            value = element.attribute_number(name) if element is not None else None
            if value is not None:
                return value
    return None


def _lead(group: Element, beat: Element) -> Lead:
    name = named_lead(beat.need_attribute("leadname"), field=beat.path("@leadname"))
    nv_per_lsb = (_resolution(group, beat) or Decimal(0)) * 1000
    check_scale(nv_per_lsb, Decimal(0), field=group.path("@resolution"))
    return Lead(name, nv_per_lsb)


def _counts(beat: Element) -> NDArray[np.int32]:
    waveform = beat.at("waveform")
    source = beat if waveform is None else waveform
    raw = from_base64(source.content, field=source.path())
    if not raw or len(raw) % 2:
        raise Refused("truncated", "A median beat is cut short.", field=source.path())
    return np.frombuffer(raw, "<i2").astype(np.int32)
