"""The measurements table: now, the device's own, the prior and the change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from apps.ecg.model_recording import Source
from apps.ecg.models import Analysis, Measurement
from apps.inference import rules
from apps.web.missing_values import in_words, not_measured

MINUS = "\N{MINUS SIGN}"
QTC = "qtc_fridericia_ms"
COLUMNS = ("heart_rate_bpm", "pr_ms", "qrs_ms", "qt_ms", QTC)
AXES = ("p_axis_deg", "qrs_axis_deg", "t_axis_deg")
OTHER_FORMULAS = (
    ("Bazett", "qtc_bazett_ms"),
    ("Framingham", "qtc_framingham_ms"),
    ("Hodges", "qtc_hodges_ms"),
)
# Under which name the analysis says why there is no such number.
REASON_KEYS = {QTC: "qtc"}
DEVICE_QTC = ((QTC, "Frid."), ("qtc_bazett_ms", "Bazett"), ("qtc_ms", "formula not stated"))

# The rule that fired → the column it marks, and how.
FLAGS = {
    "qtc-high-risk": (QTC, "H"),
    "qtc-long": (QTC, "H"),
    "qtc-short": (QTC, "L"),
    "qrs-wide": ("qrs_ms", "H"),
    "pr-long": ("pr_ms", "H"),
}
READERS = "Reader: stated, or after moved borders; signed with the platform’s number beside it."
FLAG_WORDS = {"H": "High", "L": "Low"}

Values = dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    flag: str = ""
    note: str = ""
    reason: str = ""

    @property
    def flag_word(self) -> str:
        return FLAG_WORDS[self.flag]


@dataclass(frozen=True, slots=True)
class Row:
    kind: str
    label: str
    cells: tuple[Cell, ...]
    axis: Cell


@dataclass(frozen=True, slots=True)
class Table:
    rows: tuple[Row, ...]
    method: str
    formulas: tuple[tuple[str, str], ...]
    limits: str
    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Person:
    """What limits depend on."""

    sex: str
    age_years: int | None


def by_source(measurements: Iterable[Measurement], source: str) -> Values:
    """The newest value of each name from one source."""
    return {row.name: row.value for row in measurements if row.source == source}


def table(
    measurements: Iterable[Measurement],
    analysis: Analysis | None,
    person: Person,
    prior: tuple[str, Iterable[Measurement]] | None,
    reader: Values | None = None,
) -> Table:
    """`prior` is the label and the numbers of an older recording, if one may be compared.

    `reader` are the numbers that follow from borders a reader moved; they stand beside the
    platform's and take no one's place.
    """
    rows = list(measurements)
    now, device = by_source(rows, Source.PLATFORM), by_source(rows, Source.DEVICE)
    shown = [_now(now, analysis, person)]
    if reader:
        shown.append(_plain("reader", "Reader", reader))
    if device:
        shown.append(_device(device))
    if prior:
        then = by_source(prior[1], Source.PLATFORM)
        shown += [_plain("prior", prior[0], then), _change(now, then)]
    missing = not_measured(analysis.reasons) if analysis else ""
    return Table(
        rows=tuple(shown),
        method=analysis.algorithm.replace("@", " ") if analysis else "",
        formulas=tuple((name, whole(now[key])) for name, key in OTHER_FORMULAS if key in now),
        limits=limits_in_words(person),
        notes=tuple(filter(None, (*_notes(now), READERS if reader else "", missing))),
    )


def whole(value: Decimal) -> str:
    return str(value.quantize(Decimal(1), ROUND_HALF_UP)).replace("-", MINUS)


def flags(values: Values, person: Person) -> dict[str, str]:
    """Column → H or L by the adult limits; none where a limit depends on what is not known."""
    if not _adult(person) or "heart_rate_bpm" not in values:
        return {}
    given = rules.RuleInput(
        values={name: float(value) for name, value in values.items()},
        sex=person.sex,
        age_years=person.age_years,
        pacing_suspected=False,
        standard_leads=True,
    )
    found = dict(FLAGS[fired.code] for fired in rules.read(given) if fired.code in FLAGS)
    if person.sex not in rules.QTC_LONG_MS:
        found.pop(QTC, None)
    return found


def limits_in_words(person: Person) -> str:
    """Which limits the flags follow, so that a missing flag is not read as normal."""
    if person.age_years is None:
        return "No flags: the age is not known."
    if not _adult(person):
        return "No flags: the limits are those of adults."
    parts = [f"PR > {rules.PR_LONG_MS}", f"QRS ≥ {rules.QRS_WIDE_MS}"]
    long_ms = rules.QTC_LONG_MS.get(person.sex)
    if long_ms is None:
        return f"Adult limits: {', '.join(parts)} ms. No flag on QTc: the sex is not known."
    parts.append(f"QTc ≥ {long_ms} or ≤ {rules.QTC_SHORT_MS}")
    return f"Adult limits: {', '.join(parts)} ms."


def _adult(person: Person) -> bool:
    return person.age_years is not None and person.age_years >= rules.ADULT_YEARS


def _now(values: Values, analysis: Analysis | None, person: Person) -> Row:
    marks = flags(values, person)
    reasons = analysis.reasons if analysis else {}
    missing = "not measured" if analysis else "pending"
    cells = []
    for name in COLUMNS:
        if name in values:
            cells.append(Cell(whole(values[name]), marks.get(name, "")))
        else:
            cells.append(
                Cell(missing, reason=in_words(reasons.get(REASON_KEYS.get(name, name), "")))
            )
    return Row("now", "Now", tuple(cells), _axis(values, missing))


def _device(values: Values) -> Row:
    cells = [Cell(whole(values[name]) if name in values else "–") for name in COLUMNS[:-1]]
    stated = [Cell(whole(values[key]), note=note) for key, note in DEVICE_QTC if key in values]
    cells.append(stated[0] if stated else Cell("–"))
    return Row("device", "Device", tuple(cells), _axis(values, "–"))


def _plain(kind: str, label: str, values: Values) -> Row:
    cells = [Cell(whole(values[name]) if name in values else "–") for name in COLUMNS]
    return Row(kind, label, tuple(cells), _axis(values, "–"))


def _change(now: Values, then: Values) -> Row:
    cells = [Cell(difference(now, then, name)) for name in COLUMNS]
    turned = turn(now, then)
    return Row("change", "Change", tuple(cells), Cell(turned and f"QRS {turned}"))


def difference(now: Values, then: Values, name: str) -> str:
    """The change of a number with its sign; a dash where one of both is missing."""
    if name not in now or name not in then:
        return "–"
    # Of the numbers as printed, so that the column adds up.
    step = now[name].quantize(Decimal(1), ROUND_HALF_UP) - then[name].quantize(
        Decimal(1), ROUND_HALF_UP
    )
    return _signed(int(step))


def turn(now: Values, then: Values, name: str = "qrs_axis_deg") -> str:
    """The shorter way round from the prior axis, −180° to +180°; empty where one is missing."""
    if name not in now or name not in then:
        return ""
    step = int(whole(now[name]).replace(MINUS, "-"))
    step -= int(whole(then[name]).replace(MINUS, "-"))
    return f"{_signed((step + 180) % 360 - 180)}°"


def _signed(step: int) -> str:
    return f"+{step}" if step > 0 else str(step).replace("-", MINUS)


def _axis(values: Values, missing: str) -> Cell:
    if not any(name in values for name in AXES):
        return Cell(missing)
    return Cell(" / ".join(f"{whole(values[n])}°" if n in values else "–" for n in AXES))


def _notes(now: Values) -> tuple[str, ...]:
    wide = now.get("qrs_ms", Decimal(0)) >= rules.QRS_WIDE_MS
    return ("QT is unreliable with a wide QRS.",) if wide else ()
