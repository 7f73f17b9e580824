"""Channel definitions to leads: which lead it is and its exact scale."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Context, Decimal
from typing import NamedTuple, NoReturn

from apps.ecg.formats import profiles
from apps.ecg.formats.canonical import Lead, Refused
from apps.ecg.formats.lead_codes import LeadCode, lead_by_code, lead_by_meaning
from apps.ecg.formats.scale import check_scale
from apps.ecg.formats.units import voltage_factor

from . import tags
from .elements import Dataset
from .labels import lead_by_labels
from .values import Code, Reader, decimal, unsigned

_EXACT = Context(prec=80)
UNITS = "ChannelSensitivityUnitsSequence"


class Channel(NamedTuple):
    """One lead, where it stands in its group, and the bits it uses; None where it is not said."""

    lead: Lead
    column: int
    bits_stored: int | None


def read_channels(group: Dataset, reader: Reader, *, but: Collection[str] = ()) -> list[Channel]:
    """The leads of one multiplex group in stored order; none in a unit of `but`. Raises Refused."""
    definitions = group.items(tags.CHANNEL_DEFINITIONS)
    if len(definitions) != unsigned(group, tags.NUMBER_OF_CHANNELS, "NumberOfWaveformChannels"):
        raise Refused(
            "channel-count",
            "The file does not describe every channel it holds.",
            field="ChannelDefinitionSequence",
        )
    channels = [
        _channel(definition, column, reader)
        for column, definition in enumerate(definitions)
        if _unit(definition, reader) not in but
    ]
    if len(channels) < len(definitions):
        left_out = len(definitions) - len(channels)
        reader.warnings.add("channels-left-out", f"{left_out} channels are no ECG: left out.")
    names = [channel.lead.name for channel in channels]
    if len(set(names)) != len(names):
        raise Refused(
            "duplicate-lead", "The same lead is stored twice.", field="ChannelSourceSequence"
        )
    return channels


def _channel(definition: Dataset, column: int, reader: Reader) -> Channel:
    code = _lead_code(definition, reader)
    scale, baseline = _scale(definition, reader)
    _note_skew(definition, reader)
    if code.negated:
        reader.warnings.add("lead-negated", "Lead -aVR was turned into aVR by changing its sign.")
        baseline = -baseline
    return Channel(
        Lead(code.name, scale, baseline, derived=code.derived, negated=code.negated),
        column,
        _bits_stored(definition, reader),
    )


def _lead_code(definition: Dataset, reader: Reader) -> LeadCode:
    source = reader.code(definition, tags.CHANNEL_SOURCE)
    mapped = profiles.lead("ChannelSourceSequence", str(source)) if source else None
    if mapped is not None:
        return LeadCode(mapped.removeprefix("-"), False, mapped.startswith("-"))
    code = lead_by_code(source.scheme, source.value) if source else None
    if source is None or code is None:
        code = lead_by_labels(definition, source, reader)
    else:
        _note_label(source, code, reader)
    if definition.items(tags.CHANNEL_SOURCE_MODIFIERS):
        reader.warnings.add(
            "lead-modifier", f"Lead {code.name} has a modifier that is not applied."
        )
    return code


def _note_label(source: Code, code: LeadCode, reader: Reader) -> None:
    meant = lead_by_meaning(source.meaning)
    if meant not in (None, code.signed()):
        reader.warnings.add(
            "lead-meaning",
            f"Code {source.shown()} is lead {code.signed()}, its label says {meant}.",
        )


def _scale(definition: Dataset, reader: Reader) -> tuple[Decimal, Decimal]:
    """nV per count and nV of count 0; the baseline is in the sensitivity's unit already."""
    sensitivity = _number(definition, tags.CHANNEL_SENSITIVITY, "ChannelSensitivity")
    if sensitivity is None:
        _unknown_scale("ChannelSensitivity")
    unit = _unit_nv(definition, sensitivity, reader)
    factor = _number(definition, tags.CORRECTION_FACTOR, "ChannelSensitivityCorrectionFactor")
    baseline = _number(definition, tags.CHANNEL_BASELINE, "ChannelBaseline")
    if factor is None or baseline is None:
        reader.warnings.add(
            "scale-defaults", "No correction factor or baseline is given; 1 and 0 are used."
        )
    factor, baseline = Decimal(1) if factor is None else factor, baseline or Decimal(0)
    nv_per_lsb = _EXACT.multiply(_EXACT.multiply(sensitivity, factor), unit)
    offset = _EXACT.multiply(baseline, unit)
    check_scale(nv_per_lsb, offset, field="ChannelSensitivity")
    return nv_per_lsb, offset


def _number(definition: Dataset, tag: int, keyword: str) -> Decimal | None:
    """None where absent; present but empty is an unknown scale, not a default."""
    value = decimal(definition, tag, keyword)
    if value is None and tag in definition.values:
        _unknown_scale(keyword)
    return value


def _unknown_scale(keyword: str) -> NoReturn:
    raise Refused("unknown-scale", f"{keyword} is missing; the scale is unknown.", field=keyword)


def _unit(definition: Dataset, reader: Reader) -> str:
    code = reader.code(definition, tags.SENSITIVITY_UNITS)
    return code.value if code else ""


def _unit_nv(definition: Dataset, sensitivity: Decimal, reader: Reader) -> Decimal:
    code = reader.code(definition, tags.SENSITIVITY_UNITS)
    stated = code.value if code else reader.meaning(definition, tags.SENSITIVITY_UNITS)
    unit = profiles.unit(UNITS, stated, sensitivity)
    factor = voltage_factor(unit)
    if factor is None:
        shown = unit if unit and unit.isprintable() and len(unit) <= 12 else "(none)"
        raise Refused(
            "unknown-unit",
            f"Unit {shown} of the sensitivity is not known (uV, mV, nV or V).",
            field=UNITS,
        )
    if factor.alias:
        reader.warnings.add("unit-alias", f"Unit {unit} was read as its UCUM code.")
    meant = voltage_factor(code.meaning) if code and unit == stated else None
    if meant is not None and meant.factor != factor.factor:
        reader.warnings.add(
            "unit-meaning", "The unit's code and its label differ; the code counts."
        )
    return factor.factor


def _bits_stored(definition: Dataset, reader: Reader) -> int | None:
    if tags.BITS_STORED in definition.values:
        return unsigned(definition, tags.BITS_STORED, "WaveformBitsStored")
    reader.warnings.add("bits-stored-missing", "The bits stored are not given; all are used.")
    return None


def _note_skew(definition: Dataset, reader: Reader) -> None:
    for tag, keyword in (
        (tags.CHANNEL_TIME_SKEW, "ChannelTimeSkew"),
        (tags.CHANNEL_SAMPLE_SKEW, "ChannelSampleSkew"),
    ):
        if decimal(definition, tag, keyword):
            reader.warnings.add(
                "channel-skew", f"Channels are skewed in time ({keyword}); samples are as stored."
            )
