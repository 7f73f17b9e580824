"""A PostgreSQL of one's own, and the product's environment on it."""

from __future__ import annotations

import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.embedded.environment import TEST_SETTINGS, product_environment
from deploy.embedded.postgres import Cluster


@contextmanager
def own_cluster() -> Iterator[tuple[Cluster, dict[str, str]]]:
    """Flushes what it acknowledged; deleted at the end, also when told to stop."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with tempfile.TemporaryDirectory(prefix="einthoven-faults-") as name:
        state = Path(name)
        state.chmod(0o711)
        for folder in ("run", "log"):
            (state / folder).mkdir()
        cluster = Cluster(state / "postgres")
        try:
            cluster.start()
            yield cluster, product_environment(state, cluster, TEST_SETTINGS)
        finally:
            cluster.remove()
