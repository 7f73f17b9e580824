"""Rate, regularity, pacing, sinus rhythm, possible fibrillation, ectopic beats, pauses."""

from __future__ import annotations

from collections.abc import Iterator

from apps.ecg.signal.criteria.facts import Facts, above, said
from apps.ecg.signal.limits import Limits
from apps.ecg.signal.person import Person
from apps.ecg.signal.results import Statement


def rate(facts: Facts, person: Person, limits: Limits) -> Iterator[Statement]:
    bpm = facts.heart_rate_bpm
    slow = None if bpm is None else bpm < limits.bradycardia_below_bpm
    yield said(
        "bradycardia",
        "Bradycardia",
        slow,
        "mean rate",
        heart_rate_bpm=bpm,
        below_bpm=limits.bradycardia_below_bpm,
    )
    yield said(
        "tachycardia",
        "Tachycardia",
        above(bpm, limits.tachycardia_above_bpm),
        "mean rate",
        heart_rate_bpm=bpm,
        above_bpm=limits.tachycardia_above_bpm,
    )


def regularity(facts: Facts, person: Person, limits: Limits) -> Iterator[Statement]:
    regular = facts.rhythm.regular
    spread = {"rr_cv": facts.rhythm.rr_cv, "limit": limits.irregular_rr_cv}
    criterion = "coefficient of variation of RR"
    yield said("regular_rr", "Regular RR intervals", regular, criterion, **spread)
    irregular = None if regular is None else not regular
    yield said("irregular_rr", "Irregular RR intervals", irregular, criterion, **spread)


def pacing(facts: Facts, person: Person, limits: Limits) -> Iterator[Statement]:
    known = facts.heart_rate_bpm is not None or facts.pacing is not None
    found = facts.pacing
    share = limits.paced_beats_share
    before_p = found is not None and found.atrial >= share
    before_qrs = found is not None and found.ventricular >= share
    shares = {
        "share_before_p": found.atrial if found else None,
        "share_before_qrs": found.ventricular if found else None,
        "limit": share,
    }
    criterion = "spikes before most beats"
    yield said(
        "paced_rhythm",
        "Paced rhythm suspected",
        found is not None if known else None,
        criterion,
        **shares,
    )
    for code, text, present in (
        ("atrial_pacing", "Atrial pacing suspected", before_p and not before_qrs),
        ("ventricular_pacing", "Ventricular pacing suspected", before_qrs and not before_p),
        ("dual_chamber_pacing", "Dual-chamber pacing suspected", before_p and before_qrs),
    ):
        yield said(code, text, present if known else None, criterion, **shares)
    yield said(
        "intermittent_pacing",
        "Pacing spikes in some beats suspected",
        found is None and facts.spiked_beats > 0 if known else None,
        "spikes that are alone and within one sample, in less than half of the beats",
        beats=float(facts.spiked_beats),
    )


def sinus(facts: Facts, person: Person, limits: Limits) -> Iterator[Statement]:
    low, high = limits.sinus_p_axis_deg
    present: bool | None = None
    if facts.pacing is None and facts.p_found is not None:
        # Leads stretched apart have no axis; which way each points they still tell.
        usual = facts.p_upright
        if facts.true_heights:
            usual = None if facts.axes.p is None else low <= facts.axes.p <= high
        followed = facts.p_found and _conducted(facts) >= limits.sinus_beats_share
        present = usual if followed else False
    yield said(
        "sinus_rhythm",
        "Sinus rhythm",
        present,
        "P before the dominant beats, P axis"
        if facts.true_heights
        else "P before the dominant beats, upright in II and inverted in aVR",
        p_axis_deg=facts.axes.p if facts.true_heights else None,
        from_deg=low,
        to_deg=high,
        share_of_beats=_conducted(facts),
        least_share=limits.sinus_beats_share,
    )


def fibrillation(facts: Facts, person: Person, limits: Limits) -> Iterator[Statement]:
    """Possible only: irregularly irregular RR and no consistent P are not fibrillation itself.

    Waves at one steady rate between irregular beats are flutter instead, possible as well; where
    RR is regular they cannot be told from T waves, and flutter is not judged.
    """
    irregular = _irregular_without_p(facts, limits)
    steady = irregular and _steady(facts, limits)
    yield said(
        "atrial_fibrillation_possible",
        "Possible atrial fibrillation",
        None if irregular is None else irregular and not steady,
        "irregular RR without ectopic beats, no consistent P",
        basic_rr_cv=facts.basic_rr_cv,
        limit=limits.fibrillation_rr_cv,
    )
    waves = facts.atrial_waves
    yield said(
        "atrial_flutter_possible",
        "Possible atrial flutter",
        steady if facts.p_found or (irregular and waves) else None,
        "irregular RR, no consistent P, waves at one steady rate",
        waves_per_minute=waves.per_minute if waves else None,
        share=waves.share if waves else None,
        least_share=limits.flutter_share,
        leads=list(waves.leads) if waves else None,
    )


def _irregular_without_p(facts: Facts, limits: Limits) -> bool | None:
    if facts.pacing is not None or facts.p_found is None or facts.basic_rr_cv is None:
        return None
    return not facts.p_found and facts.basic_rr_cv > limits.fibrillation_rr_cv


def _steady(facts: Facts, limits: Limits) -> bool:
    return facts.atrial_waves is not None and facts.atrial_waves.share >= limits.flutter_share


def ectopy(facts: Facts, person: Person, limits: Limits) -> Iterator[Statement]:
    for code, text, kind, count in (
        (
            "ventricular_ectopy",
            "Ventricular ectopic beats",
            "wide and of another shape",
            facts.rhythm.ventricular_ectopics,
        ),
        (
            "supraventricular_ectopy",
            "Supraventricular ectopic beats",
            "early and narrow",
            facts.rhythm.supraventricular_ectopics,
        ),
    ):
        present = None if count is None else count > 0
        yield said(
            code,
            text,
            present,
            kind,
            beats=count,
            early_rr_fraction=limits.early_rr_fraction,
        )


def pause(facts: Facts, person: Person, limits: Limits) -> Iterator[Statement]:
    longest = facts.rhythm.longest_rr_ms
    yield said(
        "pause",
        "Pause",
        above(longest, limits.pause_ms),
        "longest RR",
        longest_rr_ms=longest,
        limit_ms=limits.pause_ms,
    )


def _conducted(facts: Facts) -> float:
    classes = facts.beat_classes
    return sum(one == "dominant" for one in classes) / len(classes) if classes else 0.0
