"""A file server, a folder on it for each test, and looks that need no patience."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from apps.core.scope import organization_scope
from apps.ingestion.model_share import ShareSource
from apps.ingestion.smb.kept import Kept
from apps.ingestion.smb.look import Report, look_into
from apps.ingestion.sources import Place, set_source
from tests.factories import inside
from tests.smb.proxy import Proxy
from tests.smb.server import PASSWORD, SHARE, Samba, missing_tools

Look = Callable[..., Report]


@pytest.fixture(scope="session")
def samba(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Samba]:
    missing = missing_tools()
    if missing:
        words = f"MISSING: {', '.join(missing)}. `make test` installs them where it may."
        (pytest.fail if os.environ.get("CI") else pytest.skip)(words)
    server = Samba(tmp_path_factory.mktemp("samba"))
    server.prepare()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def proxy(samba: Samba, settings: Any) -> Iterator[Proxy]:
    between = Proxy(samba.port)
    settings.SMB_PORT = between.port
    yield between
    between.close()


@pytest.fixture
def folder(samba: Samba, settings: Any, request: pytest.FixtureRequest) -> Path:
    """The clinic's folder. Durations are scaled: three looks, no seconds."""
    settings.SMB_PORT = samba.port
    settings.SMB_STABLE_SECONDS = 0
    settings.SMB_SETTLE_SECONDS = 0.01
    settings.SMB_TIMEOUT_SECONDS = 5
    made = samba.share / f"{abs(hash(request.node.nodeid)):x}"
    made.mkdir()
    return made


@pytest.fixture
def source(mercy: Any, samba: Samba, folder: Path) -> ShareSource:
    place = Place("127.0.0.1", SHARE, folder.name, samba.user)
    with inside(mercy):
        return set_source(mercy, "Carts", place, password=PASSWORD)


@pytest.fixture
def look(source: ShareSource) -> Iterator[Look]:
    """Looks one after another over one connection, as the process does; the last one's report."""
    kept = Kept()

    def looks(times: int = 3, **changes: Any) -> Report:
        with inside(source.organization):
            if changes:
                ShareSource.objects.filter(pk=source.pk).update(**changes)
        with organization_scope(source.organization_id):
            reports = [look_into(source.pk, kept) for _ in range(times)]
        last = reports[-1]
        last.taken = sum(report.taken for report in reports)
        last.again = sum(report.again for report in reports)
        return last

    yield looks
    kept.close()
