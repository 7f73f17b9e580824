"""The usual hospital's file on disk, its storage beside it, and the secrets it names."""

from __future__ import annotations

import pytest

from tests.onboarding.files import changed


@pytest.fixture(autouse=True)
def secrets(tmp_path, settings):
    folder = tmp_path / "secrets"
    folder.mkdir()
    settings.ONBOARDING_SECRETS = folder
    put_secret(folder, "carts", "open sesame")
    return folder


def put_secret(folder, name, text):
    path = folder / name
    path.write_text(f"{text}\n")
    path.chmod(0o600)
    return path


@pytest.fixture
def hospital(tmp_path):
    path = tmp_path / "northside.yaml"
    path.write_text(changed("/srv/ecg/northside", f"{tmp_path}/northside"))
    return path
