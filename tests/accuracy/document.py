"""docs/accuracy.md from the figures."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from apps.ecg.signal import ALGORITHM, VERSION, Measured
from tests.accuracy import amplitudes, delineation
from tests.accuracy.delineation import INTERVALS, LIMITS_MS, WAVES, Delineation
from tests.accuracy.labels import STATEMENTS
from tests.accuracy.records import Labelled
from tests.accuracy.scores import Errors, Hits, chance

NAMES = {"p_ms": "P", "pr_ms": "PR", "qrs_ms": "QRS", "qt_ms": "QT"}
WAVE_GOALS = {"p": (97.0, 97.0), "qrs": (99.5, 99.5), "t": (97.0, 97.0)}
MOST_NAMED = 12
NAMED = [name for name, *_ in STATEMENTS]
BY_DEVICE = ("sinus rhythm", "first-degree AV block")
INTRODUCTION = f"""\
# Accuracy

Written by `make accuracy`, of {ALGORITHM} {VERSION}; do not edit. Records: those of the
corpus folder from LUDB 1.0.1 (manual marks of every lead), PTB-XL 1.0.3 and CPSC 2018 (labels).
Thresholds were searched on records with odd numbers; those with even numbers report, though their
misses, and their results whenever rules were chosen, were looked at too: they are no blind test. ±
is the standard deviation; in brackets behind a share of all records are the 95 % that chance allows
for (Wilson). Plots of the records named here are in `var/accuracy/` after the command has run:
recordings of others are not part of the repository.
"""
TRUTH = """\
The truth of an interval is the median over the marked beats; in each beat it runs from the earliest
onset to the latest offset marked in any of the twelve leads. *Two leads* takes the second earliest
and the second latest, so that no single mark decides. Twelve marks made by hand scatter, and their
extremes lie outside the wave: against them every QRS comes out short, and the standard deviation is
theirs as much as ours. The CSE library, for which the limits were made, eliminated the outlying
estimates of its referees; *two leads* comes nearest to that. *Marks alone* is
the standard error of the truth itself: what leaving out the marks of one lead after another does to
it (jackknife, root mean square over records). Limits are those of IEC 60601-2-25:2011 for
biological ECGs, mean and standard deviation. P and T of paced records are not measured and not
counted.
"""
HEIGHTS = """\
No recording's heights are known, so these ECGs were made with known ones: eleven leads (aVR's waves
go by other names), 250, 500 and 1000 Hz, half, single and double height, without and with white
noise of 10 µV in each electrode's lead. Limits are those of IEC 60601-2-25:2011: 25 µV up to
500 µV, 5 % above.
"""
NOTES = """\
Goals that are missed, and why:

- **QRS against LUDB**: the marks alone account for 5 to 6 ms of the standard deviation. The odd
  records exceed 10 ms by 0.3 through LUDB 61 alone, whose marks lie 15 to 23 ms outside of our
  borders, where the median beat is flat; without it they have 9.0. The even ones exceed it by 3.9,
  against two leads by 1.5: five, named as farthest, lie more than 30 ms from the mean. In 46, 52,
  61 and 116 the marks of one lead scatter by 15 to 30 ms from beat to beat where nothing moves, in
  124 and 130 a sloping line beside a low QRS is taken for it. Borders set wider would break the 6
  ms that artificial ECGs allow (now about +5 ms) and call more of PTB-XL's normal ECGs wide. Of 23
  other settings of the border search, tried on the odd records, a rest of 28 ms instead of 22 was
  best there (9.9) and brought the even ones from 13.9 to 14.4: left out. A ridge regression of the
  marked QRS on fourteen candidates at once (borders of the first to fourth lead, of the median
  lead, of all leads together, closely and calmly looked at, and the noise) reached 12.5 ms over all
  records in ten-fold cross-validation, with our borders as they are at 12.2: no weighting of them
  does better. Rest told from the slope of the line beside the QRS (12.8), and
  borders up to 20 ms beyond those of all leads (12.6 to 14.4) were worse on both halves.
- **PR against LUDB**: within on the odd records, and on the even ones against two leads. In the
  four farthest, whose PR is short (40, 122, 126, 132), P begins where most leads are marked, within
  3 ms of their median; one to three leads are marked 12 to 30 ms before that. To begin with the
  earliest of the single leads instead gave 10.6 on the even records and 9.6 on the odd ones: left
  out. A third direction of the P loop brought the even ones from 11.5 to 10.8 and the odd ones from
  6.4 to 6.3.
- **QT against LUDB** is within; the T wave is looked at 50 ms wide instead of 40 since that was
  better on both halves (18.9 to 17.9 and 22.6 to 22.3).
- **First-degree AV block**: the definition, PR over 200 ms, is kept; it is said where more than
  half of the leads have it from their own P, and called borderline where only some do. Nearly all
  borderline ones have a PR of 201 to 230 ms and a P with a slow foot that few leads show, which the
  marks of LUDB include and which readers on paper may not; readers of PTB-XL called none of them a
  block, those of LUDB two (77 and 107): PPV of the even records rose from 23 to 100 % with the same
  sensitivity, sensitivity of the odd ones fell from 56 to 33 %. The line below each table of waves
  compares the PR itself with the marks. Readers labelled LUDB 61 and 131, marked with 193 and 198
  ms, and not LUDB 23 and 43, marked with 210 and 216 ms: no threshold follows such labels. Of
  limits from 200 to 230 ms with shares of leads from none to 70 %, over all records, none reached
  85 / 85: three of the labelled have no P that can be measured (PTB-XL 191, 269, 346). A limit of
  220 ms with half of the leads found the same ones with three false ones less: left out, for the
  definition says 200.
- **Bundle branch blocks**: twelve of the one and nine of the other are too few to tell 80 from 90
  %; LUDB 116 is labelled right and has the shape of a left one, LUDB 127 has that shape over 150 ms
  and no label. LUDB 60 and PTB-XL 188 are labelled incomplete right and are 130 and 150 ms wide,
  by themselves in most leads too (LUDB 60 is marked with 130): complete by the definition. LUDB
  107 is wide over all leads, not in most: incomplete, as its readers say; without this the odd
  right blocks had a PPV of 83 %. A left block that may follow a small Q found LUDB 83, and in
  artificial ECGs widened but normal QRS: left out; one without R' in V1 lost two of the even ones:
  left out. Stricter shapes made no mistake among the odd right blocks and lost one right and two
  left ones on the even records: left out.
- **Atrial fibrillation, PTB-XL 269, CPSC A0007**: sinus beats with many premature ones;
  fibrillation whose waves fall in with the beats.
- **Pacing, PTB-XL 382**: one paced beat at the beginning, then the patient's own; said as spikes in
  single beats, as is LUDB 138 without a label.
- **Flutter**: one of three labelled records is named; where RR is regular it is not judged.
- **Hypertrophy**: voltage alone; readers weigh more. LUDB's leads were each scaled to one height,
  so voltages, ST and axes cannot be judged there.
- **ST elevation**: no label says it; infarction, old or new, is what is nearest, so that
  sensitivity says little.
- **Supraventricular beats**: some said without a label are early beats with a pause; left as they
  are.

Not stated for want of proof: AV block of second degree (no record) and of third (three).
"""

Pairs = list[tuple[Labelled, Measured]]


def written(pairs: Pairs, peer: Pairs) -> str:
    marked = [(record, found) for record, found in pairs if record.marks]
    parts = [INTRODUCTION, "## Intervals and waves (LUDB)\n", TRUTH]
    for title, kept in (("Even records", False), ("Odd records", True)):
        part = delineation.compare([one for one in marked if one[0].tuned == kept])
        parts += [f"### {title}\n", *_delineation(part)]
    even = [one for one in peer if not one[0].tuned and one[0].marks]
    parts += [
        "### neurokit2 on the even records, lead II\n",
        *_delineation(delineation.compare(even)),
    ]
    parts += ["### By rhythm, all records\n", *_by_rhythm(marked)]
    parts += ["## Heights (artificial ECGs)\n", HEIGHTS, *_heights()]
    parts += ["## Statements\n", NOTES, *_statements(pairs)]
    parts += ["## By device (PTB-XL), all records\n", *_by_device(pairs)]
    return "\n".join(parts)


def judged(pairs: Pairs, place: int) -> Hits:
    """One line of STATEMENTS over records; those without a label for it are left out."""
    _, codes, judge, _ = STATEMENTS[place]
    hits = Hits()
    for record, found in pairs:
        truth = judge(record.source, record.labels)
        if truth is not None:
            said = any(one.present for one in found.statements if one.code in codes)
            hits.judge(truth, said, f"{record.source} {record.name}")
    return hits


def _root_mean_square(values: Sequence[float]) -> str:
    return f"{math.sqrt(sum(value**2 for value in values) / len(values)):.1f}" if values else "–"


def _delineation(found: Delineation) -> Iterator[str]:
    rows = []
    for name in INTERVALS:
        errors, agreed, (mean, spread) = found.intervals[name], found.agreed[name], LIMITS_MS[name]
        within, agreed_within = (
            "yes" if abs(one.mean) <= mean and one.spread <= spread else "no"
            for one in (errors, agreed)
        )
        rows.append(
            (
                NAMES[name],
                errors.count,
                _error(errors),
                _error(agreed),
                _root_mean_square(found.marks_alone[name]),
                f"±{mean} / {spread}",
                within,
                agreed_within,
                ", ".join(errors.worst()),
            )
        )
    head = (
        "interval",
        "records",
        "ours − truth, ms",
        "two leads, ms",
        "marks alone, ms",
        "limit",
        "within",
        "two leads within",
        "farthest",
    )
    yield _table(head, rows)
    rows = []
    for wave in WAVES:
        hits, goals = found.hits[wave], WAVE_GOALS[wave]
        rows.append(
            (
                wave.upper(),
                hits.labelled,
                _error(found.borders[wave, "on"]),
                _error(found.borders[wave, "off"]),
                _number(hits.sensitivity),
                _number(hits.predictivity),
                f"{goals[0]} / {goals[1]}",
                _named(hits.missed),
                _named(hits.false),
            )
        )
    found_as = ("onset, ms", "offset, ms", "Se %", "PPV %", "goal", "missed", "found where none is")
    head = ("wave", "marked", *found_as)
    yield _table(head, rows)
    long_pr = found.long_pr
    yield (
        f"A PR over 200 ms by the marks, measured over 200 ms: {long_pr.true} of "
        f"{long_pr.true + len(long_pr.missed)} (missed {_named(long_pr.missed)}), "
        f"without {len(long_pr.false)} ({_named(long_pr.false)}).\n"
    )


def _heights() -> Iterator[str]:
    rows = []
    for wave, found in amplitudes.compared().items():
        small, large = found.small, found.large
        rows.append(
            (
                wave.upper(),
                small.count,
                _error(small),
                _farthest(small),
                large.count,
                _error(large),
                _farthest(large),
                found.outside,
                found.missed,
            )
        )
    small_head = ("up to 500 µV", "error, µV", "farthest, µV")
    large_head = ("above", "error, %", "farthest, %")
    yield _table(("wave", *small_head, *large_head, "outside limits", "not found"), rows)


def _farthest(errors: Errors) -> str:
    return f"{max((error for error, _ in errors.values), key=abs):+.1f}" if errors.count else "–"


def _statements(pairs: Pairs) -> Iterator[str]:
    yield "A statement that could not be judged counts as not said.\n"
    for title, kept in (("Even records", False), ("Odd records", True), ("All records", None)):
        part = [one for one in pairs if kept is None or one[0].tuned == kept]
        rows = []
        for place, (name, _, _, goals) in enumerate(STATEMENTS):
            hits = judged(part, place)
            goal = f"{goals[0]:.0f} / {goals[1]:.0f}" if goals else "–"
            rows.append(
                (
                    name,
                    hits.labelled,
                    _share(hits.sensitivity, hits.labelled, ranged=kept is None),
                    _share(hits.predictivity, hits.said, ranged=kept is None),
                    goal,
                    _named(hits.missed),
                    _named(hits.false),
                )
            )
        yield f"### {title}\n"
        head = ("statement", "labelled", "Se %", "PPV %", "goal", "missed", "said without label")
        yield _table(head, rows)


def _by_rhythm(pairs: Pairs) -> Iterator[str]:
    def rhythm(record: Labelled) -> str:
        known = ("fibrillation", "flutter", "bradycardia", "tachycardia", "arrhythmia")
        text = " ".join(record.labels)
        return next((word for word in known if word in text), "sinus rhythm")

    yield _grouped(pairs, rhythm)


def _by_device(pairs: Pairs) -> Iterator[str]:
    groups: dict[str, Pairs] = defaultdict(list)
    for record, found in pairs:
        if record.device:
            groups[record.device].append((record, found))
    rows = []
    for device, part in sorted(groups.items()):
        measured = sum(found.qt_ms is not None for _, found in part)
        sinus, block = (judged(part, NAMED.index(name)) for name in BY_DEVICE)
        rows.append(
            (
                device,
                len(part),
                _number(100 * measured / len(part)),
                f"{_number(sinus.sensitivity)} / {_number(sinus.predictivity)}",
                f"{_number(block.sensitivity)} / {_number(block.predictivity)}",
            )
        )
    head = ("device", "records", "QT measured %", "sinus Se / PPV", "AV block Se / PPV")
    yield _table(head, rows)


def _grouped(pairs: Pairs, key: Callable[[Labelled], str]) -> str:
    groups: dict[str, Pairs] = defaultdict(list)
    for record, found in pairs:
        groups[key(record)].append((record, found))
    rows = []
    for name, part in sorted(groups.items()):
        total = delineation.compare(part)
        errors = [_error(total.intervals[interval]) for interval in INTERVALS]
        rows.append((name, len(part), *errors))
    return _table(("rhythm", "records", *(f"{NAMES[name]}, ms" for name in INTERVALS)), rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines) + "\n"


def _error(errors: Errors) -> str:
    return f"{errors.mean:+.1f} ± {errors.spread:.1f}" if errors.count else "–"


def _number(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.1f}"


def _share(percent: float, count: int, *, ranged: bool) -> str:
    if not count or not ranged:
        return _number(percent)
    low, high = chance(percent, count)
    return f"{_number(percent)} ({low:.0f} to {high:.0f})"


def _named(records: list[str]) -> str:
    """Each record once, with how often where it is more than once."""
    counts: dict[str, int] = defaultdict(int)
    for record in records:
        counts[record] += 1
    names = [name if count == 1 else f"{name} (×{count})" for name, count in counts.items()]
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "") or "–"
