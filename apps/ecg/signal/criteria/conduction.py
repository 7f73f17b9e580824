"""AV block, bundle branch block, fascicular block and axis (AHA/ACC/HRS 2009, part III)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from apps.ecg.signal.arrays import Array
from apps.ecg.signal.criteria.facts import Facts, above, reaches, said
from apps.ecg.signal.limits import Limits
from apps.ecg.signal.person import Person
from apps.ecg.signal.results import LeadMeasures, Statement

LATERAL = ("I", "aVL", "V5", "V6")
FEWEST_BROAD = 2
R_TOP_SHARE = 0.8


def first_degree_block(facts: Facts, person: Person, limits: Limits) -> Iterator[Statement]:
    """Long over all leads: a block where it is long from the own P of most leads, borderline where
    only of some, for readers measure single leads; the P of one lead alone decides neither.
    """
    over_all = above(facts.pr_ms, limits.pr_long_ms)
    if over_all is None and facts.p_found is False:
        over_all = False
    own = _own_pr_ms(facts)
    long = [name for name, pr_ms in own.items() if pr_ms > limits.pr_long_ms]
    agreed = len(long) >= limits.fewest_long_pr_leads
    most = len(long) > limits.long_pr_leads_share * len(own)
    for code, text, leads_agree in (
        ("first_degree_av_block", "First-degree AV block", agreed and most),
        (
            "borderline_first_degree_av_block",
            "Borderline first-degree AV block: PR is long in some leads only",
            agreed and not most,
        ),
    ):
        yield said(
            code,
            text,
            over_all and leads_agree,
            "PR interval, of all leads and of single ones",
            pr_ms=facts.pr_ms,
            limit_ms=limits.pr_long_ms,
            leads=long,
            leads_judged=len(own),
            fewest_leads=limits.fewest_long_pr_leads,
            most_share=limits.long_pr_leads_share,
        )


def _own_pr_ms(facts: Facts) -> dict[str, float]:
    """From each lead's own P onset to the QRS onset of all; only leads whose P is told."""
    qrs_on = facts.median.fiducials_ms.qrs_on if facts.median else None
    if qrs_on is None:
        return {}
    starts = {name: lead.fiducials_ms.p_on for name, lead in facts.leads.items()}
    return {name: qrs_on - p_on for name, p_on in starts.items() if p_on is not None}


def bundle_branches(facts: Facts, person: Person, limits: Limits) -> Iterator[Statement]:
    """Complete where the QRS is wide over all leads and by itself in most, for readers measure
    single leads, and the QRS of all begins before and ends after that of each.
    """
    right, left = _right(facts, limits), _left(facts, limits)
    qrs, own = facts.qrs_ms, _own_qrs_ms(facts)
    wide = [name for name, own_ms in own.items() if own_ms >= limits.wide_qrs_ms]
    most = not own or len(wide) > limits.wide_qrs_leads_share * len(own)
    complete = None if qrs is None else qrs >= limits.wide_qrs_ms and most
    incomplete = None if qrs is None else qrs >= limits.incomplete_qrs_ms and not complete
    terminal = _terminal(facts, limits)
    for code, text, width, shape, criterion in (
        (
            "rbbb",
            "Right bundle branch block",
            complete,
            right,
            "late R in V1, late S in I and V6",
        ),
        (
            "lbbb",
            "Left bundle branch block",
            complete,
            left,
            "negative V1, broad or notched R and no Q laterally",
        ),
        (
            "incomplete_rbbb",
            "Incomplete right bundle branch block",
            incomplete,
            right,
            "late R in V1, late S in I and V6",
        ),
        (
            "incomplete_lbbb",
            "Incomplete left bundle branch block",
            incomplete,
            left,
            "negative V1, broad or notched R and no Q laterally",
        ),
        (
            "ivcd",
            "Nonspecific intraventricular conduction delay",
            reaches(qrs, limits.nonspecific_qrs_ms),
            None if right is None or left is None else not right and not left,
            "very wide QRS, neither shape",
        ),
    ):
        present = False if width is False else None if width is None or shape is None else shape
        yield said(
            code,
            text,
            present,
            criterion,
            qrs_ms=qrs,
            incomplete_ms=limits.incomplete_qrs_ms,
            wide_ms=limits.wide_qrs_ms,
            nonspecific_ms=limits.nonspecific_qrs_ms,
            wide_leads=wide,
            leads_judged=len(own),
            most_share=limits.wide_qrs_leads_share,
            terminal_v1_uv=terminal.get("V1"),
            terminal_i_uv=terminal.get("I"),
            terminal_v6_uv=terminal.get("V6"),
        )


def _own_qrs_ms(facts: Facts) -> dict[str, float]:
    """Of each lead that has both borders of its own."""
    borders = {name: lead.fiducials_ms for name, lead in facts.leads.items()}
    return {
        name: one.qrs_off - one.qrs_on
        for name, one in borders.items()
        if one.qrs_on is not None and one.qrs_off is not None
    }


def slow_conduction(facts: Facts, limits: Limits) -> bool:
    """Whether the QRS is so wide, or so wide and of such a shape, that ST follows from it."""
    qrs = facts.qrs_ms or 0.0
    block = _right(facts, limits) or _left(facts, limits)
    return qrs >= (limits.wide_qrs_ms if block else limits.nonspecific_qrs_ms)


def anterior_fascicle(facts: Facts, person: Person, limits: Limits) -> Iterator[Statement]:
    axis, qrs = facts.axes.qrs, facts.qrs_ms
    low, high = limits.anterior_axis_deg
    present: bool | None = None
    needed = [facts.leads.get(name) for name in ("I", "aVL", "II", "III", "aVF")]
    if axis is not None and qrs is not None and all(needed):
        _, avl, *inferior = (lead for lead in needed if lead is not None)
        # A Q before the R of an inferior lead tells of a scar, not of a fascicle.
        shape = (avl.r_uv or 0) > 0 and all(
            _mostly_s(lead) and lead.q_uv is None for lead in inferior
        )
        narrow = qrs < limits.nonspecific_qrs_ms or bool(_right(facts, limits))
        present = low <= axis <= high and narrow and shape
    yield said(
        "lafb",
        "Left anterior fascicular block",
        present,
        "axis, R in aVL, rS inferiorly",
        qrs_axis_deg=axis,
        from_deg=low,
        to_deg=high,
        qrs_ms=qrs,
        below_ms=limits.nonspecific_qrs_ms,
    )


def axis(facts: Facts, person: Person, limits: Limits) -> Iterator[Statement]:
    degrees = facts.axes.qrs
    left, right, extreme = limits.axis_left_deg, limits.axis_right_deg, limits.axis_extreme_deg
    for code, text, present, low, high in (
        (
            "axis_left",
            "Left axis deviation",
            degrees is not None and extreme <= degrees < left,
            extreme,
            left,
        ),
        (
            "axis_right",
            "Right axis deviation",
            degrees is not None and degrees > right,
            right,
            180.0,
        ),
        (
            "axis_extreme",
            "Extreme axis deviation",
            degrees is not None and degrees < extreme,
            -180.0,
            extreme,
        ),
    ):
        yield said(
            code,
            text,
            None if degrees is None else present,
            "frontal QRS axis of net area",
            qrs_axis_deg=degrees,
            from_deg=low,
            to_deg=high,
        )


def _right(facts: Facts, limits: Limits) -> bool | None:
    """The last part of the QRS points to V1, where R or R' is large, and away from I or V6."""
    terminal, first = _terminal(facts, limits), facts.leads.get("V1")
    if first is None or not {"V1", "I", "V6"} <= set(terminal):
        return None
    late = first.r2_uv or first.r_uv or 0.0
    deep = -min(first.s_uv or 0.0, first.q_uv or 0.0)
    lateral = min(terminal["I"], terminal["V6"])
    points = terminal["V1"] > limits.terminal_uv and lateral < 0
    return points and late >= limits.late_r_share * deep


def _left(facts: Facts, limits: Limits) -> bool | None:
    """V1 is negative; I and V6 rise late to a tall R and begin without a Q; R is broad, that is
    slurred or notched, in two of the lateral leads. A notch may reach below the line.
    """
    leads = [facts.leads.get(name) for name in ("V1", "I", "V6")]
    if not all(leads):
        return None
    first, *lateral = (lead for lead in leads if lead is not None)
    tall = all(_r_uv(lead) > -(lead.s_uv or 0) and lead.q_uv is None for lead in lateral)
    late = max((_r_peak_ms(facts, name) for name in ("I", "V5", "V6")), default=0.0)
    broad = [
        name
        for name in LATERAL
        if _r_top_ms(facts, name) >= limits.broad_r_top_ms or _is_cleft(facts.leads.get(name))
    ]
    slow = late >= limits.late_r_peak_ms and len(broad) >= FEWEST_BROAD
    return _mostly_s(first) and tall and slow


def _r_uv(lead: LeadMeasures) -> float:
    """The taller of R and R'."""
    return max(lead.r_uv or 0.0, lead.r2_uv or 0.0)


def _is_cleft(lead: LeadMeasures | None) -> bool:
    """Whether a notch below the line parts a first R from a taller R'."""
    return lead is not None and lead.q_uv is None and 0 < (lead.r_uv or 0) < (lead.r2_uv or 0)


def _r_peak_ms(facts: Facts, name: str) -> float:
    """From the onset of the QRS to the highest point of one lead; 0 where it cannot be judged."""
    line, step_ms = _qrs_line(facts, name)
    return int(np.argmax(line)) * step_ms if len(line) else 0.0


def _r_top_ms(facts: Facts, name: str) -> float:
    """How long one lead lasts above 80 % of its R, notches included; 0 as above."""
    line, step_ms = _qrs_line(facts, name)
    if not len(line) or line.max() <= 0:
        return 0.0
    high = np.flatnonzero(line > R_TOP_SHARE * line.max())
    return float(high[-1] - high[0]) * step_ms


def _qrs_line(facts: Facts, name: str) -> tuple[Array, float]:
    """The samples of one lead's QRS and the ms between them; none where it cannot be judged."""
    beat = facts.median
    if beat is None or name not in facts.leads:
        return np.zeros(0), 0.0
    ends = (beat.fiducials_ms.qrs_on or 0.0, beat.fiducials_ms.qrs_off or 0.0)
    start, stop = (round(ms / 1000 * beat.sampling_rate_hz) for ms in ends)
    step_ms = 1000 / beat.sampling_rate_hz
    return beat.samples_uv[start:stop, beat.leads.index(name)], step_ms


def _mostly_s(lead: LeadMeasures) -> bool:
    return -min(lead.s_uv or 0, lead.q_uv or 0) > _r_uv(lead)


def _terminal(facts: Facts, limits: Limits) -> dict[str, float]:
    """Mean µV of the last part of the QRS in the leads that tell bundle branches apart."""
    beat = facts.median
    off = beat.fiducials_ms.qrs_off if beat else None
    if beat is None or off is None:
        return {}
    stop = round(off / 1000 * beat.sampling_rate_hz)
    start = stop - round(limits.terminal_ms / 1000 * beat.sampling_rate_hz)
    names = [name for name in ("V1", "I", "V6") if name in facts.leads]
    return {
        name: float(np.mean(beat.samples_uv[start:stop, beat.leads.index(name)])) for name in names
    }
