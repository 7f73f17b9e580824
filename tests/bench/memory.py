"""What the processes hold after a hundred ECGs, and what the web process must not load."""

from __future__ import annotations

import http.client
import re
import resource
import subprocess
import sys
import time
import urllib.parse
import uuid
from collections.abc import Iterator
from contextlib import closing

from apps.ecg.models import Recording
from apps.web.demo.organizations import MERCY, PASSWORD
from deploy.embedded.run import answers
from tests.bench import files
from tests.bench.cost import Cost
from tests.bench.place import demo_organization
from tests.bench.processes import maps_library, resident_mb, tree, tree_cpu_ms
from tests.bench.rows import Note, Row, Size, within
from tests.bench.services import is_idle, running, wait_for, web_port
from tests.factories import inside

LARGEST_MB = 250.0
START_MS = 2000.0
RECEIVE_MS = 12.0
HEAVY = ("scipy", "matplotlib", "onnxruntime")
_IMPORT = """
import sys, config.wsgi
from django.urls import get_resolver
get_resolver().url_patterns
print(*sorted(name for name in sys.modules if name.partition(".")[0] in %r))
"""


def memory(size: Size) -> Iterator[Row | Note]:
    organization = demo_organization()
    with running("ehr", "web", "qcluster", "sweep") as services:
        wait_for(lambda: answers(web_port()))
        browser = Browser()
        browser.sign_in()
        web, workers = services["web"].process, services["qcluster"].process
        assert web is not None
        assert workers is not None
        yield from _uploads(browser, web.pid, size)
        wait_for(is_idle, every_s=0.2)
        with inside(organization):
            names = list(Recording.objects.values_list("public_id", flat=True)[:20])
        for name in names:
            browser.get(f"/recordings/{name}")
            browser.get(f"/recordings/{name}/waveform")
        served = [resident_mb(pid) for pid in tree(web.pid)]
        worked = [resident_mb(pid) for pid in tree(workers.pid)]
        heavy = [lib for lib in HEAVY if any(maps_library(p, f"/{lib}/") for p in tree(web.pid))]
    for name, found in (("web", served), ("queue", worked)):
        yield Row(
            f"largest {name} process after {size.files} ECGs",
            Cost(peak_mb=max(found)),
            "budget",
            max(found),
            LARGEST_MB,
            "MB",
            bar=1.0,
        )
    yield from _start(heavy)


def _uploads(browser: Browser, pid: int, size: Size) -> Iterator[Row]:
    browser.upload(files.variants(1)[0])
    before = tree_cpu_ms([pid])
    began = time.perf_counter()
    for data in files.variants(size.files):
        browser.upload(data)
    wall = (time.perf_counter() - began) * 1000 / size.files
    cost = Cost((tree_cpu_ms([pid]) - before) / size.files, wall)
    yield within("upload by the web, CPU of the web server", cost, RECEIVE_MS)


def _start(heavy: list[str]) -> Iterator[Row | Note]:
    command = [sys.executable, "-c", _IMPORT % (HEAVY,)]
    costs = []
    for _ in range(3):
        cpu, began = _children_cpu_ms(), time.perf_counter()
        loaded = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        wall = (time.perf_counter() - began) * 1000
        costs.append(Cost(_children_cpu_ms() - cpu, wall))
    fastest = min(costs, key=lambda cost: cost.wall_ms or 0)
    yield within("web worker loads", fastest, START_MS, wall=True)
    found = sorted({*heavy, *loaded})
    if found:
        raise AssertionError(f"the web process loads {', '.join(found)}")
    yield Note(f"The web process loads none of {', '.join(HEAVY)}, also after serving pages.")


def _children_cpu_ms() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (used.ru_utime + used.ru_stime) * 1000


class Browser:
    """Signs in and sends files as the upload page does."""

    def __init__(self) -> None:
        self.cookies: dict[str, str] = {}

    def sign_in(self) -> None:
        token = self._token(self.get("/sign-in"))
        form = {
            "username": MERCY.logins[0].email,
            "password": PASSWORD,
            "csrfmiddlewaretoken": token,
        }
        body = urllib.parse.urlencode(form).encode()
        kind = "application/x-www-form-urlencoded"
        self._ask("POST", "/sign-in", body, {"Content-Type": kind}, expected=302)
        self.token = self._token(self.get("/upload"))

    def get(self, path: str) -> bytes:
        return self._ask("GET", path, None, {}, expected=200)

    def upload(self, data: bytes) -> None:
        border = uuid.uuid4().hex
        head = (
            f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="ecg.dcm"\r\n'
            "Content-Type: application/dicom\r\n\r\n"
        )
        body = head.encode() + data + f"\r\n--{border}--\r\n".encode()
        headers = {
            "Content-Type": f"multipart/form-data; boundary={border}",
            "X-CSRFToken": self.token,
            "Accept": "application/json",
        }
        self._ask("POST", "/upload/files", body, headers, expected=201)

    def _ask(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str], *, expected: int
    ) -> bytes:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection = http.client.HTTPConnection("127.0.0.1", web_port(), timeout=30)
        with closing(connection):
            connection.request(method, path, body, headers | {"Cookie": cookies})
            response = connection.getresponse()
            content = response.read()
        assert response.status == expected, f"{method} {path}: {response.status}"
        for line in response.headers.get_all("Set-Cookie") or []:
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return content

    def _token(self, page: bytes) -> str:
        found = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert found is not None
        return found[1].decode()
