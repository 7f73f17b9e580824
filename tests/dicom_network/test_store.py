"""C-STORE: kept and committed before success, once, and in the organization that was called."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from apps.core.errors import RetryableError
from apps.ingestion.dicom import store
from apps.ingestion.dicom.listener import listening
from apps.ingestion.dicom.part10 import Received, as_file
from apps.ingestion.models import DicomObject, Ingress
from apps.tenants import blobs
from apps.tenants.models import Organization
from tests.database import committed
from tests.dicom_network.conftest import QUICK, TWELVE_LEAD, Cart, read
from tests.factories import inside
from tests.ingestion.files import codes_of, ecg_file

pytestmark = committed


def arrivals(organization):
    with inside(organization):
        return list(Ingress.objects.order_by("id"))


def kept_file(organization):
    (row,) = arrivals(organization)
    return blobs.get(organization.pk, "raw", row.sha256)


def test_success_means_that_the_object_is_on_the_queue(stored, mercy, lakeside):
    assert stored(ecg_file()) == 0
    (row,) = arrivals(mercy)
    assert (row.source, row.state) == ("dicom", "received")
    with inside(mercy):
        found = DicomObject.objects.get()
    assert (found.ingress_id, found.calling_title) == (row.pk, "CART7")
    assert arrivals(lakeside) == []


def test_the_file_is_what_was_sent(stored, mercy):
    sent = read(ecg_file())
    stored(sent)
    again = read(kept_file(mercy))
    assert again == sent
    assert again.file_meta.MediaStorageSOPInstanceUID == sent.SOPInstanceUID


def test_the_bytes_are_those_that_came_behind_a_head_that_names_them():
    came = Received(TWELVE_LEAD, "1.2.3", "1.2.840.10008.1.2", b"whatever it is")
    file = as_file(came)
    assert file[128:132] == b"DICM"
    assert file.endswith(came.dataset)
    head = read(file.removesuffix(came.dataset)).file_meta
    assert (head.MediaStorageSOPInstanceUID, head.TransferSyntaxUID) == (
        "1.2.3",
        came.transfer_syntax_uid,
    )
    assert as_file(came) == file


def test_it_becomes_the_recording_of_the_same_file_by_another_door(stored, mercy, drained):
    stored(ecg_file())
    drained()
    (row,) = arrivals(mercy)
    assert (row.state, row.outcome) == ("done", "new")


def test_sent_again_it_is_success_and_no_second_row(stored, mercy):
    assert [stored(ecg_file()) for _ in range(2)] == [0, 0]
    assert len(arrivals(mercy)) == 1


def test_other_content_under_the_same_name_is_a_file_of_its_own(stored, mercy):
    first, second = read(ecg_file(1)), read(ecg_file(2))
    second.SOPInstanceUID = first.SOPInstanceUID
    second.file_meta.MediaStorageSOPInstanceUID = first.SOPInstanceUID
    assert [stored(first), stored(second)] == [0, 0]
    assert len(arrivals(mercy)) == 2


def test_the_called_title_says_whose_it_is(stored, mercy, lakeside):
    stored(ecg_file(), called="LAKE_ECG")
    assert (arrivals(mercy), len(arrivals(lakeside))) == ([], 1)


def test_a_crash_after_the_file_was_kept_is_mended_by_sending_again(stored, mercy, monkeypatch):
    def crash(_row):
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(store, "insert_unless_there", crash)
        assert stored(ecg_file()) == store.PROCESSING_FAILURE
    assert stored(ecg_file()) == 0
    with inside(mercy):
        assert DicomObject.objects.count() == Ingress.objects.count() == 1


def close(organization):
    with inside(organization):
        Organization.objects.update(is_live=False)


def become_research(organization):
    with inside(organization):
        Organization.objects.update(type="research")


@pytest.mark.parametrize("happens", [close, become_research])
def test_who_may_not_send_is_told_so_and_nothing_is_kept(happens, cart, mercy):
    association = cart.call()
    happens(mercy)
    answer = association.send_c_store(read(ecg_file()))
    assert answer.Status == store.NOT_AUTHORIZED
    assert arrivals(mercy) == []


def test_haste_of_one_organization_is_told_to_wait_and_nobody_elses(
    stored, mercy, lakeside, settings
):
    settings.LIMITS_PER_MINUTE = settings.LIMITS_PER_MINUTE | {"dicom": 2}
    told = [stored(ecg_file(seed)) for seed in (1, 2, 3, 4)]
    assert told == [store.SUCCESS] * 2 + [store.OUT_OF_RESOURCES] * 2
    assert stored(ecg_file(5), called="LAKE_ECG") == store.SUCCESS
    assert len(arrivals(mercy)) == 2
    assert codes_of(mercy).count("tenants.limit.reached") == 1


def test_storage_that_is_away_is_told_as_out_of_resources(stored, mercy, monkeypatch):
    def away(**_):
        raise RetryableError("storage-unavailable")

    monkeypatch.setattr(store, "accept", away)
    assert stored(ecg_file()) == store.OUT_OF_RESOURCES


def test_a_fault_of_ours_is_a_failure_of_that_object_only(cart, mercy, monkeypatch):
    association = cart.call()
    with monkeypatch.context() as broken:
        broken.setattr(store, "as_file", lambda _: 1 / 0)
        assert association.send_c_store(read(ecg_file())).Status == store.PROCESSING_FAILURE
    assert association.send_c_store(read(ecg_file())).Status == 0


def test_an_object_larger_than_any_may_be_is_refused_and_the_next_one_taken(mercy, port):
    with listening("127.0.0.1", 0, caps=replace(QUICK, object=200_000)) as (server, _):
        cart = Cart(server.server_address[1])
        association = cart.call()
        large = read(ecg_file())
        large.add_new(0x00091010, "OB", bytes(300_000))
        large.add_new(0x00090010, "LO", "TEST")
        assert association.send_c_store(large).Status == store.OUT_OF_RESOURCES
        assert association.send_c_store(read(ecg_file())).Status == 0
        cart.leave()
    assert len(arrivals(mercy)) == 1


def test_kinds_that_are_of_no_use_get_no_context(cart):
    ct, report = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.88.33"
    association = cart.call(kinds=(ct, report, TWELVE_LEAD))
    refused = {str(each.abstract_syntax): each.result for each in association.rejected_contexts}
    assert refused == {ct: 3, report: 3}  # abstract syntax not supported


def test_a_kind_sent_under_another_kinds_context_is_refused(cart, mercy, monkeypatch):
    association = cart.call()
    image = read(ecg_file())
    (context,) = [c for c in association.accepted_contexts if c.abstract_syntax == TWELVE_LEAD]
    monkeypatch.setattr(association, "_get_valid_context", lambda *_, **__: context)
    image.SOPClassUID = "1.2.840.10008.5.1.4.1.1.9.1.2"
    assert association.send_c_store(image).Status == store.CLASS_NOT_SUPPORTED
    assert arrivals(mercy) == []


def test_a_delivery_is_named_by_object_and_content():
    names = {store.delivery_key(uid, data) for uid in ("1.2", "1.3") for data in (b"a", b"b")}
    assert len(names) == 4
    assert all(len(name) == len(hashlib.sha256().hexdigest()) for name in names)
