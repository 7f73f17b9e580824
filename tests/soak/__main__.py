"""python -m tests.soak [--files N] [--kills N] [--outages N] [--seed S] [--record]

The product's own processes on a PostgreSQL of their own that flushes to disk. Four senders offer N
files of two organizations by the API, a tenth of them again, while workers, sweeper and web server
are killed, the database restarted and the storage taken away. At the end every offered file must be
accounted for: offered = accepted + linked + quarantined, and eight invariants hold. Exit 1 if not.
It says how fast files were acknowledged and done, and how large the processes grew; `--record` adds
that to docs/faults.md.
"""

from __future__ import annotations

import argparse
import os
import sys

from tests.faults.cluster import own_cluster

SEED = 20241128


def main() -> int:
    options = _parsed()
    with own_cluster() as (cluster, environment):
        os.environ |= environment | {"EINTHOVEN_LIMIT_API": "1000000"}
        import django

        django.setup()
        from tests.soak.fire import soak

        return soak(
            cluster,
            files=options.files,
            kills=options.kills,
            outages=options.outages,
            seed=options.seed,
            recording=options.record,
        )


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--files", type=int, default=10_000, help="offered in all (10,000)")
    parser.add_argument("--kills", type=int, default=200, help="kill -9 of a process (200)")
    parser.add_argument("--outages", type=int, default=4, help="of database and storage (4)")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--record", action="store_true", help="into docs/faults.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
