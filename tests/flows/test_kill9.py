"""Workers and sweeper are killed at random times; no file is lost, none is worked on twice."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from decimal import Decimal

import pytest

from apps.audit.models import AuditEvent
from apps.audit.verify import verify_chain
from apps.billing.models import Charge, Meter, Price
from apps.core.drain import leased_models
from apps.core.leases import Leased, queue_state
from apps.ecg.models import Analysis, Recording, StageRun
from apps.inference.actions import register_builtin_rules
from apps.inference.models import InferenceRun
from apps.ingestion.models import Ingress, RecordingArrival
from apps.reports.models import Report
from apps.tenants import blobs
from tests.database import committed
from tests.factories import inside, make_waveform
from tests.flows.workers import running_workers
from tests.ingestion.files import OTHER_EXPORT, PLAIN, ecg_file, send

pytestmark = [committed, pytest.mark.slow]

# `make soak` offers 10,000 and kills 200.
KILLS = 15
DISTINCT, SAME_BYTES, SAME_SIGNAL, DAMAGED = 120, 10, 10, 5
OFFERED = DISTINCT + SAME_BYTES + SAME_SIGNAL + DAMAGED
PATIENCE_S = 400
OPEN = (Leased.State.RECEIVED, Leased.State.PROCESSING)


@pytest.fixture
def priced(mercy, lakeside):
    for organization in (mercy, lakeside):
        with inside(organization):
            register_builtin_rules(organization)
            Price.objects.create(
                organization=organization,
                meter=Meter.INFERENCE,
                unit_price=Decimal("2.5"),
                currency="GBP",
                effective_from=dt.date(2026, 1, 1),
            )
    return (mercy, lakeside)


def small_file(number, options=PLAIN):
    return ecg_file(make_waveform(rate_hz=250, seed=number), options)


def deliveries(chance):
    """Every file's bytes with the organization it goes to, in an order of chance."""
    plan = [("new", number) for number in range(DISTINCT)]
    plan += [("new", number) for number in chance.sample(range(DISTINCT), SAME_BYTES)]
    plan += [("other", number) for number in chance.sample(range(DISTINCT), SAME_SIGNAL)]
    plan += [("damaged", number) for number in range(DAMAGED)]
    chance.shuffle(plan)
    for kind, number in plan:
        data = small_file(number, OTHER_EXPORT if kind == "other" else PLAIN)
        yield number % 5 == 0, data[: -1000 - number] if kind == "damaged" else data


def open_rows(organizations):
    count = 0
    for organization in organizations:
        with inside(organization):
            count += sum(m.objects.filter(state__in=OPEN).count() for m in leased_models())
    return count


def finished(organizations):
    count = 0
    for organization in organizations:
        with inside(organization):
            count += Ingress.objects.exclude(state__in=OPEN).count()
    return count


def ingest_under_fire(workers, organizations):
    """Offer everything, kill all the while, and wait until nothing is open any more."""
    offered = deliveries(workers.chance)
    deadline, last_kill = time.monotonic() + PATIENCE_S, time.monotonic()
    waiting = True
    while waiting or len(workers.killed) < KILLS or open_rows(organizations):
        assert time.monotonic() < deadline, (workers.killed, open_rows(organizations))
        for _, (is_lakesides, data) in zip(range(10), offered, strict=False):
            send(organizations[is_lakesides], data)
        waiting = offered.gi_frame is not None
        due = finished(organizations) * KILLS >= OFFERED * len(workers.killed)
        since = time.monotonic() - last_kill
        if len(workers.killed) < KILLS and since > 0.3 and (due or since > 3):
            _wait_for_work()
            workers.kill_something()
            last_kill = time.monotonic()
        workers.look()
        time.sleep(workers.chance.uniform(0, 0.2))


def _wait_for_work():
    """A worker that has nothing in hand loses nothing: rather kill one that has."""
    for _ in range(50):
        if any(queue_state(model).leased for model in leased_models()):
            return
        time.sleep(0.02)


def tally(organization):
    """What one organization holds at the end, all of it checked against each other."""
    with inside(organization):
        states = Counter(Ingress.objects.values_list("state", flat=True))
        outcomes = Counter(Ingress.objects.values_list("outcome", flat=True))
        recordings = Recording.objects.count()
        signals = Recording.objects.values("canonical_hash").distinct().count()
        arrivals = RecordingArrival.objects.count()
        runs = InferenceRun.objects.filter(status=InferenceRun.Status.SUCCEEDED).count()
        linked = AuditEvent.objects.filter(code="ingestion.file.linked").count()
        assert signals == recordings == states["done"] == outcomes["new"]
        assert arrivals == linked == states["done"] + states["duplicate"]
        assert InferenceRun.objects.count() == runs == recordings
        assert Charge.objects.count() == runs
        assert Report.objects.count() == Analysis.objects.count() == recordings
        assert StageRun.objects.count() == recordings * 4
        assert set(StageRun.objects.values_list("state", flat=True)) == {"done"}
        hashes = set(Ingress.objects.values_list("sha256", flat=True))
    kept = {
        key.rpartition("/")[2]
        for key in blobs.engine_of(organization.pk).keys(f"org/{organization.pk}/raw")
    }
    assert kept == hashes
    assert verify_chain(organization.pk).failure == ""
    return states


def test_kill_9_of_workers_and_sweeper_loses_and_repeats_nothing(priced, tmp_path, settings):
    # Other tests of the process leave blobs of the same organizations; here all are counted.
    settings.BLOB_ROOT = tmp_path / "blobs"
    with running_workers(tmp_path, seed=9) as workers:
        ingest_under_fire(workers, priced)
        printed = workers.log_text()
    states = sum((tally(organization) for organization in priced), Counter())
    duplicates = SAME_BYTES + SAME_SIGNAL
    assert states == {"done": DISTINCT, "duplicate": duplicates, "quarantined": DAMAGED}
    assert set(workers.killed) == {"worker", "cluster", "sweep"}
    assert "lease.reclaimed" in printed
    # A cluster whose first process is killed while it starts ends with django-q's own words.
    assert printed.count("Traceback") == printed.count("failed to start: sentinel exited")
