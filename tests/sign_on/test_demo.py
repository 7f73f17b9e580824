"""The demo's single sign-on: the simulated provider and the rows fit each other."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from apps.tenants.models import IdentityDomain, IdentityProvider, Membership
from apps.tenants.sign_on.secrets import client_secret
from apps.web.demo.sign_on import CLIENT, DOMAIN, READER, provision_sign_on
from simulators import idp
from simulators.idp import __main__ as command
from tests.database import committed
from tests.factories import inside
from tests.runtime.test_service import eventually

pytestmark = committed


def test_the_provider_is_made_once_and_follows_its_port(mercy, settings):
    for port in (4001, 4002):
        settings.DEMO_IDP_PORT = port
        provision_sign_on(mercy)
    with inside(mercy):
        (row,) = IdentityProvider.objects.all()
        (domain,) = IdentityDomain.objects.all()
        assert row.issuer == "http://127.0.0.1:4002"
        assert (domain.name, domain.is_confirmed) == (DOMAIN, True)
        assert client_secret(row) == CLIENT[1]
        assert Membership.objects.get(user__email=READER[0]).role == "reader"


def test_without_the_simulated_provider_there_is_none(mercy, settings):
    settings.DEMO_IDP_PORT = 0
    provision_sign_on(mercy)
    with inside(mercy):
        assert not IdentityProvider.objects.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel tells of a parent's end on Linux")
def test_the_simulated_provider_of_a_killed_test_run_ends_too(tmp_path):
    begins = (
        "import sys, time; from pathlib import Path; from tests.sign_on.oidc_peer import running\n"
        "with running(Path(sys.argv[1])) as idp: print(idp.issuer, flush=True); time.sleep(99)"
    )
    command = [sys.executable, "-c", begins, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        port = urlsplit(run.stdout.readline().strip()).port
        socket.create_connection(("127.0.0.1", port), 5).close()
        run.kill()
    assert eventually(lambda: not listens(port))


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_the_people_and_the_client_are_those_of_the_simulated_provider():
    folder = command.Path(idp.__file__).parent
    people = json.loads((folder / "people.json").read_text(encoding="utf-8"))
    assert READER in {(person["email"], person["name"]) for person in people}
    assert all(person["email"].endswith(f"@{DOMAIN}") for person in people)
    assert CLIENT[1] in (folder / "__main__.py").read_text(encoding="utf-8")
