"""Senders that never give up: each file is sent by HTTP until somebody answers for it."""

from __future__ import annotations

import http.client
import json
import queue
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.ingestion.files import OTHER_EXPORT, PLAIN, small_file

SAME_BYTES, SAME_SIGNAL, DAMAGED = 0.05, 0.05, 0.02
PAUSE_S, LONGEST_S = 0.2, 3.0
TIMEOUT_S = 20.0
BETWEEN_BURSTS = (429, 503)


@dataclass(frozen=True, slots=True)
class Offer:
    """One file of one organization; `kind` is what must become of it."""

    place: int
    number: int
    kind: str

    @property
    def key(self) -> str:
        return f"{self.kind} {self.number}"

    def data(self) -> bytes:
        data = small_file(self.number, OTHER_EXPORT if self.kind == "same_signal" else PLAIN)
        return data[: -1000 - self.number % 500] if self.kind == "damaged" else data


def planned(files: int, chance: random.Random) -> list[Offer]:
    """New files, one in ten of them again as bytes or as signal, a few damaged ones."""
    damaged = round(files * DAMAGED)
    again = {"same_bytes": round(files * SAME_BYTES), "same_signal": round(files * SAME_SIGNAL)}
    new = files - damaged - sum(again.values())
    plan = [Offer(number % 5 == 0, number, "new") for number in range(1, new + 1)]
    plan += [Offer(n % 5 == 0, n, "damaged") for n in range(new + 1, new + damaged + 1)]
    for kind, count in again.items():
        plan += [Offer(n % 5 == 0, n, kind) for n in chance.sample(range(1, new + 1), count)]
    chance.shuffle(plan)
    return plan


@dataclass
class Senders:
    """Threads that empty the plan; what was answered, and how long the answers took."""

    port: int
    keys: tuple[str, str]
    plan: list[Offer]
    threads: int = 4
    answered: Counter[int] = field(default_factory=Counter)
    retried: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    _left: queue.SimpleQueue[Offer] = field(default_factory=queue.SimpleQueue)
    _threads: list[threading.Thread] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        for offer in self.plan:
            self._left.put(offer)
        for _ in range(self.threads):
            thread = threading.Thread(target=self._send_all, daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    @property
    def are_done(self) -> bool:
        return not any(thread.is_alive() for thread in self._threads)

    def _offers(self) -> Iterator[Offer]:
        while not self._stop.is_set():
            try:
                yield self._left.get_nowait()
            except queue.Empty:
                return

    def _send_all(self) -> None:
        for offer in self._offers():
            self._send(offer)

    def _send(self, offer: Offer) -> None:
        """Until it is acknowledged; a sender has no other way to know."""
        data, pause = offer.data(), PAUSE_S
        while not self._stop.is_set():
            began = time.monotonic()
            try:
                status = self._asked(offer, data)
            except (OSError, http.client.HTTPException) as error:
                self.retried[type(error).__name__] += 1
            else:
                if status in (200, 201):
                    self.answered[offer.place] += 1
                    self.seconds.append(time.monotonic() - began)
                    return
                if status not in BETWEEN_BURSTS and status < 500:
                    raise AssertionError(f"{offer.key} was answered {status}")
                self.retried[str(status)] += 1
            self._stop.wait(pause)
            pause = min(LONGEST_S, pause * 2)

    def _asked(self, offer: Offer, data: bytes) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_S)
        headers = {
            "Authorization": f"Bearer {self.keys[offer.place]}",
            "Content-Type": "application/octet-stream",
            "Idempotency-Key": offer.key,
        }
        try:
            connection.request("POST", "/api/v1/files", data, headers)
            answer = connection.getresponse()
            body = answer.read()
            if answer.status in (200, 201):
                json.loads(body)["id"]
            return answer.status
        finally:
            connection.close()
