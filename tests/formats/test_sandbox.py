"""A file cannot harm more than the child that reads it."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.ecg.formats import decode
from apps.ecg.formats.canonical import Refused
from apps.ecg.formats.sandbox import ROOT, DecoderUnavailable, Limits, Sandbox, decode_limited
from tests.formats.ecgs import file, median

QUICK = Limits(cpu_s=1, wall_s=1.5)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    found = Sandbox("tests.formats.misbehaving:decode")
    yield found
    found.close()


def report(sandbox: Sandbox, command: str, limits: Limits = QUICK) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        sandbox.decode(command.encode(), limits)
    return refused.value.code, refused.value.message


def test_a_decoded_file_arrives_as_decoded_here():
    data = file(median=median())
    found, expected = decode_limited(data), decode(data)
    assert found.canonical_hash == expected.canonical_hash
    assert found.measurements == expected.measurements
    assert found.warnings == expected.warnings


def test_a_refusal_arrives_with_its_code():
    with pytest.raises(Refused) as refused:
        decode_limited(b"%PDF-1.7")
    assert refused.value.code == "pdf-incomplete"


def test_a_file_too_large_is_refused_without_a_child():
    with pytest.raises(Refused) as refused:
        decode_limited(bytes(33 << 20))
    assert refused.value.code == "too-large"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("memory", "decoder-memory"),
        ("cpu", "decoder-cpu"),
        ("segfault", "decoder-killed"),
        ("exit", "decoder-killed"),
        ("raise", "decoder-killed"),
        ("lie", "decoder-killed"),
    ],
)
def test_a_child_that_dies_is_a_refusal(sandbox, command, code):
    found, message = report(sandbox, command, Limits(cpu_s=1, wall_s=10))
    assert found == code
    assert "Clark" not in message


def test_a_child_that_hangs_is_killed_by_the_wall_clock(sandbox):
    started = time.monotonic()
    assert report(sandbox, "hang")[0] == "decoder-timeout"
    assert time.monotonic() - started < 5


def test_after_a_death_the_next_file_is_read(sandbox):
    report(sandbox, "segfault")
    assert report(sandbox, "hello") == ("report", "hello")


def test_the_child_has_no_secrets_no_django_and_no_files(sandbox, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    fresh = Sandbox("tests.formats.misbehaving:decode")
    try:
        # The first of a server waits until it has loaded its decoders.
        assert report(fresh, "modules", Limits())[1] == ""
        names = set(report(fresh, "environment")[1].split())
        assert names <= {"OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "LC_ALL", "LC_CTYPE"}
        assert report(fresh, "files")[1].strip() == "/dev/null /dev/null /dev/null socket"
    finally:
        fresh.close()


def test_the_child_has_one_thread_and_cannot_write(sandbox):
    assert report(sandbox, "threads")[1] == "1"
    assert report(sandbox, "write")[1] == "refused"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root is sure to get a network namespace")
def test_the_child_has_no_network(sandbox):
    assert report(sandbox, "network", Limits())[1] == "OSError"


def test_every_file_has_its_own_child_of_one_server(sandbox):
    pids = [report(sandbox, "pid")[1].split() for _ in range(3)]
    assert len({child for child, _ in pids}) == 3
    assert len({server for _, server in pids}) == 1


def test_threads_share_a_server(sandbox):
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.append(report(sandbox, "pid", Limits())[1]))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 8


def test_a_lost_server_is_started_again(sandbox):
    first = report(sandbox, "pid")[1].split()[1]
    sandbox._process.kill()
    sandbox._process.wait()
    assert report(sandbox, "pid")[1].split()[1] != first


def test_a_server_that_cannot_start_says_nothing_about_the_file():
    broken = Sandbox("tests.formats.misbehaving:absent")
    with pytest.raises(DecoderUnavailable):
        broken.decode(b"x")
    broken.close()


def _in_worker(queue, daemon_free):
    try:
        queue.put(decode_limited(file()).canonical_hash)
    except BaseException as error:
        queue.put(repr(error))


@pytest.mark.parametrize("daemon", [False, True])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_worker_has_a_server_of_its_own(daemon):
    decode_limited(file())
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    worker = context.Process(target=_in_worker, args=(queue, daemon), daemon=daemon)
    worker.start()
    assert queue.get(timeout=30) == decode(file()).canonical_hash
    worker.join()
    assert decode_limited(file()).canonical_hash == decode(file()).canonical_hash


SCRIPT = """
import os, sys
sys.path.insert(0, {root!r})
from apps.ecg.formats.sandbox import Sandbox, Limits
from apps.ecg.formats.canonical import Refused
sandbox = Sandbox("tests.formats.misbehaving:decode")
try:
    sandbox.decode(b"pid")
except Refused as refused:
    print(refused.message.split()[1], flush=True)
{end}
"""


def server_of(end: str, user: int | None = None) -> int:
    """The server's pid of a process that ended as told."""
    script = SCRIPT.format(root=str(ROOT), end=end)
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, user=user, check=False
    )
    return int(run.stdout)


@pytest.mark.parametrize("end", ["", "os.kill(os.getpid(), 9)"])
def test_the_server_ends_with_its_process(end):
    pid = server_of(end)
    _until(lambda: _gone(pid))


def test_a_child_whose_caller_was_killed_is_killed(sandbox, tmp_path):
    script = SCRIPT.format(root=str(ROOT), end="sandbox.decode(b'hang', Limits())")
    caller = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    server = int(caller.stdout.readline())
    children = Path(f"/proc/{server}/task/{server}/children")
    # The kernel promises this list only for children that stand still, so one sight is kept.
    seen: list[str] = []
    _until(lambda: seen.extend(children.read_text().split()) or seen)
    child = int(seen[0])
    caller.kill()
    caller.communicate()
    _until(lambda: _gone(child))


def _gone(pid: int) -> bool:
    """Ended, though perhaps not yet waited for."""
    try:
        return ") Z" in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return True


def _until(done) -> None:
    for _ in range(100):
        if done():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen")
