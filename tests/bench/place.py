"""Where a benchmark works: a database that flushes to disk, its organization, its people."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deploy.embedded.environment import TEST_SETTINGS, product_environment
from deploy.embedded.ports import remembered_port
from deploy.embedded.postgres import Cluster


@contextmanager
def durable() -> Iterator[dict[str, str]]:
    """The environment of a database of its own that keeps what it acknowledged."""
    with tempfile.TemporaryDirectory(prefix="einthoven-bench-") as name:
        state = Path(name)
        state.chmod(0o711)
        for folder in ("run", "log", "ehr"):
            (state / folder).mkdir()
        cluster = Cluster(state / "postgres")
        try:
            cluster.start()
            environment = product_environment(state, cluster, TEST_SETTINGS)
            ehr_port = remembered_port(state / "run" / "ehr-port")
            yield environment | {"EINTHOVEN_DEMO_EHR_PORT": str(ehr_port)}
        finally:
            cluster.remove()


def state_folder() -> Path:
    from django.conf import settings

    return Path(settings.BLOB_ROOT).parent


def migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", database="owner", verbosity=0)


def demo_organization() -> Any:
    """With a reader, prices, the rule-based reading and the simulated EHR as destination."""
    from apps.web.demo.organizations import MERCY, provision

    return provision(MERCY)


def reader_of(organization: Any) -> Any:
    from apps.tenants.models import Membership
    from tests.factories import inside

    with inside(organization):
        return Membership.objects.select_related("user").filter(role="reader").first().user
