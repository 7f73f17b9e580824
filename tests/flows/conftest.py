"""A real Chromium; a reader's browser; a place of its own for temporary files."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import ARGS, CHROMIUM, require_chromium


@pytest.fixture
def chromium() -> Iterator[Browser]:
    require_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield browser
        browser.close()


@pytest.fixture
def own_temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this process and those it starts put temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.fixture
def browser(client_of: Callable[[Any], Client], reader: Any, mercy: Any) -> Client:
    """A reader of mercy, where an algorithm is registered; a failing page is an answer."""
    from apps.inference.actions import register_builtin_rules
    from tests.factories import inside

    with inside(mercy):
        register_builtin_rules(mercy)
    client = client_of(reader)
    client.raise_request_exception = False
    return client
