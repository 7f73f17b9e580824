"""A few borders removed in turn: each is noticed. `make mutants` removes them all."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from types import SimpleNamespace

import pytest
from django.db import connections

from tests.database import committed, database_environment
from tests.mutants.__main__ import report, sampled

SAMPLE = 20
# The kinds that are quick to look for.
QUICK = ("policy", "row security", "key", "trigger", "function", "grant", "door added")
QUICK += ("permission", "check removed")


def mutants(*arguments):
    """In a process of its own, beside this run's database and from the same template."""
    _, run, worker = connections["default"].settings_dict["NAME"].split("_", 2)
    names = {"PYTEST_XDIST_TESTRUNUID": run, "PYTEST_XDIST_WORKER": f"mutants{worker}"}
    command = [sys.executable, "-m", "tests.mutants", *arguments]
    environment = os.environ | database_environment() | names
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout.splitlines()


@committed
def test_a_sample_is_caught():
    code, printed = mutants("--sample", str(SAMPLE), *QUICK)
    assert code == 0, printed
    assert printed[-1] == f"caught {SAMPLE}/{SAMPLE}"


@committed
@pytest.mark.parametrize("kind", ["policy dropped", "grant to dispatch", "permission changed"])
def test_without_what_notices_it_a_mutant_survives_and_is_named(kind):
    blind = ["--without", "proofs", "--without", "attacks", "--without", "tests"]
    code, printed = mutants("--sample", "1", *blind, kind)
    assert code == 1
    assert printed[0].startswith(f"SURVIVED {kind}: ")
    assert printed[-1] == "caught 0/1"


def thing(kind, found="a test"):
    return SimpleNamespace(kind=kind, name="it", caught_by=lambda run: found)


def test_a_survivor_is_named_and_ends_with_code_1(capsys):
    code = report([thing("a"), thing("a", "")], None, controlled=False, aloud=False)
    assert code == 1
    assert capsys.readouterr().out.splitlines() == [
        "SURVIVED a: it",
        "a: 1/2  (a test 1)",
        "caught 1/2",
    ]


def test_no_mutant_at_all_proves_nothing(capsys):
    assert report([], None, controlled=False, aloud=False) == 1


def test_a_sample_takes_of_each_kind_in_turn_and_is_the_same_for_a_seed():
    many = [thing(kind) for kind in "abc" for _ in range(50)]
    few = sampled(many, 8, seed=1)
    assert Counter(mutant.kind for mutant in few) == {"a": 3, "b": 3, "c": 2}
    assert few == sampled(many, 8, seed=1)
    assert few != sampled(many, 8, seed=2)
