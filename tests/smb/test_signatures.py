"""A signature beside a file says whose it is; what does not hold is kept and held."""

from __future__ import annotations

import base64
import datetime as dt
from functools import partial

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.utils import timezone

from apps.core.scope import organization_scope
from apps.ingestion.model_share_file import ShareFile
from apps.ingestion.models import Ingress
from apps.ingestion.quarantine import release
from apps.ingestion.smb.signatures import read_signature, verdict_on
from apps.tenants.models import ApiClient, SigningKey
from apps.tenants.signing_keys import add_signing_key, fingerprint_of
from tests.api.keys import make_client
from tests.database import committed
from tests.factories import inside
from tests.ingestion.files import ecg_file, process_waiting

pytestmark = committed

AGENT, STRANGER = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
BYTES = AGENT.sign(b"an ecg")
KEY_ID = "ab" * 32
LATER, BEFORE = dt.timedelta(days=1), dt.timedelta(days=-1)


@pytest.fixture
def key(source):
    """The agent's, as an administrator added it."""
    client, _ = make_client(source.organization)
    with inside(source.organization):
        return add_signing_key(SigningKey(client=client), AGENT.public_key(), by=None)


def lines(private, data):
    signature = base64.b64encode(private.sign(data)).decode()
    return f"keyid: {fingerprint_of(private.public_key())}\nsignature: {signature}\n".encode()


FORMS = {
    "bytes": lambda data: AGENT.sign(data),
    "base64": lambda data: base64.b64encode(AGENT.sign(data)) + b"\r\n",
    "lines": lambda data: lines(AGENT, data),
}


def arrivals(source):
    process_waiting()
    with inside(source.organization):
        return list(Ingress.objects.select_related("signing_key").order_by("id"))


@pytest.mark.parametrize(
    ("form", "name"),
    [("bytes", "A1.DCM.sig"), ("base64", "a1.dcm.SIG"), ("lines", "A1.DCM.sig")],
)
def test_what_an_agent_signed_is_known_to_be_its_and_the_signature_is_no_arrival(
    source, folder, look, key, form, name
):
    (folder / name).write_bytes(FORMS[form](ecg_file()))
    (folder / "A1.DCM").write_bytes(ecg_file())
    assert look(4, signature_required=True).taken == 1
    (arrival,) = arrivals(source)
    assert (arrival.outcome, arrival.signing_key, arrival.signature_code) == ("new", key, "")


def test_an_unknown_device_or_an_altered_byte_is_held_until_a_person_releases_it(
    source, folder, look, key, admin_user
):
    signatures = [STRANGER.sign, AGENT.sign, partial(lines, STRANGER), partial(lines, AGENT)]
    for number, sign in enumerate(signatures):
        (folder / f"{number}.dcm").write_bytes(ecg_file(number))
        signed = ecg_file(number)[: -(number % 2) or None]
        (folder / f"{number}.dcm.sig").write_bytes(sign(signed))
    assert look(4).taken == 4
    held = {row.filename[0]: row for row in arrivals(source)}
    assert {row.state for row in held.values()} == {"quarantined"}
    assert [held[n].error_code for n in "0123"] == [
        *("signature-of-nobody", "signature-of-nobody"),
        *("signature-key-unknown", "payload-altered"),
    ]
    with inside(source.organization):
        release(held["0"], reason="The agent was replaced", by=admin_user, now=timezone.now())
    assert [row.outcome for row in arrivals(source)].count("new") == 1


def test_put_right_on_the_share_it_is_taken_beside_the_one_that_is_held(source, folder, look, key):
    (folder / "A1.dcm").write_bytes(ecg_file())
    (folder / "A1.dcm.sig").write_bytes(STRANGER.sign(ecg_file()))
    look(4)
    (folder / "A1.dcm.sig").write_bytes(FORMS["lines"](ecg_file()))
    assert look(4).taken == 1
    assert look(4).taken == 0
    assert [row.outcome for row in arrivals(source)] == ["quarantined", "new"]


@pytest.mark.parametrize(
    ("ends", "code"),
    [
        ({"retired_at": BEFORE}, "signature-key-retired"),
        ({"retired_at": LATER}, ""),
        ({"revoked_at": LATER}, "signature-key-revoked"),
        ({"client__revoked_at": LATER}, "signature-key-revoked"),
        ({"client__expires_at": BEFORE}, "signature-key-retired"),
    ],
)
def test_a_key_counts_until_it_ends(mercy, ends, code):
    client, _ = make_client(mercy)
    now = timezone.now()
    with inside(mercy):
        add_signing_key(SigningKey(client=client), AGENT.public_key(), by=None)
        for field, after in ends.items():
            rows = ApiClient.objects if field.startswith("client") else SigningKey.objects
            rows.update(**{field.removeprefix("client__"): now + after})
    with organization_scope(mercy.pk):
        found = verdict_on(b"an ecg", BYTES, is_required=True, seen_at=now)
    assert (found.code, found.key is None) == (code, bool(code))


@pytest.mark.parametrize("rule", ["share", "organization"])
def test_where_signatures_are_asked_for_one_is_waited_for_and_then_its_lack_is_held(
    source, folder, look, key, settings, rule
):
    with inside(source.organization):
        source.organization.signatures_required = rule == "organization"
        source.organization.save()
    (folder / "A1.dcm").write_bytes(ecg_file())
    report = look(4, signature_required=rule == "share")
    assert (report.taken, report.held_back) == (0, 1)
    (folder / "A1.dcm.sig").write_bytes(b"half a sig")
    assert look(4).taken == 0
    settings.SMB_INCOMPLETE_SECONDS = 0
    assert look(4).taken == 1
    assert [row.error_code for row in arrivals(source)] == ["signature-malformed"]
    (folder / "A2.dcm").write_bytes(ecg_file(2))
    assert look(4).taken == 1
    assert [row.error_code for row in arrivals(source)][1:] == ["signature-missing"]


def test_a_signature_is_archived_with_its_file_and_one_that_was_left_alone_follows(
    source, folder, look, key, settings
):
    (folder / "A1.dcm").write_bytes(ecg_file())
    (folder / "A1.dcm.sig").write_bytes(AGENT.sign(ecg_file()))
    (folder / "A2.dcm.sig").write_bytes(AGENT.sign(b"moved before the process ended"))
    look(4, archive="move")
    archive = folder / "archive"
    assert sorted(file.name for file in archive.iterdir()) == ["A1.dcm", "A1.dcm.sig"]
    settings.SMB_INCOMPLETE_SECONDS = 0
    look(4)
    assert len(list(archive.iterdir())) == 3
    assert [file.name for file in folder.iterdir()] == ["archive"]
    with inside(source.organization):
        rows = list(ShareFile.objects.order_by("problem").values_list("state", "problem"))
    assert rows == [("settled", ""), ("settled", "signature-alone")]
    assert len(arrivals(source)) == 1


def test_a_signature_is_its_own_files_to_the_letter_before_one_that_differs_by_case(
    source, folder, look, key
):
    (folder / "A1.dcm").write_bytes(ecg_file(1))
    (folder / "a1.DCM").write_bytes(ecg_file(2))
    (folder / "a1.DCM.sig").write_bytes(AGENT.sign(ecg_file(2)))
    assert look(4).taken == 2
    signed = {row.filename: row.signing_key is not None for row in arrivals(source)}
    assert signed == {"A1.dcm": False, "a1.DCM": True}


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (BYTES, ("", BYTES)),
        (base64.b64encode(BYTES), ("", BYTES)),
        (
            b"keyid: " + KEY_ID.encode() + b"\nsignature: " + base64.b64encode(BYTES),
            (KEY_ID, BYTES),
        ),
        *((data, None) for data in (b"", BYTES[:-1], BYTES + b"\n", b"\xff" * 70, b"Smith, John")),
        (b"keyid: AB\nsignature: " + base64.b64encode(BYTES), None),
        (base64.b64encode(BYTES + b"x"), None),
    ],
    ids=range(10),
)
def test_a_signature_has_three_forms_and_no_others(data, found):
    signature = read_signature(data)
    assert (signature and (signature.key_id, signature.value)) == found
