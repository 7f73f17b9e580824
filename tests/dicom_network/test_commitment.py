"""Storage commitment: answered from what can be read back, where the peer can hear it."""

from __future__ import annotations

import queue
import time
from types import SimpleNamespace

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import generate_uid
from pynetdicom import AE, evt

from apps.core import drain, leases
from apps.ingestion.dicom.commitment import NOT_READABLE, OTHER_CLASS, UNKNOWN_OBJECT
from apps.ingestion.dicom.contexts import COMMITMENT, PLAIN
from apps.ingestion.models import DicomObject, Ingress, StorageCommitment
from apps.tenants.models import DicomPeer
from tests.database import committed
from tests.dicom_network.conftest import TWELVE_LEAD, read
from tests.factories import inside
from tests.ingestion.files import codes_of, ecg_file

pytestmark = committed

INSTANCE = "1.2.840.10008.1.20.1.1"
GENERAL = "1.2.840.10008.5.1.4.1.1.9.1.2"


def question(*objects, uid=None):
    asked = Dataset()
    asked.TransactionUID = uid or generate_uid()
    items = []
    for sop_class, instance in objects:
        item = Dataset()
        item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = sop_class, instance
        items.append(item)
    asked.ReferencedSOPSequence = Sequence(items)
    return asked


@pytest.fixture
def heard():
    """What a peer is told, and the handler that hears it."""
    found = queue.Queue()

    def hear(event):
        said = event.event_information
        found.put((event.request.EventTypeID, event.assoc.requestor.ae_title, said))
        return 0x0000, None

    return SimpleNamespace(get=lambda: found.get(timeout=10), on=[(evt.EVT_N_EVENT_REPORT, hear)])


@pytest.fixture
def peer(mercy, heard):
    """CART7 can be called back at an address of its own."""
    entity = AE("CART7")
    entity.add_supported_context(COMMITMENT, PLAIN, scu_role=True, scp_role=True)
    server = entity.start_server(("127.0.0.1", 0), block=False, evt_handlers=heard.on)
    with inside(mercy):
        DicomPeer.objects.create(
            organization=mercy, title="CART7", host="127.0.0.1", port=server.server_address[1]
        )
    yield server
    server.shutdown()


def answer_waiting():
    while lease := leases.claim(StorageCommitment, leases.LIVE):
        drain.work(lease)


def only(organization):
    with inside(organization):
        return StorageCommitment.objects.get()


def ask(association, asked):
    status, _ = association.send_n_action(asked, 1, COMMITMENT, INSTANCE)
    return status.Status


def sent(stored):
    file = read(ecg_file())
    assert stored(file) == 0
    return str(file.SOPInstanceUID)


def test_a_peer_with_an_address_is_told_there(cart, stored, mercy, peer, heard):
    uid = sent(stored)
    asked = question((TWELVE_LEAD, uid))
    association = cart.call()
    assert ask(association, asked) == 0
    association.release()
    answer_waiting()
    kind, by, said = heard.get()
    assert (kind, by, said.TransactionUID) == (1, "MERCY_ECG", asked.TransactionUID)
    assert [item.ReferencedSOPInstanceUID for item in said.ReferencedSOPSequence] == [uid]
    assert (only(mercy).state, only(mercy).kept, only(mercy).missing) == ("done", 1, 0)
    assert codes_of(mercy)[-1] == "ingestion.commitment.answered"


def test_any_other_is_told_on_the_association_it_asked_on(cart, stored, mercy, heard):
    uid = sent(stored)
    association = cart.call(evt_handlers=heard.on)
    assert ask(association, question((TWELVE_LEAD, uid))) == 0
    kind, _, said = heard.get()
    assert (kind, len(said.ReferencedSOPSequence)) == (1, 1)


def reasons(said):
    return {str(i.ReferencedSOPInstanceUID): i.FailureReason for i in said.FailedSOPSequence}


def test_what_is_not_kept_is_named_with_the_reason(cart, stored, heard):
    uid = sent(stored)
    association = cart.call(evt_handlers=heard.on)
    ask(association, question((TWELVE_LEAD, "1.2.3"), (GENERAL, uid), (TWELVE_LEAD, uid)))
    kind, _, said = heard.get()
    assert kind == 2
    assert reasons(said) == {"1.2.3": UNKNOWN_OBJECT, uid: OTHER_CLASS}
    assert len(said.ReferencedSOPSequence) == 1


def test_bytes_that_cannot_be_read_back_are_not_kept(cart, stored, mercy, heard):
    uid = sent(stored)
    with inside(mercy):
        Ingress.objects.update(sha256="0" * 64)
    association = cart.call(evt_handlers=heard.on)
    ask(association, question((TWELVE_LEAD, uid)))
    assert reasons(heard.get()[2]) == {uid: NOT_READABLE}


def test_an_object_of_another_organization_is_unknown(cart, stored, heard):
    file = read(ecg_file())
    stored(file, called="LAKE_ECG")
    association = cart.call(evt_handlers=heard.on)
    ask(association, question((TWELVE_LEAD, str(file.SOPInstanceUID))))
    assert list(reasons(heard.get()[2]).values()) == [UNKNOWN_OBJECT]


def test_who_left_and_has_no_address_is_given_up_with_its_code(cart, stored, mercy, monkeypatch):
    uid = sent(stored)
    association = cart.call()
    ask(association, question((TWELVE_LEAD, uid)))
    association.release()
    for _ in range(100):
        if only(mercy).state == "dead":
            break
        time.sleep(0.05)
    assert (only(mercy).state, only(mercy).error_code) == ("dead", "dicom-peer-unknown")


def test_a_peer_that_is_away_is_tried_again(cart, stored, mercy, peer):
    uid = sent(stored)
    with inside(mercy):
        DicomPeer.objects.update(port=1)
    ask(cart.call(), question((TWELVE_LEAD, uid)))
    answer_waiting()
    row = only(mercy)
    assert (row.state, row.error_code, row.attempts) == ("received", "dicom-peer-unreachable", 1)


def test_asked_again_it_is_answered_again_and_never_otherwise(cart, stored, mercy, peer, heard):
    uid = sent(stored)
    association, name = cart.call(), generate_uid()
    for _ in range(2):
        assert ask(association, question((TWELVE_LEAD, uid), uid=name)) == 0
        answer_waiting()
        assert heard.get()[2].TransactionUID == name
    assert ask(association, question((GENERAL, uid), uid=name)) == 0x0110
    assert only(mercy).kept == 1


def without(asked, keyword):
    delattr(asked, keyword)
    return asked


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (without(question(), "TransactionUID"), 0x0114),
        (without(question(), "ReferencedSOPSequence"), 0x0114),
        (question(), 0x0115),
        (question(*[(GENERAL, "1.2")] * 1001), 0x0213),
    ],
    ids=["no name", "no objects", "none", "too many"],
)
def test_a_question_that_is_none_is_refused(asked, status, cart, mercy):
    assert ask(cart.call(), asked) == status
    with inside(mercy):
        assert not StorageCommitment.objects.exists()
        assert not DicomObject.objects.exists()


def test_an_address_outside_the_networks_is_not_called(cart, stored, mercy, peer, settings):
    settings.DEMO = False
    uid = sent(stored)
    ask(cart.call(), question((TWELVE_LEAD, uid)))
    answer_waiting()
    assert (only(mercy).state, only(mercy).error_code) == ("dead", "dicom-address-not-allowed")
