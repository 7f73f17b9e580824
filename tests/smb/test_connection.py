"""Nothing of a file is on the wire in clear, and no server without encryption is spoken to."""

from __future__ import annotations

import uuid

import pytest

from apps.core.locks import held
from apps.ingestion.model_share_file import ShareFile
from apps.ingestion.smb.client import may_be_read
from apps.ingestion.smb.ledger import path_of
from apps.ingestion.smb.names import place_hash
from tests.database import committed, raw_connection
from tests.factories import inside
from tests.ingestion.files import ecg_file
from tests.smb.server import Samba

pytestmark = committed


def test_names_and_content_are_encrypted_on_the_wire(source, folder, proxy, look):
    (folder / "Jane Doe.dcm").write_bytes(ecg_file())
    assert look().taken == 1
    wire = bytes(proxy.passed)
    assert wire.count(b"\xfdSMB") > 20
    for clear in (b"DICM", "Jane Doe".encode("utf-16-le"), folder.name.encode("utf-16-le")):
        assert clear not in wire


def test_a_server_that_does_not_encrypt_is_not_read(source, samba, look, settings, tmp_path):
    server = Samba(tmp_path, encrypt="off")
    server.prepare()
    (server.share / source.folder).mkdir()
    server.start()
    settings.SMB_PORT = server.port
    try:
        assert look(1).outcome == "share-not-encrypted"
    finally:
        server.stop()


@pytest.mark.parametrize(
    ("address", "allowed"),
    [("10.1.2.3", True), ("127.0.0.1", False), ("8.8.8.8", False), ("169.254.169.254", False)],
)
def test_only_networks_that_are_named_are_reached(settings, address, allowed):
    settings.DEMO = False
    assert may_be_read(address) == allowed


def test_two_processes_never_look_into_one_share_at_once(source, folder, look):
    (folder / "a.txt").write_bytes(b"text")
    name = f"share {source.public_id}"
    with raw_connection("default") as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended(%s, 1))", [name])
        assert look().outcome == "busy"
    assert look().taken == 1


def test_a_held_name_is_free_again_after_an_error():
    name = uuid.uuid4().hex

    def fail():
        with held(name) as is_mine:
            raise KeyError(is_mine)

    with pytest.raises(KeyError, match="True"):
        fail()
    with raw_connection("default") as other:
        wanted = "SELECT pg_try_advisory_lock(hashtextextended(%s, 1))"
        assert other.execute(wanted, [name]).fetchone() == (True,)


def test_a_path_is_sealed_in_the_database_and_found_by_a_hash(source, folder, look):
    (folder / "ward").mkdir()
    (folder / "ward" / "Jane Doe.dcm").write_bytes(ecg_file())
    look(1)
    with inside(source.organization):
        (values,) = ShareFile.objects.values()
        row = ShareFile.objects.get(place_hash=place_hash(source, "ward\\Jane Doe.dcm"))
    held = [bytes(value) if isinstance(value, memoryview) else value for value in values.values()]
    assert "Jane" not in str(held)
    assert path_of(row) == "ward\\Jane Doe.dcm"
