"""Clusters and state folders of the tests' own, beside whatever else runs."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from deploy.embedded.postgres import Cluster
from deploy.embedded.service import Service


@pytest.fixture
def folder() -> Iterator[Path]:
    """A new folder that every account can pass through, unlike pytest's own."""
    made = Path(tempfile.mkdtemp(prefix="einthoven-test-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def cluster(folder: Path) -> Iterator[Cluster]:
    made = Cluster(folder / "postgres", throwaway=True)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def connect(cluster: Cluster) -> Callable[[str], psycopg.Connection]:
    def connect(role: str) -> psycopg.Connection:
        url = cluster.urls()["DATABASE_URL"].replace("ecg_app:", f"{role}:")
        return psycopg.connect(url, password=cluster.passwords[role], autocommit=True)

    return connect


@pytest.fixture
def make_service(folder: Path) -> Iterator[Callable[..., Service]]:
    made: list[Service] = []
    for name in ("run", "log"):
        (folder / name).mkdir()

    def make(name: str = "thing", code: str = "import time; time.sleep(600)") -> Service:
        made.append(Service(name, [sys.executable, "-c", code], {}, folder))
        return made[-1]

    yield make
    for service in made:
        service.kill()
