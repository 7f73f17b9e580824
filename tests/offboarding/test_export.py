"""An export is everything, readable, of one moment, and the same whenever it is made again."""

from __future__ import annotations

import hashlib
import json

from tests.database import committed
from tests.offboarding.hospital import (
    FAMILY_NAME,
    MRN,
    SECRET,
    bytes_of,
    exported,
    manifest_of,
    run,
)

pytestmark = committed


def rows(folder, table):
    lines = (folder / f"tables/{table}.jsonl").read_bytes().splitlines()
    return [json.loads(line) for line in lines]


def test_everything_is_in_it_in_the_open_and_no_secret(folder):
    [patient] = rows(folder, "ecg_patient")
    assert patient["family_name"] == FAMILY_NAME
    assert rows(folder, "ecg_patientidentifier")[0]["value"] == MRN
    found = manifest_of(folder)
    assert found["tables"]["reports_signature"]["rows"] == 2
    assert set(found["blobs"]) == {"raw", "pdf", "hl7"}
    assert found["tables"]["integrations_alarmchannel"]["left_out"] == ["secret"]
    assert not any(SECRET.encode() in data for data in bytes_of(folder).values())


def test_the_folder_is_its_owners_and_files_bear_their_hash(folder):
    assert folder.stat().st_mode & 0o777 == 0o700
    blobs = list((folder / "blobs").rglob("*/*"))
    assert len(blobs) == 8
    for path in blobs:
        assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name
        assert path.stat().st_mode & 0o777 == 0o600


def test_again_it_is_the_same_to_the_byte(hospital, tmp_path):
    first = bytes_of(exported(tmp_path / "out"))
    assert bytes_of(exported(tmp_path / "out")) == first


def test_it_says_loudly_that_it_is_not_encrypted(hospital, tmp_path):
    code, said = run("export_organization", "leaving", tmp_path / "out")
    assert code == 0
    assert "NOT ENCRYPTED. Patient data" in said
    assert FAMILY_NAME not in said
