"""Electrodes that may be exchanged: flagged only, for dextrocardia looks alike."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from apps.ecg.signal.arrays import Array
from apps.ecg.signal.criteria.facts import Facts, said
from apps.ecg.signal.limits import Limits
from apps.ecg.signal.person import Person
from apps.ecg.signal.results import LeadMeasures, Statement

# A P wave beyond this points away from lead I.
RIGHT_DEG = 90.0
CHEST = ("V1", "V2", "V3", "V4", "V5", "V6")


def limb_exchange(facts: Facts, person: Person, limits: Limits) -> Iterator[Statement]:
    leads = {name: facts.leads.get(name) for name in ("I", "II", "aVR", "V5", "V6")}
    arms: bool | None = None
    leg: bool | None = None
    net = {name: _net(lead) for name, lead in leads.items() if lead is not None}
    if len(net) == len(leads):
        clear = limits.reversal_qrs_uv
        p_away = facts.axes.p is not None and abs(facts.axes.p) > RIGHT_DEG
        chest = net["V5"] > clear and net["V6"] > clear
        arms = net["I"] < -clear and net["aVR"] > -clear and chest and p_away
        leg = (
            _size(facts.leads["II"])
            < limits.flat_ii_uv
            < limits.tall_i_uv
            < _size(facts.leads["I"])
        )
    yield said(
        "arm_reversal_suspected",
        "Arm electrodes may be exchanged",
        arms,
        "P and QRS negative in I, aVR not, V5 and V6 usual",
        qrs_i_uv=net.get("I"),
        qrs_avr_uv=net.get("aVR"),
        limit_uv=limits.reversal_qrs_uv,
    )
    yield said(
        "right_leg_reversal_suspected",
        "Right arm and right leg electrodes may be exchanged",
        leg,
        "II almost flat",
        flat_uv=limits.flat_ii_uv,
        tall_uv=limits.tall_i_uv,
    )


def chest_exchange(facts: Facts, person: Person, limits: Limits) -> Iterator[Statement]:
    """Neighbouring chest leads resemble each other most in their true order."""
    present: bool | None = None
    swapped: list[str] | None = None
    gain = 1.0
    if set(CHEST) <= set(facts.leads) and facts.median is not None:
        gain, pair = _best_swap(_qrs_t(facts))
        present = gain < limits.swap_gain
        swapped = [CHEST[pair], CHEST[pair + 1]] if present else None
    yield said(
        "chest_reversal_suspected",
        "Chest electrodes may be exchanged",
        present,
        "way from lead to lead shorter in another order",
        leads=swapped,
        way=gain,
        limit=limits.swap_gain,
    )


def _qrs_t(facts: Facts) -> Array:
    """(leads, samples) of the beat from QRS onset to T end."""
    beat = facts.median
    assert beat is not None
    ends = (beat.fiducials_ms.qrs_on or 0.0, beat.fiducials_ms.qrs_off or 0.0)
    start, stop = (round(ms / 1000 * beat.sampling_rate_hz) for ms in ends)
    return np.stack([beat.samples_uv[start:stop, beat.leads.index(name)] for name in CHEST])


def _best_swap(lines: Array) -> tuple[float, int]:
    """The shortest way with two neighbours exchanged, as a share of the way as it is."""
    apart = np.sqrt(((lines[:, None] - lines[None]) ** 2).sum(axis=-1))

    def way(order: list[int]) -> float:
        return float(sum(apart[one, other] for one, other in pairwise(order)))

    usual = list(range(len(lines)))
    orders = [[*usual[:i], i + 1, i, *usual[i + 2 :]] for i in usual[:-1]]
    ways = [way(order) for order in orders]
    best = int(np.argmin(ways))
    return ways[best] / max(way(usual), 1e-9), best


def _net(lead: LeadMeasures) -> float:
    """The larger of height and depth, with its sign."""
    heights = [lead.q_uv or 0.0, lead.r_uv or 0.0, lead.s_uv or 0.0, lead.r2_uv or 0.0]
    return max(heights, key=abs)


def _size(lead: LeadMeasures) -> float:
    heights = [lead.q_uv or 0.0, lead.r_uv or 0.0, lead.s_uv or 0.0, lead.r2_uv or 0.0]
    return max(heights) - min(heights)
