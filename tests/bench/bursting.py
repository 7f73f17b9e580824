"""A burst at the door: programs that send at once while the workers work off what came."""

from __future__ import annotations

import http.client
import os
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial

from deploy.embedded.run import answers
from tests.api.keys import make_client
from tests.bench import files
from tests.bench.cost import Cost, percentile
from tests.bench.memory import RECEIVE_MS
from tests.bench.place import demo_organization
from tests.bench.processes import tree_cpu_ms
from tests.bench.rows import Note, Row, Size, within
from tests.bench.services import is_idle, running, wait_for, web_port

SENDERS, TIMES = 8, 2
LEAST_A_SECOND, SLOWEST_MS = 25.0, 500.0


def bursting(size: Size) -> Iterator[Row | Note]:
    key = make_client(demo_organization())[1]
    with running("ehr", "web", "qcluster", "sweep") as services:
        wait_for(lambda: answers(web_port()))
        web = services["web"].process
        assert web is not None
        for data in files.variants(SENDERS):
            _sent(key, data)
        wait_for(is_idle, every_s=0.2)
        sent = files.variants(TIMES * size.files)
        before, began = tree_cpu_ms([web.pid]), time.perf_counter()
        with ThreadPoolExecutor(SENDERS) as senders:
            waits = list(senders.map(partial(_sent, key), sent))
        seconds = time.perf_counter() - began
        spent = (tree_cpu_ms([web.pid]) - before) / len(sent)
    share, slow = 1000 * seconds / len(sent), percentile(waits, 0.95)
    yield within("accepted by the API, CPU of the web server", Cost(spent), RECEIVE_MS)
    name = f"time a file, {SENDERS} senders at once"
    yield Row(name, Cost(spent, share), "budget", share, 1000 / LEAST_A_SECOND, bar=1.0)
    yield Row(
        "of a burst, sent to accepted, p95", Cost(None, slow), "target", slow, SLOWEST_MS, bar=1.0
    )
    yield Note(
        f"{len(sent)} files of 290 kB came by {SENDERS} connections at once, {1000 / share:.0f} a"
        f" second, while {os.cpu_count()} cores worked off what had come as well."
    )


def _sent(key: str, data: bytes) -> float:
    """Milliseconds to the answer that it is kept."""
    headers = {
        "Authorization": f"Bearer {key}",
        "Idempotency-Key": uuid.uuid4().hex,
        "Content-Type": "application/octet-stream",
    }
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", web_port(), timeout=30)
    with closing(connection):
        connection.request("POST", "/api/v1/files", data, headers)
        response = connection.getresponse()
        response.read()
    assert response.status == 201, response.status
    return (time.perf_counter() - began) * 1000
