"""Rows 33 to 36: charging, signing, restoring and onboarding that are cut in two."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connections
from django.utils import timezone

from apps.billing.models import Charge
from apps.core import drain
from apps.core.leases import replay
from apps.ecg.models import StageRun
from apps.reports.actions import (
    NotEditable,
    NotSignable,
    Stale,
    save_draft,
    sign_report,
    viewed_digest,
)
from apps.reports.models import Report, ReportVersion, Signature
from apps.tenants.models import User
from tests.factories import PASSWORD, inside, make_user
from tests.faults.killing import killed
from tests.faults.receiver import receiving
from tests.faults.row import row
from tests.faults.world import World


@row(33, "charging is killed, or done twice")
def charged_once(world: World) -> None:
    world.offer(world.file())
    killed(drain.drain, after=f"apps.billing.jobs.{world.chance.choice(['_record', 'charge'])}")
    world.until_leases_end()
    world.settle()
    with inside(world.mercy):
        stage = StageRun.objects.filter(stage="charge").get()
        StageRun.objects.filter(pk=stage.pk).update(state="dead")
        assert replay(stage)
    world.settle()
    with inside(world.mercy):
        assert Charge.objects.count() == 1


@row(34, "two sign at once, and one edits")
def signed_once(world: World) -> None:
    world.offer(world.file())
    world.settle()
    reader = make_user(world.mercy, "reader")
    report, viewed = _written(world, reader)
    revision, now = report.draft_revision, timezone.now()

    def sign() -> None:
        sign_report(
            report, reader=reader, revision=revision, viewed=viewed, password=PASSWORD, now=now
        )

    def edit() -> None:
        save_draft(report, text="Changed", revision=revision, editor=reader, now=now)

    with receiving(world, world.mercy):
        outcomes = Counter(_at_once(world, [sign, sign, edit]))
        if outcomes["sign"] and world.chance.random() < 0.5:
            # The receiver has it, and nobody heard that: it is sent again under its name.
            killed(drain.drain, after="apps.integrations.jobs.send_mllp")
            world.until_leases_end()
        world.settle()
    with inside(world.mercy):
        kept = (ReportVersion.objects.count(), Signature.objects.count())
    assert outcomes["sign"] + outcomes["edit"] == 1, outcomes
    assert kept == (outcomes["sign"], outcomes["sign"])
    assert set(outcomes) - {"sign", "edit"} <= {"NotSignable", "Stale", "NotEditable"}, outcomes


def _written(world: World, reader: User) -> tuple[Report, str]:
    """A report with a text, and what its reader sees."""
    with inside(world.mercy):
        empty = Report.objects.get()
        report = save_draft(
            empty,
            text="Sinus rhythm",
            revision=empty.draft_revision,
            editor=reader,
            now=timezone.now(),
        )
        return report, viewed_digest(report)


def _at_once(world: World, acts: list[Callable[[], None]]) -> list[str]:
    """What became of each: its name where it was done, else the error's."""
    start = threading.Barrier(len(acts))

    def done(act: Callable[[], None]) -> str:
        start.wait(timeout=20)
        try:
            with inside(world.mercy):
                act()
        except (NotSignable, Stale, NotEditable) as error:
            return type(error).__name__
        finally:
            connections.close_all()
        return act.__name__

    with ThreadPoolExecutor(len(acts)) as people:
        return list(people.map(done, acts))
