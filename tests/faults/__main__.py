"""python -m tests.faults [--times N] [--rows 1,12-14] [--seed S] [--production] [--record]

Does every row of the fault matrix N times on a PostgreSQL of its own, checks the invariants after
each, and prints the matrix. Stops with exit 1 at the first that does not hold, and names it with
its seed. `--production` takes the durations of the product instead of scaled ones; `--record`
writes what each row came to into docs/faults.md.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator

from tests.faults.cluster import own_cluster

SEED = 20241128


def main() -> int:
    options = _parsed()
    with own_cluster() as (cluster, environment):
        os.environ |= environment
        import django

        django.setup()
        from tests.faults.trials import run

        chosen = None if options.rows is None else set(_numbers(options.rows))
        return run(
            cluster,
            rows=chosen,
            times=options.times,
            seed=options.seed,
            production=options.production,
            recording=options.record,
        )


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--times", type=int, default=20, help="of each row (20)")
    parser.add_argument("--rows", help="numbers of the matrix, as 1,4,11-18; all")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--production", action="store_true", help="durations as in production")
    parser.add_argument("--record", action="store_true", help="into docs/faults.md")
    return parser.parse_args()


def _numbers(text: str) -> Iterator[int]:
    for part in text.split(","):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


if __name__ == "__main__":
    began = time.monotonic()
    code = main()
    print(f"{time.monotonic() - began:.0f} s", file=sys.stderr)
    sys.exit(code)
