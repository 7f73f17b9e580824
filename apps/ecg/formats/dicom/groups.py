"""Multiplex groups: which one is the rhythm, which the median beat."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from apps.ecg.formats.canonical import STANDARD_LEADS, Refused, Waveform, WaveformKind
from apps.ecg.formats.negated import turned
from apps.ecg.formats.scale import check_rate

from . import tags
from .channels import Channel, read_channels
from .elements import Dataset
from .samples import read_samples
from .values import Reader, ascii_text, decimal, unsigned

SHORTEST_RHYTHM_S = Decimal("2.4")
# Groups of 2.5 s are columns of a printed page, recorded one after another whatever they say.
SHORTEST_JOINED_S = Decimal(5)
JOINED = "groups-joined"
_MEDIAN_LABELS = ("MEDIAN", "AVERAGE", "REPRESENTATIVE", "TEMPLATE")


class Group(NamedTuple):
    """One multiplex group with its leads, its samples not yet read; `number` counts from 1."""

    number: int
    kind: WaveformKind
    labelled: bool
    original: bool
    begins_ms: Decimal | None
    seconds: Decimal
    rate_hz: Decimal
    channels: list[Channel]
    dataset: Dataset

    def standard_leads(self) -> frozenset[str]:
        return frozenset(c.lead.name for c in self.channels if c.lead.name in STANDARD_LEADS)

    def leads(self) -> frozenset[str]:
        return frozenset(channel.lead.name for channel in self.channels)


def read_group(
    dataset: Dataset, number: int, reader: Reader, *, but: Collection[str] = ()
) -> Group:
    """Everything about a group but its samples, without channels in a unit of `but`.

    Raises Refused.
    """
    rate = check_rate(
        decimal(dataset, tags.SAMPLING_FREQUENCY, "SamplingFrequency"), field="SamplingFrequency"
    )
    samples = unsigned(dataset, tags.NUMBER_OF_SAMPLES, "NumberOfWaveformSamples")
    seconds = samples / rate
    label = ascii_text(dataset, tags.MULTIPLEX_GROUP_LABEL).upper()
    original = ascii_text(dataset, tags.WAVEFORM_ORIGINALITY).upper() != "DERIVED"
    kind, labelled = _kind(label, original, seconds)
    if labelled and (kind == "rhythm") != original:
        reader.warnings.add(
            "group-originality",
            f"The {kind} group is marked {'original' if original else 'derived'}.",
        )
    begins = decimal(dataset, tags.GROUP_TIME_OFFSET, "MultiplexGroupTimeOffset")
    channels = read_channels(dataset, reader, but=but)
    return Group(number, kind, labelled, original, begins, seconds, rate, channels, dataset)


def _kind(label: str, original: bool, seconds: Decimal) -> tuple[WaveformKind, bool]:
    if any(word in label for word in _MEDIAN_LABELS):
        return "median", True
    if "RHYTHM" in label:
        return "rhythm", True
    short = seconds < SHORTEST_RHYTHM_S
    return ("median" if short and not original else "rhythm"), False


def choose_rhythm(groups: list[Group], reader: Reader) -> list[Group]:
    """The one rhythm, or the groups that together are it; refused where leads would be lost."""
    found = [group for group in groups if group.kind == "rhythm"]
    if not found:
        raise Refused(
            "no-rhythm", "The file holds no rhythm, only a median beat.", field="WaveformSequence"
        )
    best = _best(found, lambda g: (len(g.standard_leads()), g.original, g.labelled, g.seconds))
    if best is None or any(not group.leads() <= best.leads() for group in found):
        if _are_one(found):
            reader.warnings.add(JOINED, f"{len(found)} groups that begin at once hold the leads.")
            return found
        _refuse_sequential(found)
        raise Refused(
            "several-rhythms",
            "The file holds several rhythm groups and none has all leads at once.",
            field="WaveformSequence",
        )
    if len(found) > 1:
        reader.warnings.add("groups-left-out", f"{len(found) - 1} further rhythm groups left out.")
    return [best]


def _are_one(groups: list[Group]) -> bool:
    """Whether all say they begin at one moment, at one rate, of one length, with other leads."""
    alike = {(group.begins_ms, group.rate_hz, group.seconds) for group in groups}
    names = [name for group in groups for name in group.leads()]
    return (
        len(alike) == 1
        and groups[0].begins_ms is not None
        and groups[0].seconds >= SHORTEST_JOINED_S
        and len(set(names)) == len(names)
    )


def _refuse_sequential(groups: list[Group]) -> None:
    """Leads of different instants are no 12-lead recording: nothing can be checked across them."""
    if len({group.begins_ms or 0 for group in groups}) > 1:
        raise Refused(
            "sequential-groups",
            "The leads were recorded one group after another; send a recording with all leads "
            "at the same time.",
            field="MultiplexGroupTimeOffset",
        )


def choose_median(groups: list[Group], reader: Reader) -> Group | None:
    found = [group for group in groups if group.kind == "median"]
    best = _best(found, lambda g: (len(g.standard_leads()), g.labelled))
    if len(found) > 1:
        reader.warnings.add("groups-left-out", f"{len(found)} median groups; at most one is used.")
    return best


def _best(groups: list[Group], rank: Callable[[Group], tuple[int | Decimal, ...]]) -> Group | None:
    """The highest in rank; None where two share it."""
    ordered = sorted(groups, key=rank, reverse=True)
    if len(ordered) > 1 and rank(ordered[0]) == rank(ordered[1]):
        return None
    return ordered[0] if ordered else None


def read_waveform(groups: list[Group], reader: Reader) -> Waveform:
    """The samples of chosen groups, their leads side by side. Raises Refused."""
    first, *others = (_read_waveform(group, reader) for group in groups)
    if not others:
        return first
    parts = [first, *others]
    missing = None
    if any(part.missing is not None for part in parts):
        missing = np.concatenate([_missing(part) for part in parts], axis=1)
    counts = np.concatenate([part.counts for part in parts], axis=1)
    leads = tuple(lead for part in parts for lead in part.leads)
    return replace(first, leads=leads, counts=counts, missing=missing)


def _missing(part: Waveform) -> NDArray[np.bool_]:
    return np.zeros(part.counts.shape, np.bool_) if part.missing is None else part.missing


def _read_waveform(group: Group, reader: Reader) -> Waveform:
    columns = [channel.column for channel in group.channels]
    stored = {channel.column: channel.bits_stored for channel in group.channels}
    counts, missing = read_samples(group.dataset, stored, reader.warnings)
    if counts.shape[1] > len(columns):
        counts = np.ascontiguousarray(counts[:, columns])
        missing = None if missing is None else missing[:, columns]
    leads = tuple(channel.lead for channel in group.channels)
    counts = turned(counts, leads)
    return Waveform(group.kind, leads, counts, group.rate_hz, missing)
