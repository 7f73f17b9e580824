"""Run a command with the embedded PostgreSQL and the product's environment.

python -m deploy.embedded.shell [--var VAR] [--throwaway] -- COMMAND…
"""

from __future__ import annotations

import argparse
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.embedded.console import FixableError, explain, say
from deploy.embedded.environment import DEMO_SETTINGS, TEST_SETTINGS, product_environment
from deploy.embedded.postgres import Cluster


def main() -> int:
    options = parse(sys.argv[1:])
    state = Path(options.var).absolute()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        with throwaway(state) if options.throwaway else demo(state) as environment:
            return run(options.command, environment)
    except FixableError as problem:
        say(str(problem))
    except OSError as error:
        say(explain(error))
    return 1


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--var", default=os.environ.get("VAR", "var"), help="state folder")
    parser.add_argument("--throwaway", action="store_true", help="an empty database, deleted after")
    parser.add_argument("command", nargs="+")
    return parser.parse_args(arguments)


@contextmanager
def demo(state: Path) -> Iterator[dict[str, str]]:
    with Cluster(state / "postgres").running() as cluster:
        yield product_environment(state, cluster, DEMO_SETTINGS)


@contextmanager
def throwaway(state: Path) -> Iterator[dict[str, str]]:
    """All of it in a new folder under `state`, which is deleted at the end.

    Its commands are told the superuser's address too: tests empty tables by it.
    """
    parent = state / "throwaway"
    parent.mkdir(parents=True, exist_ok=True)
    sweep_leftovers(parent)
    folder = Path(tempfile.mkdtemp(dir=parent))
    folder.chmod(0o711)
    with open(folder / "in-use.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        cluster = Cluster(folder / "postgres", throwaway=True)
        try:
            cluster.start()
            yield product_environment(folder, cluster, TEST_SETTINGS) | cluster.superuser_url()
        finally:
            discard(folder, cluster)


def discard(folder: Path, cluster: Cluster) -> None:
    cluster.remove()
    shutil.rmtree(folder)


def sweep_leftovers(parent: Path) -> None:
    """Delete what killed processes left behind; a folder still in use is locked."""
    for file in parent.glob("*/in-use.lock"):
        with open(file) as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            discard(file.parent, Cluster(file.parent / "postgres", throwaway=True))


def run(command: list[str], environment: dict[str, str]) -> int:
    """The command's exit code; it hears of SIGTERM, and of SIGINT from the terminal itself."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    child = subprocess.Popen(
        command, env=environment, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)
    )
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    code = child.wait()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
