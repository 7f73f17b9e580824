"""Settings of the samples: the same thing has other names, and places, in each version."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from apps.ecg.formats.canonical import Filters, Refused
from apps.ecg.formats.hertz import filter_hz
from apps.ecg.formats.scale import check_rate, check_scale
from apps.ecg.formats.warnings import Warnings
from apps.ecg.formats.xml import Element

_COMPRESSION = ("compression", "compressmethod")
_BITS = ("bitspersample", "nbitspersample")
_UNVERSIONED = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")


class Settings(NamedTuple):
    rate_hz: Decimal
    nv_per_lsb: Decimal
    duration_ms: Decimal
    labels: tuple[str, ...]


def read_settings(root: Element, parsed: Element) -> Settings:
    """Rate, scale, length and leads of the rhythm. Raises Refused for what is not known."""
    signal = root.need("dataacquisition", "signalcharacteristics")
    _check_coding(parsed, signal)
    field = parsed.path("@resolution")
    rate = _number(parsed, signal, ("samplespersecond",), ("samplingrate",), field="samplingrate")
    microvolts = _number(
        parsed, signal, ("resolution",), ("resolution", "signalresolution"), field="resolution"
    )
    nv_per_lsb = microvolts * 1000
    check_scale(nv_per_lsb, Decimal(0), field=field)
    return Settings(
        rate_hz=check_rate(rate, field=signal.path("samplingrate")),
        nv_per_lsb=nv_per_lsb,
        duration_ms=parsed.need_attribute_number("durationperchannel"),
        labels=_labels(parsed, signal),
    )


def _given(
    parsed: Element, signal: Element, attributes: tuple[str, ...], elements: tuple[str, ...]
) -> set[str]:
    texts = {parsed.attribute(name) for name in attributes}
    return (texts | {signal.text(name) for name in elements}) - {""}


def _number(
    parsed: Element,
    signal: Element,
    attributes: tuple[str, ...],
    elements: tuple[str, ...],
    *,
    field: str,
) -> Decimal:
    """The one value its places agree on. Raises Refused for none, and for two."""
    values = {parsed.attribute_number(name) for name in attributes}
    values |= {signal.number(name) for name in elements}
    known = [value for value in values if value is not None]
    if len(known) > 1:
        raise Refused(
            "contradiction", f"{field} is given twice, differently.", field=signal.path(field)
        )
    if not known:
        raise Refused("missing-value", f"{field} is missing.", field=signal.path(field))
    return known[0]


def _check_coding(parsed: Element, signal: Element) -> None:
    """What is read is signed 16-bit around zero, XLI in base64; anything else is refused."""
    for what, found, wanted in (
        ("dataencoding", {parsed.attribute("dataencoding")}, {"base64"}),
        ("compression", _given(parsed, signal, _COMPRESSION, ()), {"xli"}),
        ("bitspersample", _given(parsed, signal, _BITS, ("bitspersample",)), {"16"}),
        ("signalsigned", _given(parsed, signal, ("signalsigned",), ("signalsigned",)), {"true"}),
    ):
        if {text.lower() for text in found} != wanted:
            raise Refused(
                "sample-coding",
                f"{what} is not {' '.join(wanted)}, the only one read.",
                field=parsed.path("@" + what),
            )
    for offset in (parsed.attribute_number("signaloffset"), signal.number("signaloffset")):
        # With an offset in I and II the residuals of the limb leads would be a guess.
        if offset:
            raise Refused(
                "sample-offset", "signaloffset is not zero.", field=signal.path("signaloffset")
            )


def _labels(parsed: Element, signal: Element) -> tuple[str, ...]:
    """Version 1.03 names no leads: its twelve stand in the standard order."""
    labels = tuple(parsed.attribute("leadlabels").split())
    stated = parsed.attribute_whole("numberofleads")
    if not labels and stated is None:
        labels, stated = _UNVERSIONED, signal.whole("numberchannelsvalid")
    if len(labels) != stated:
        raise Refused(
            "channel-count",
            "The file does not name as many leads as it says.",
            field=parsed.path("@leadlabels"),
        )
    return labels


def read_filters(root: Element, parsed: Element, warnings: Warnings) -> Filters:
    """What was applied to the stored samples; the report's own filters were not."""
    signal = root.need("dataacquisition", "signalcharacteristics")
    band = signal.text("signalbandwidth").partition("-")
    high = parsed.attribute("hipass") or signal.text("hipass") or band[0]
    low = parsed.attribute("lowpass") or signal.text("lowpass") or band[2]
    filtered = (parsed.attribute("notchfiltered") or signal.text("notchfiltered")).lower()
    frequency = parsed.attribute("notchfilterfreqs") or signal.text("notchfilterfreqs")
    notch = {"false": 0.0, "true": filter_hz(frequency, warnings)}.get(filtered)
    return Filters(filter_hz(high, warnings), filter_hz(low, warnings), notch)
