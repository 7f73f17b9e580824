"""python -m tests.mutants [--sample N --seed S] [--list] [--of NAME] [--without NAME] [KIND…]

Removes one border after another and runs what should notice. Prints caught/total of each kind and
the name of every survivor and of every one that could not be tried; exit 1 when there is one.
`--without` leaves out proofs by their names, or all of them (`proofs`), the suite's attacks on the
schema (`attacks`) or its tests (`tests`), to see the mutants survive. A database must be
named by the environment.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import django

SEED = 20240229


def main() -> int:
    options = _parsed()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    django.setup()
    from tests.mutants.database import databases, world_for
    from tests.mutants.mutant import Run

    with databases() as database:
        mutants = list(_chosen(options))
        if options.list:
            print(*(f"{mutant.kind}: {mutant.name}" for mutant in mutants), sep="\n")
            return 0
        with world_for(mutants, database) as world:
            run = Run(database.template, world, frozenset(options.without))
            return _with_tests(mutants, run, options)


def _with_tests(mutants: list, run: Any, options: argparse.Namespace) -> int:
    from tests.mutants.everything import tests_of
    from tests.mutants.warm import Tests, with_tests

    def work(tests: Tests | None) -> int:
        # A sample runs inside the suite, which runs every test unchanged anyway.
        given = {"controlled": not options.sample, "aloud": options.verbose}
        return report(mutants, replace(run, tests=tests), **given)

    names = () if "tests" in run.without else tests_of(mutants)
    return with_tests(names, work) if names else work(None)


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("kinds", nargs="*", metavar="KIND", help="beginnings of kinds; all")
    parser.add_argument("--of", action="append", default=[], help="only names that begin so; all")
    parser.add_argument("--sample", type=int, help="only so many, of every kind where it can be")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--list", action="store_true", help="name them and stop")
    parser.add_argument("--verbose", action="store_true", help="say what noticed each")
    parser.add_argument("--without", action="append", default=[], metavar="NAME")
    return parser.parse_args()


def _chosen(options: argparse.Namespace) -> list:
    from tests.mutants.everything import all_mutants

    kinds, names = tuple(options.kinds or [""]), tuple(options.of or [""])
    mutants = [m for m in all_mutants() if m.kind.startswith(kinds) and m.name.startswith(names)]
    return sampled(mutants, options.sample, options.seed) if options.sample else mutants


def sampled(mutants: list, size: int, seed: int) -> list:
    """The kinds in turn, so that every kind is among few."""
    chance = random.Random(seed)
    kinds = defaultdict(list)
    for mutant in chance.sample(mutants, len(mutants)):
        kinds[mutant.kind].append(mutant)
    chosen: list = []
    while len(chosen) < min(size, len(mutants)):
        chosen += [kinds[kind].pop() for kind in sorted(kinds) if kinds[kind]]
    return chosen[:size]


def report(mutants: list, run: Any, *, controlled: bool, aloud: bool) -> int:
    total, caught, survivors = Counter(), Counter(), []
    noticed: dict[str, Counter] = defaultdict(Counter)
    from tests.mutants.everything import unchanged
    from tests.mutants.warm import Untried

    for mutant in unchanged(mutants) if controlled else ():
        found = mutant.caught_by(run)
        if found:
            print(f"Nothing was changed, and yet {found} failed: {mutant.name}")
            return 1
    for mutant in mutants:
        total[mutant.kind] += 1
        try:
            found = mutant.caught_by(run)
        except Untried as untried:
            survivors.append(mutant)
            print(f"UNTRIED {mutant.kind}: {mutant.name}: {untried}", flush=True)
            continue
        if found:
            caught[mutant.kind] += 1
            noticed[mutant.kind][found] += 1
            if aloud:
                print(f"{mutant.kind}: {mutant.name}: {found}", flush=True)
        else:
            survivors.append(mutant)
            print(f"SURVIVED {mutant.kind}: {mutant.name}", flush=True)
    for line in summary(total, caught, noticed):
        print(line)
    if not total:
        print("No mutant is of that kind.")
    return 0 if total and not survivors else 1


def summary(total: Counter, caught: Counter, noticed: dict[str, Counter]) -> Iterator[str]:
    for kind in sorted(total):
        by = ", ".join(f"{name} {count}" for name, count in noticed[kind].most_common(3))
        yield f"{kind}: {caught[kind]}/{total[kind]}  ({by})"
    yield f"caught {caught.total()}/{total.total()}"


if __name__ == "__main__":
    sys.exit(main())
