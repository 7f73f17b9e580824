"""What every test may ask for: the two organizations, their people, clients, one recording."""

from __future__ import annotations

import gc
import io
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from django.conf import settings as django_settings
from django.test import Client, TransactionTestCase
from hypothesis import settings as hypothesis_settings

# A loaded machine is slow; no test asserts a time.
hypothesis_settings.register_profile("suite", deadline=None)
hypothesis_settings.load_profile("suite")

# This process's, once a test needed one.
_databases: list[Any] = []

NO_DATABASE = (
    "This test needs a database and none is set: run it with"
    " `make test ARGS='tests/…'`, which starts one for the run."
)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """The product and the suite are there to stay: the collector looks at what tests made only."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever takes long begins first, in random order too: at the end no process waits for it."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """Replaces pytest-django's: one template a run, a copy of it a process, blobs of its own."""
    if not django_settings.HAS_DATABASE:
        pytest.fail(NO_DATABASE, pytrace=False)
    from tests.database import TestDatabase

    django_settings.BLOB_ROOT = tmp_path_factory.mktemp("blobs")
    django_settings.IMPORT_JOURNALS = tmp_path_factory.mktemp("imports")
    with django_db_blocker.unblock():
        database = TestDatabase()
        database.create()
    TransactionTestCase._fixture_teardown = lambda _case: database.empty()
    _databases.append(database)
    yield
    _databases.clear()
    with django_db_blocker.unblock():
        database.destroy()


@pytest.fixture(autouse=True)
def standing_keys() -> Iterator[None]:
    """Every test ends with the keys in memory that the run began with."""
    yield
    for database in _databases:
        database.hold_standing_keys()


@pytest.fixture
def mercy(db: None) -> Any:
    from tests.factories import organization_of

    return organization_of("mercy")


@pytest.fixture
def lakeside(db: None) -> Any:
    from tests.factories import organization_of

    return organization_of("lakeside")


@pytest.fixture
def reader(mercy: Any) -> Any:
    return _person(mercy, "reader", "Dr Ada Reader")


@pytest.fixture
def technician(mercy: Any) -> Any:
    return _person(mercy, "technician", "Tim Technician")


@pytest.fixture
def admin_user(mercy: Any) -> Any:
    return _person(mercy, "administrator", "Anna Admin")


@pytest.fixture
def stranger(lakeside: Any) -> Any:
    return _person(lakeside, "reader", "Dr Sam Stranger")


def _person(organization: Any, role: str, name: str) -> Any:
    from tests.factories import make_user

    return make_user(organization, role, full_name=name)


@pytest.fixture
def in_mercy(mercy: Any) -> Iterator[Any]:
    """The whole test inside mercy's scope and one transaction; not for tests that use a client."""
    from tests.factories import inside

    with inside(mercy):
        yield mercy


@pytest.fixture
def client_of(db: None) -> Callable[[Any], Client]:
    """A browser in which that person is signed in; a new one at every call."""

    def signed_in(user: Any) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def recording(mercy: Any) -> Any:
    """In mercy, with a waveform and a draft report."""
    from tests.factories import make_recording

    return make_recording(mercy)


@pytest.fixture
def drained(db: None) -> Callable[[], None]:
    """Does all waiting work in this process; for tests marked `committed`."""
    from apps.core import drain, leases

    def work_until_empty() -> None:
        while True:
            drain.drain()
            states = [leases.queue_state(model) for model in drain.leased_models()]
            if all(state.oldest_available_s is None for state in states):
                return

    return work_until_empty


@pytest.fixture
def log_text() -> Iterator[Callable[[], str]]:
    """What the process has logged in this test, exactly as it leaves on stderr."""
    stream = io.StringIO()
    handlers = [
        handler
        for handler in logging.getLogger().handlers
        if isinstance(handler.formatter, structlog.stdlib.ProcessorFormatter)
    ]
    streams = [handler.setStream(stream) for handler in handlers]
    yield stream.getvalue
    for handler, before in zip(handlers, streams, strict=True):
        handler.setStream(before)
