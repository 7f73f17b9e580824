"""Identity providers of tests: real ones, in processes or code of their own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from tests.sign_on import oidc_peer
from tests.sign_on.rows import make_member, make_oidc_provider


@pytest.fixture(scope="session")
def idp_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[oidc_peer.Idp]:
    with oidc_peer.running(tmp_path_factory.mktemp("idp")) as idp:
        yield idp


@pytest.fixture
def idp(idp_process: oidc_peer.Idp, settings: Any) -> Iterator[oidc_peer.Idp]:
    """On this machine, as an operator allows it; well-behaved again after each test."""
    settings.EGRESS_INTERNAL_HOSTS = [idp_process.host]
    yield idp_process
    idp_process.misbehave()


@pytest.fixture(scope="session")
def signing_tool() -> None:
    """The SAML provider signs with it. Skips loudly where there is none; in CI that fails."""
    if not shutil.which("xmlsec1"):
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up("MISSING: xmlsec1. Install it: apt-get install xmlsec1")


@pytest.fixture
def provider(mercy: Any, idp: oidc_peer.Idp) -> Any:
    """Of Mercy, which vouches for its domain."""
    return make_oidc_provider(mercy, idp)


@pytest.fixture
def ada(mercy: Any) -> Any:
    return make_member(mercy)
