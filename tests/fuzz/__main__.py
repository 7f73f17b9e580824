"""`make fuzz`: thousands of damaged files; a table by format; exit status 1 for any defect."""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator

from apps.ecg.formats import decode
from apps.ecg.formats.canonical import Refused
from apps.ecg.formats.sandbox import Sandbox
from tests.fuzz.mutations import mutated
from tests.fuzz.sources import Source, sources
from tests.fuzz.verdict import DEFECTS, REFUSED, VERDICTS, Verdict, judge

COUNT, SEED = 10_000, 20_260
LIMITED_EVERY = 25  # so many go through the limited process as well
BROKEN_LIMITS = {"decoder-memory", "decoder-timeout", "decoder-cpu", "decoder-killed"}


def trials(found: list[Source], count: int, seed: int) -> Iterator[tuple[Source, str, bytes]]:
    """`count` damaged files, spread evenly over the sources; the same for the same seed."""
    for number in range(count):
        source = found[number % len(found)]
        kind, part = mutated(source.part, random.Random(f"{seed} {number} {source.name}"))
        yield source, kind, source.whole(part)


def limit_broken(sandbox: Sandbox, data: bytes) -> str:
    """The code of a limit of the child that the file breaks; empty for none."""
    try:
        sandbox.decode(data)
    except Refused as refused:
        return refused.code if refused.code in BROKEN_LIMITS else ""
    return ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    found = sources()
    originals = {source: decode(source.whole(source.part)) for source in found}
    tally: dict[str, Counter[str]] = {source.format: Counter() for source in found}
    slowest: dict[str, float] = dict.fromkeys(tally, 0.0)
    reasons: dict[str, Counter[str]] = {name: Counter() for name in tally}
    defects = []
    sandbox, limited = Sandbox(), 0
    for number, (source, kind, data) in enumerate(trials(found, options.count, options.seed)):
        verdict = judge(data, originals[source])
        name = source.format
        tally[name][verdict.kind] += 1
        slowest[name] = max(slowest[name], verdict.seconds)
        reasons[name][verdict.code] += verdict.kind == REFUSED
        broken = ""
        if number % LIMITED_EVERY == 0:
            limited += 1
            broken = limit_broken(sandbox, data)
        if verdict.kind in DEFECTS or broken:
            defects.append(f"{number} {name} {source.name} {kind}: {broken or _words(verdict)}")
    sandbox.close()
    _print(tally, slowest, reasons)
    print(f"{limited} of them in the limited process too. {len(defects)} defects.")
    print("\n".join(defects[:50]))
    return 1 if defects else 0


def _words(verdict: Verdict) -> str:
    return f"{verdict.kind} {verdict.code}".strip()


def _print(
    tally: dict[str, Counter[str]], slowest: dict[str, float], reasons: dict[str, Counter[str]]
) -> None:
    print(f"{'format':10}{'files':>8}" + "".join(f"{v:>9}" for v in VERDICTS) + f"{'ms':>7}")
    for name, counts in tally.items():
        row = "".join(f"{counts[verdict]:>9}" for verdict in VERDICTS)
        print(f"{name:10}{counts.total():>8}{row}{slowest[name] * 1000:>7.0f}")
    for name, codes in reasons.items():
        common = ", ".join(f"{code} {count}" for code, count in codes.most_common(6))
        print(f"{name} refused: {common}")


if __name__ == "__main__":
    sys.exit(main())
