"""python -m tests.tamper [--trials N] [--rows N] [--seed S]

Changes chains in every way, N seeded trials of each kind: on chains in memory, walked as
`verify_audit` walks them, and fewer on rows of a database. Prints trials and how many were found
with their first wrong event named; exit 1 below all. A database must be named by the environment.
"""

from __future__ import annotations

import argparse
import os
import sys
import uuid

import django


def main() -> int:
    options = _parsed()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    os.environ.setdefault("PYTEST_XDIST_TESTRUNUID", uuid.uuid4().hex[:12])
    django.setup()
    from tests.tamper.kinds import KINDS
    from tests.tamper.trials import score

    print(f"{'where':8}{'kind':26}{'trials':>8}{'found':>8}")
    complete = [_said("memory", score(kind, options.trials, options.seed)) for kind in KINDS]
    complete += list(_on_rows(options))
    return 0 if complete and all(complete) else 1


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.tamper", description=__doc__)
    parser.add_argument("--trials", type=int, default=1000, help="of each kind in memory")
    parser.add_argument("--rows", type=int, default=50, help="of each kind on rows")
    parser.add_argument("--seed", type=int, default=20260302)
    return parser.parse_args()


def _on_rows(options: argparse.Namespace):
    from tests.database import TestDatabase
    from tests.factories import make_user, organization_of
    from tests.tamper.kinds import KINDS
    from tests.tamper.rows import unguarded
    from tests.tamper.trials import score

    database = TestDatabase()
    database.create()
    try:
        mercy = organization_of("mercy")
        actors = [None, make_user(mercy).pk, make_user(mercy).pk]
        with unguarded(mercy.pk) as rows:
            for kind in KINDS:
                how = {"organization_id": mercy.pk, "actors": actors, "judge": rows.judge}
                yield _said("rows", score(kind, options.rows, options.seed, **how))
    finally:
        database.destroy()


def _said(where: str, done) -> bool:
    found = done.trials - len(done.missed)
    print(f"{where:8}{done.kind:26}{done.trials:>8}{found:>8}", flush=True)
    for seed in done.missed[:3]:
        print(f"        not found: {seed}")
    return done.trials > 0 and not done.missed


if __name__ == "__main__":
    sys.exit(main())
