"""Waveforms of a MUSE file: little-endian 16-bit counts in base64, each lead with a checksum."""

from __future__ import annotations

import zlib
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from apps.ecg.formats import profiles
from apps.ecg.formats.canonical import Filters, Lead, Refused, Waveform, WaveformKind
from apps.ecg.formats.encoded import from_base64
from apps.ecg.formats.hertz import filter_hz
from apps.ecg.formats.leads import check_leads, named_lead
from apps.ecg.formats.scale import check_rate, check_scale
from apps.ecg.formats.units import voltage_factor
from apps.ecg.formats.warnings import Warnings
from apps.ecg.formats.xml import Element

NV_PER_UNIT = {"MICROVOLTS": 1_000, "MILLIVOLTS": 1_000_000, "NANOVOLTS": 1}
SAMPLE_TYPE = "CONTINUOUS_SAMPLES"
_RHYTHM, _MEDIAN = "rhythm", "median"
_BYTES_PER_SAMPLE = 2
_MAINS = {"": None, "NONE": 0.0, "OFF": 0.0, "0": 0.0, "50": 50.0, "60": 60.0}


def find_rhythm(root: Element, warnings: Warnings) -> Element:
    """The one rhythm. Raises Refused for none or several."""
    kinds = [waveform.need_text("WaveformType").lower() for waveform in root.all("Waveform")]
    if any(kind not in (_RHYTHM, _MEDIAN) for kind in kinds):
        warnings.add("waveform-kind", "A waveform that is neither rhythm nor median is left out.")
    found = _of_kind(root, _RHYTHM)
    if not found:
        raise Refused(
            "no-rhythm", "The file holds no rhythm waveform.", field="RestingECG/Waveform"
        )
    if len(found) > 1:
        raise Refused(
            "several-recordings",
            "The file holds several rhythm waveforms; send them one by one.",
            field="RestingECG/Waveform",
        )
    return found[0]


def find_median(root: Element) -> Element | None:
    found = _of_kind(root, _MEDIAN)
    if len(found) > 1:
        raise Refused(
            "several-medians", "The file holds several median beats.", field="RestingECG/Waveform"
        )
    return found[0] if found else None


def _of_kind(root: Element, kind: str) -> list[Element]:
    return [w for w in root.all("Waveform") if w.text("WaveformType").lower() == kind]


def rate_of(waveform: Element) -> Decimal:
    """SampleBase × 10^SampleExponent, in Hz. Raises Refused."""
    exponent = waveform.whole("SampleExponent") or 0
    base = waveform.need_number("SampleBase")
    rate = base.scaleb(exponent) if abs(exponent) <= 6 else None
    return check_rate(rate, field=waveform.path("SampleBase"))


def read_waveform(waveform: Element, kind: WaveformKind, warnings: Warnings) -> Waveform:
    """The stored leads in file order. Raises Refused."""
    if waveform.text("SampleType").upper() not in (SAMPLE_TYPE, ""):
        raise Refused(
            "sample-type", "The samples are not continuous.", field=waveform.path("SampleType")
        )
    stored = waveform.all("LeadData")
    if waveform.whole("NumberofLeads") not in (len(stored), None):
        raise Refused(
            "channel-count",
            "The file does not hold as many leads as it says.",
            field=waveform.path("NumberofLeads"),
        )
    leads = [_lead(data, warnings) for data in stored]
    check_leads([lead.name for lead in leads], field=waveform.path("LeadData", "LeadID"))
    _check_simultaneous(waveform, stored)
    columns = [_counts(data, warnings) for data in stored]
    if len({column.size for column in columns}) > 1:
        raise Refused(
            "lead-lengths",
            "The leads are not equally long.",
            field=waveform.path("LeadData", "LeadSampleCountTotal"),
        )
    return Waveform(kind, tuple(leads), np.stack(columns, axis=1), rate_of(waveform))


def _lead(data: Element, warnings: Warnings) -> Lead:
    name = named_lead(data.need_text("LeadID"), field=data.path("LeadID"))
    size = data.need_number("LeadAmplitudeUnitsPerBit")
    stated = data.need_text("LeadAmplitudeUnits")
    unit_nv = _unit_nv(profiles.unit(data.path("LeadAmplitudeUnits"), stated, size))
    if unit_nv is None:
        raise Refused(
            "unknown-unit",
            "The unit of the samples is not known.",
            field=data.path("LeadAmplitudeUnits"),
        )
    scale = size * unit_nv
    check_scale(scale, Decimal(0), field=data.path("LeadAmplitudeUnitsPerBit"))
    if data.text("LeadOff").upper() == "TRUE":
        warnings.add("lead-off", f"Lead {name} was off.")
    return Lead(name, scale)


def _unit_nv(said: str) -> Decimal | None:
    """MUSE's own word, in any case, or a unit of UCUM."""
    if word := NV_PER_UNIT.get(said.upper()):
        return Decimal(word)
    ucum = voltage_factor(said)
    return ucum.factor if ucum else None


def _check_simultaneous(waveform: Element, stored: list[Element]) -> None:
    """Leads taken one after another are no simultaneous ECG; their limb leads do not add up."""
    if len({data.number("LeadTimeOffset") or Decimal(0) for data in stored}) > 1:
        raise Refused(
            "sequential-leads",
            "The leads were recorded one after another, not at the same time.",
            field=waveform.path("LeadData", "LeadTimeOffset"),
        )


def _counts(data: Element, warnings: Warnings) -> NDArray[np.int32]:
    for name in ("FirstSampleBaseline", "LeadOffsetFirstSample"):
        # One reader adds the baseline, another ignores it: no reading is sure.
        if data.number(name):
            raise Refused(
                "sample-baseline",
                f"{name} is not zero; its meaning is unclear.",
                field=data.path(name),
            )
    field = data.path("WaveFormData")
    raw = from_base64(data.need("WaveFormData").content, field=field)
    _check_length(data, len(raw))
    _check_crc(data, raw, warnings)
    return np.frombuffer(raw, "<i2").astype(np.int32)


def _check_length(data: Element, length: int) -> None:
    """Of number of samples, bytes, and bytes a sample two must be said; all said must agree."""
    size, samples = data.whole("LeadSampleSize"), data.whole("LeadSampleCountTotal")
    stated = data.whole("LeadByteCountTotal")
    if size not in (_BYTES_PER_SAMPLE, None):
        raise Refused(
            "sample-size", "The samples are not of two bytes.", field=data.path("LeadSampleSize")
        )
    if samples is None and (size is None or stated is None):
        data.need_whole("LeadSampleCountTotal" if size else "LeadSampleSize")
    expected = stated if samples is None else samples * _BYTES_PER_SAMPLE
    if length != expected or stated not in (length, None, 0):
        raise Refused(
            "truncated", "A lead is not as long as it says.", field=data.path("WaveFormData")
        )
    if not length:
        raise Refused("no-samples", "A lead holds no samples.", field=data.path("WaveFormData"))


def _check_crc(data: Element, raw: bytes, warnings: Warnings) -> None:
    """CRC-32 of the decoded bytes, as 32 bits with or without a sign; 0 is none."""
    given = data.number("LeadDataCRC32")
    if not given:
        warnings.add("no-checksum", "The samples carry no checksum.")
    elif given % 1 or (int(given) - zlib.crc32(raw)) % (1 << 32):
        raise Refused(
            "checksum",
            "The samples do not match their checksum; transfer the file again.",
            field=data.path("LeadDataCRC32"),
        )


def read_filters(waveform: Element, warnings: Warnings) -> Filters:
    """HighPassFilter is in hundredths of Hz, LowPassFilter in Hz."""
    mains = waveform.text("ACFilter").upper().removesuffix("HZ").strip()
    if mains not in _MAINS:
        warnings.add("filter", "The mains filter is not known.")
    return Filters(
        high_pass_hz=filter_hz(waveform.text("HighPassFilter"), warnings, per_hz=100),
        low_pass_hz=filter_hz(waveform.text("LowPassFilter"), warnings),
        notch_hz=_MAINS.get(mains),
    )
