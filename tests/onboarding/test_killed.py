"""Killed anywhere, an onboarding leaves nothing live and is completed by running it again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from apps.audit.models import AuditHead
from apps.audit.verify import verify_chain
from apps.tenants.actions import organization_for_platform
from apps.tenants.lookups import memberships_of
from apps.tenants.models import User
from apps.web.onboarding import apply as applying
from tests.database import committed, database_environment
from tests.factories import inside
from tests.ingestion.files import codes_of
from tests.onboarding.files import (
    CREATED,
    HOSPITAL,
    KEPT,
    WRITES,
    applied,
    planned,
    renamed,
    short,
)

LINES = CREATED + 1
STEPS = ("open_organization", "put_live", "_written")

# Forks before the first connection: one interpreter for every place to die at.
CHILD = """
import os, signal, sys
import django
django.setup()
from tests.onboarding.files import read, renamed
from apps.web.onboarding.apply import apply
for place in range(int(sys.argv[1])):
    if os.fork():
        assert os.wait()[1] == signal.SIGKILL, place
        continue
    seen = iter(range(place, -1, -1))
    apply(
        read(renamed(place)),
        lambda line: next(seen) or os.kill(os.getpid(), signal.SIGKILL),
    )
    os._exit(9)
"""


@committed
def test_killed_after_every_line_it_says_a_second_run_completes(db, secrets):
    subprocess.run(
        [sys.executable, "-c", CHILD, str(LINES)],
        env=os.environ | database_environment() | {"EINTHOVEN_ONBOARDING_SECRETS": str(secrets)},
        cwd=Path(__file__).parents[2],
        check=True,
        timeout=120,
    )
    for place in range(LINES):
        text, slug = renamed(place), f"north{place}s"
        # The last line says that it is live, and is said when it is.
        assert organization_for_platform(slug).is_live == (place == LINES - 1), place
        _completes(text)


@committed
@pytest.mark.parametrize("write", range(WRITES))
def test_killed_in_the_middle_of_a_step_the_step_is_undone(db, monkeypatch, write):
    left = iter(range(write, -1, -1))
    original = applying.audit.record

    def killed(*arguments, **details):
        if not next(left):
            raise KeyboardInterrupt
        original(*arguments, **details)

    _dies(monkeypatch, applying.audit, "record", killed)
    place = organization_for_platform("northside")
    assert not place.is_live
    assert codes_of(place).count("tenants.organization.configured") <= write
    _completes(HOSPITAL)


@committed
@pytest.mark.parametrize("step", STEPS)
def test_killed_before_a_step_nobody_can_sign_in_there_until_it_is_complete(db, monkeypatch, step):
    _dies(monkeypatch, applying, step)
    for person in User.objects.filter(email__endswith="northside.example"):
        assert memberships_of(person.pk) == []
    _completes(HOSPITAL)


@committed
def test_killed_between_the_row_and_its_chain_it_is_completed(db, monkeypatch):
    _dies(monkeypatch, AuditHead.objects, "get_or_create")
    place = organization_for_platform("northside")
    assert not place.is_live
    with inside(place):
        assert not AuditHead.objects.exists()
    _completes(HOSPITAL)


def _killed(*_arguments, **_fields):
    raise KeyboardInterrupt


def _dies(monkeypatch, target, name, killed=_killed):
    """Onboarding while that name of the target ends the run."""
    with monkeypatch.context() as crashing:
        crashing.setattr(target, name, killed)
        with pytest.raises(KeyboardInterrupt):
            applied()


def _completes(text):
    _, place = applied(text)
    assert place.is_live
    after = planned(text)
    assert not any(line.changes for line in after)
    assert len(short(after, "keep")) == KEPT
    codes = codes_of(place)
    assert codes.count("tenants.organization.onboarded") == 1
    assert codes.count("tenants.organization.configured") == WRITES
    assert verify_chain(place.pk).failure == ""
