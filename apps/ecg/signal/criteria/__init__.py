"""All statements about one recording, each judged for everyone the patient may be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from apps.ecg.signal.criteria import conduction, placement, repolarization, rhythm, voltage
from apps.ecg.signal.criteria.facts import Criterion, Facts, said
from apps.ecg.signal.limits import Limits
from apps.ecg.signal.person import Person
from apps.ecg.signal.results import Statement

# What is slow or fast in a child depends on its age in months; of paced adults it is said too.
GROWN: tuple[Criterion, ...] = (rhythm.rate,)
ANYONE: tuple[Criterion, ...] = (
    rhythm.regularity,
    rhythm.pacing,
    rhythm.sinus,
    rhythm.fibrillation,
    rhythm.ectopy,
    rhythm.pause,
    placement.limb_exchange,
    placement.chest_exchange,
)
ADULTS: tuple[Criterion, ...] = (
    conduction.first_degree_block,
    conduction.bundle_branches,
    conduction.anterior_fascicle,
    conduction.axis,
    voltage.low_voltage,
    repolarization.st_depression,
)
# Their limits differ by sex or age.
ADULTS_BY_SEX_AND_AGE: tuple[Criterion, ...] = (
    voltage.hypertrophy,
    repolarization.qtc,
    repolarization.st_elevation,
)
OF_HEIGHTS = frozenset(
    {
        placement.limb_exchange,
        placement.chest_exchange,
        conduction.anterior_fascicle,
        conduction.axis,
        voltage.low_voltage,
        voltage.hypertrophy,
        repolarization.st_elevation,
        repolarization.st_depression,
    }
)
NOT_ADULT = "not an adult"
STRETCHED = "every lead was stretched to the same height"


def state(facts: Facts, person: Person, limits: Limits) -> tuple[Statement, ...]:
    """Every statement there is, present or not; None where it could not be judged."""
    rate = [one for each in GROWN for one in each(facts, person, limits)]
    if person.is_child(limits):
        rate = _not_judged(rate, NOT_ADULT)
    found = [one for each in ANYONE for one in _judged(each, each(facts, person, limits), facts)]
    adult = [one for each in ADULTS for one in _judged(each, each(facts, person, limits), facts)]
    for criterion in ADULTS_BY_SEX_AND_AGE:
        adult += _judged(criterion, _for_everyone(criterion, facts, person, limits), facts)
    reason = _adults_not_judged(facts, person, limits)
    if reason:
        adult = _not_judged(adult, reason)
    return (*rate, *found, *adult, *_about(facts, person, limits))


def _judged(criterion: Criterion, said: Iterable[Statement], facts: Facts) -> list[Statement]:
    if criterion in OF_HEIGHTS and not facts.true_heights:
        return _not_judged(said, STRETCHED)
    return list(said)


def _not_judged(statements: Iterable[Statement], reason: str) -> list[Statement]:
    return [replace(one, present=None, evidence={"not_judged": reason}) for one in statements]


def _adults_not_judged(facts: Facts, person: Person, limits: Limits) -> str:
    if facts.pacing is not None:
        return "paced rhythm"
    return NOT_ADULT if person.is_child(limits) else ""


def _for_everyone(
    criterion: Criterion, facts: Facts, person: Person, limits: Limits
) -> Iterator[Statement]:
    """As judged for each possible person; None where they differ."""
    each = [list(criterion(facts, one, limits)) for one in person.possible(limits)]
    for same in zip(*each, strict=True):
        agreed = len({one.present for one in same}) == 1
        first = same[0]
        if agreed:
            yield first
        else:
            evidence = first.evidence | {"not_judged": "depends on sex or age, which are not known"}
            yield replace(first, present=None, evidence=evidence)


def _about(facts: Facts, person: Person, limits: Limits) -> Iterator[Statement]:
    yield said(
        "age_unknown",
        "Age not known: limits of adults",
        person.age_years is None,
        "age of the patient",
        adult_years=limits.adult_years,
    )
    yield said(
        "not_adult",
        "Not an adult: limits of adults not applied",
        person.is_child(limits),
        "age of the patient",
        adult_years=limits.adult_years,
    )
    yield said(
        "insufficient_signal", "Insufficient signal", facts.heart_rate_bpm is None, "no heart rate"
    )
