"""Offering under fire, and the reckoning."""

from __future__ import annotations

import logging
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import OperationalError, connections
from django.test.utils import setup_test_environment

from apps.core.drain import leased_models
from apps.ecg.models import Recording
from apps.ingestion.models import Ingress
from apps.tenants.models import Organization
from deploy.embedded.ports import remembered_port
from deploy.embedded.postgres import Cluster
from deploy.embedded.run import web_server
from tests.api.keys import key_of
from tests.bench.processes import resident_mb, tree
from tests.database import TestDatabase
from tests.factories import inside, organization_of
from tests.faults.invariants import violated
from tests.faults.rows_storage import storage_away
from tests.faults.server import Own
from tests.faults.world import OPEN, World, price_everything
from tests.flows.workers import Workers, running_services
from tests.soak.offering import Senders, planned
from tests.soak.report import Soaked, lines, record

PATIENCE_S = 4 * 3600
OUTAGE_S = 3.0


def soak(
    cluster: Cluster, *, files: int, kills: int, outages: int, seed: int, recording: bool
) -> int:
    """Prints what became of every file and how fast; 0 when all of it is accounted for."""
    setup_test_environment()
    logging.disable(logging.CRITICAL)
    with ExitStack() as stack:
        state = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        settings.BLOB_ROOT = state / "blobs"
        settings.BLOB_ROOT.mkdir()
        database = TestDatabase()
        database.create()
        stack.callback(database.destroy)
        places = (organization_of("mercy"), organization_of("lakeside"))
        for place in places:
            price_everything(place)
        chance = random.Random(seed)
        plan = planned(files, chance)
        port = remembered_port(state / "web-port")
        services = {
            "web": [sys.executable, *web_server(port)],
            "qcluster": [sys.executable, "manage.py", "qcluster"],
            "sweep": [sys.executable, "manage.py", "sweep"],
        }
        workers = stack.enter_context(running_services(state, services, chance, cluster))
        senders = Senders(port, tuple(key_of(place) for place in places), plan)
        fire = Fire(workers, senders, Own(database, cluster), places, kills, outages)
        fire.burn()
        soaked = fire.reckon()
    print(*lines(soaked), sep="\n")
    if recording:
        record(soaked)
    return 1 if soaked.faults else 0


@dataclass
class Fire:
    workers: Workers
    senders: Senders
    server: Own
    places: tuple[Organization, Organization]
    kills: int
    outages: int
    began: float = field(default_factory=time.monotonic)
    offered_s: float = 0.0
    had: int = 0
    largest: Counter[str] = field(default_factory=Counter)
    together: Counter[str] = field(default_factory=Counter)

    def burn(self) -> None:
        """Until everything is acknowledged and nothing is open any more."""
        self.senders.start()
        while not (self.senders.are_done and self._is_empty()):
            if time.monotonic() - self.began > PATIENCE_S:
                raise AssertionError("this never ends")
            self._harm()
            self.workers.look()
            self._measure()
            if self.senders.are_done and not self.offered_s:
                self.offered_s = time.monotonic() - self.began
            time.sleep(0.3)
        self.senders.stop()

    def _harm(self) -> None:
        """As much as the share of files that were answered for."""
        share = self.senders.answered.total() / len(self.senders.plan)
        if len(self.workers.killed) < self.kills * share:
            self.workers.kill_something()
        if self.had < self.outages * share:
            self.had += 1
            self._outage()

    def _outage(self) -> None:
        if self.had % 2:
            with storage_away():
                time.sleep(OUTAGE_S)
        else:
            self.server.restart()
        self._progress()

    def _progress(self) -> None:
        seconds = time.monotonic() - self.began
        sent = self.senders.answered.total()
        print(f"{sent} of {len(self.senders.plan)}, {sent / seconds:.0f}/s", file=sys.stderr)

    def _measure(self) -> None:
        for service in self.workers.services:
            sizes = []
            for pid in tree(service.process.pid) if service.process else ():
                with suppress(OSError):
                    sizes.append(round(resident_mb(pid)))
            self.largest[service.name] = max(self.largest[service.name], *sizes, 0)
            self.together[service.name] = max(self.together[service.name], sum(sizes))

    def _is_empty(self) -> bool:
        try:
            for place in self.places:
                with inside(place):
                    if any(m.objects.filter(state__in=OPEN).exists() for m in leased_models()):
                        return False
        except OperationalError:
            connections.close_all()
            return False
        return True

    def reckon(self) -> Soaked:
        ended_s = time.monotonic() - self.began
        faults = (*self._wrong_counts(), *violated(self._world()))
        return Soaked(
            offered=len(self.senders.plan),
            outcomes=self._outcomes(),
            killed=Counter(self.workers.killed),
            outages=self.had,
            answers_s=self.senders.seconds,
            offered_s=self.offered_s or ended_s,
            ended_s=ended_s,
            largest_mb=self.largest,
            together_mb=self.together,
            faults=faults,
        )

    def _outcomes(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for place in self.places:
            with inside(place):
                found.update(Ingress.objects.values_list("outcome", flat=True))
        return found

    def _wrong_counts(self) -> Iterator[str]:
        """Offered = new + linked + quarantined, of each kind exactly."""
        for number, place in enumerate(self.places):
            mine = Counter(o.kind for o in self.senders.plan if o.place == number)
            with inside(place):
                found = Counter(Ingress.objects.values_list("outcome", flat=True))
                recordings = Recording.objects.count()
            twice = found["same_bytes"] + found["same_signal"]
            expected = (mine["new"], mine["same_bytes"] + mine["same_signal"], mine["damaged"])
            got = (found["new"], twice, found["quarantined"])
            if got != expected or found.total() != mine.total() or recordings != mine["new"]:
                yield f"{place.slug}: {dict(mine)} offered, {dict(found)} found"

    def _world(self) -> World:
        world = World(*self.places, self.workers.chance, self.server)
        for offer in self.senders.plan:
            world.expected(offer.data(), self.places[offer.place])
        return world
