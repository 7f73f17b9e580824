"""The example of docs/integrators.md, run as it stands there."""

from __future__ import annotations

import json
import re
import subprocess
import sys

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings

from apps.ingestion.models import Ingress
from tests.api.keys import make_client
from tests.api.signing import Device
from tests.database import committed
from tests.factories import inside

EXAMPLE = re.compile(r"<!-- signed-request -->\n```python\n(.*?)```", re.DOTALL)


def example():
    return EXAMPLE.search((settings.BASE_DIR / "docs" / "integrators.md").read_text())[1]


@committed
def test_the_signed_request_of_the_guide_is_taken_as_signed(live_server, mercy, tmp_path):
    client, key = make_client(mercy)
    device = Device().enrolled(client)
    pem, ecg = tmp_path / "device.pem", tmp_path / "ecg.dcm"
    pem.write_bytes(device.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    ecg.write_bytes(b"an ecg")
    command = [sys.executable, "-c", example(), live_server.url, key, str(pem)]
    command += [device.key_id, str(ecg), "cart-7/1"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr
    with inside(mercy):
        row = Ingress.objects.select_related("signing_key").get()
    assert str(row.public_id) == json.loads(run.stdout)["id"]
    assert (row.signature_code, row.signing_key.fingerprint) == ("", device.key_id)


def test_it_is_short():
    assert len(example().splitlines()) <= 25
