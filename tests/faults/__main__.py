"""python -m tests.faults [--times N] [--rows 1,12-14] [--seed S] [--production] [--list]

Does every row of the fault matrix N times on a PostgreSQL of its own, checks the invariants after
each, and prints the matrix. Stops with exit 1 at the first that does not hold, and names it with
its seed. `--production` takes the durations of the product instead of scaled ones.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SEED = 20241128


def main() -> int:
    options = _parsed()
    with _cluster() as (cluster, environment):
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
        )


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--times", type=int, default=20, help="of each row (20)")
    parser.add_argument("--rows", help="numbers of the matrix, as 1,4,11-18; all")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--production", action="store_true", help="durations as in production")
    return parser.parse_args()


def _numbers(text: str) -> Iterator[int]:
    for part in text.split(","):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


@contextmanager
def _cluster() -> Iterator[tuple[Any, dict[str, str]]]:
    from deploy.embedded.environment import TEST_SETTINGS, product_environment
    from deploy.embedded.postgres import Cluster

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with tempfile.TemporaryDirectory(prefix="einthoven-faults-") as name:
        state = Path(name)
        state.chmod(0o711)
        for folder in ("run", "log"):
            (state / folder).mkdir()
        cluster = Cluster(state / "postgres")
        try:
            cluster.start()
            yield cluster, product_environment(state, cluster, TEST_SETTINGS)
        finally:
            cluster.remove()


if __name__ == "__main__":
    began = time.monotonic()
    code = main()
    print(f"{time.monotonic() - began:.0f} s", file=sys.stderr)
    sys.exit(code)
