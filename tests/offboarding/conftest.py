"""A hospital with something of everything, and what was exported of it."""

from __future__ import annotations

import shutil

import pytest
from django.test import TransactionTestCase

from apps.tenants import keyrings
from tests.factories import make_organization, make_user
from tests.offboarding.hospital import exported, work


@pytest.fixture
def own_folder(settings, tmp_path):
    """Stored files of these tests only."""
    settings.BLOB_ROOT = tmp_path / "blobs"


@pytest.fixture
def hospital(db, own_folder, drained, monkeypatch):
    place = make_organization("leaving")
    work(place, make_user(place, "reader"), drained, monkeypatch)
    yield place
    keyrings.forget(place.pk)


@pytest.fixture(scope="session")
def kept(tmp_path_factory):
    return tmp_path_factory.mktemp("exports") / "leaving"


@pytest.fixture
def folder(kept, db, own_folder, request, tmp_path):
    """An export of a hospital that is not on this installation; made once a run."""
    if not kept.exists():
        request.getfixturevalue("hospital")
        exported(kept)
        TransactionTestCase._fixture_teardown(None)
    return shutil.copytree(kept, tmp_path / "export")
