"""Devices of other makers: DCMTK sends, an Orthanc sends and asks whether it is kept."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from django.utils import timezone

from apps.core import drain, leases
from apps.ingestion.models import Ingress, StorageCommitment
from apps.tenants.certificates import add_certificate
from apps.tenants.models import ClientCertificate, DicomPeer
from tests.database import committed
from tests.dicom_network.certificates import authority, certificate, revocation_list
from tests.dicom_network.conftest import listener_by_tls, title
from tests.dicom_network.tools import dcmtk, orthanc, until
from tests.factories import inside
from tests.ingestion.files import ecg_file

pytestmark = committed


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "ecg.dcm"
    path.write_bytes(ecg_file())
    return path


def arrivals(organization):
    with inside(organization):
        return list(Ingress.objects.order_by("id"))


def called(name, port, *more):
    return ("-v", "-aet", "CART7", "-aec", name, *more, "127.0.0.1", str(port))


def test_dcmtk_finds_somebody_there_and_nobody_elsewhere(port):
    assert dcmtk("echoscu", *called("MERCY_ECG", port)).returncode == 0
    refused = dcmtk("echoscu", *called("NOBODY", port))
    assert refused.returncode != 0
    assert "Called AE Title Not Recognized" in refused.stdout + refused.stderr


@pytest.mark.parametrize("syntax", ["-xe", "-xi", "-xb", "-xd"])
def test_dcmtk_sends_in_every_encoding_that_carries_waveforms(syntax, file, port, mercy, drained):
    sent = dcmtk("storescu", *called("MERCY_ECG", port, syntax), str(file))
    assert sent.returncode == 0, sent.stderr
    drained()
    (row,) = arrivals(mercy)
    assert (row.source, row.state, row.outcome) == ("dicom", "done", "new")


def test_dcmtk_sends_a_document(tmp_path, port, mercy, drained):
    pdf, file = tmp_path / "a.pdf", tmp_path / "a.dcm"
    pdf.write_bytes(b"%PDF-1.7\n%%EOF\n")
    assert dcmtk("pdf2dcm", str(pdf), str(file)).returncode == 0
    assert dcmtk("storescu", *called("MERCY_ECG", port), str(file)).returncode == 0
    drained()
    assert [row.outcome for row in arrivals(mercy)] == ["document"]


def test_dcmtk_sends_by_tls_with_the_certificate_that_the_title_asks_for(tmp_path, file, mercy):
    ca = authority(tmp_path)
    ours, theirs = certificate(tmp_path, "platform", ca), certificate(tmp_path, "cart", ca)
    title(mercy, "MERCY_ECG", certificates=theirs.sha256)
    shown = ("+tls", str(theirs.key), str(theirs.file), "+cf", str(ca.file))
    unknown = certificate(tmp_path, "other", ca)
    other = ("+tls", str(unknown.key), str(unknown.file), "+cf", str(ca.file))
    with listener_by_tls(ours, ca) as port:
        sent = dcmtk("storescu", *called("MERCY_ECG", port, *shown), str(file))
        assert sent.returncode == 0, sent.stderr
        for wrong in (other, ("+tla", "+cf", str(ca.file))):
            refused = dcmtk("storescu", *called("MERCY_ECG", port, *wrong), str(file))
            assert refused.returncode != 0
    assert len(arrivals(mercy)) == 1


def test_a_certificate_that_was_taken_back_is_refused(tmp_path, file, mercy, settings):
    ca = authority(tmp_path)
    ours, theirs = certificate(tmp_path, "platform", ca), certificate(tmp_path, "cart", ca)
    title(mercy, "MERCY_ECG", certificates=theirs.sha256)
    shown = ("+tls", str(theirs.key), str(theirs.file), "+cf", str(ca.file))
    settings.DICOM_TLS_CRL = str(revocation_list(tmp_path / "crl.pem", ca))
    settings.DICOM_TLS_CA = str(ca.file)

    def sent(port):
        return dcmtk("storescu", *called("MERCY_ECG", port, *shown), str(file)).returncode == 0

    with listener_by_tls(ours, ca) as port:
        assert sent(port)
        revocation_list(tmp_path / "crl.pem", ca, theirs)
        assert not sent(port)
        settings.DICOM_TLS_CRL = ""
        with inside(mercy):
            row = add_certificate(ClientCertificate(name="cart"), theirs.made, by=None)
            ClientCertificate.objects.filter(pk=row.pk).update(revoked_at=timezone.now())
        assert not sent(port)


def test_a_certificate_of_an_authority_that_was_taken_back_is_refused(
    tmp_path, file, mercy, settings
):
    ca = authority(tmp_path)
    ours, region = (
        certificate(tmp_path, "platform", ca),
        certificate(tmp_path, "region", ca, issues=True),
    )
    theirs = certificate(tmp_path, "cart", region)
    both, lists = tmp_path / "both.pem", tmp_path / "lists.pem"
    both.write_bytes(ca.file.read_bytes() + region.file.read_bytes())
    title(mercy, "MERCY_ECG", certificates=theirs.sha256)
    settings.DICOM_TLS_CA, settings.DICOM_TLS_CRL = str(both), str(lists)

    def sent(port, *revoked):
        parts = (revocation_list(lists, ca, *revoked), revocation_list(tmp_path / "r", region))
        lists.write_bytes(b"".join(part.read_bytes() for part in parts))
        shown = ("+tls", str(theirs.key), str(theirs.file), "+cf", str(both))
        return dcmtk("storescu", *called("MERCY_ECG", port, *shown), str(file)).returncode == 0

    with listener_by_tls(ours, replace(ca, file=both)) as port:
        assert sent(port)
        assert not sent(port, region)
    assert len(arrivals(mercy)) == 1


def answer_waiting():
    while lease := leases.claim(StorageCommitment, leases.LIVE):
        drain.work(lease)


def test_an_orthanc_sends_and_hears_that_it_is_kept(tmp_path, port, mercy):
    with orthanc(tmp_path, ["MERCY_ECG", "127.0.0.1", port]) as archive:
        with inside(mercy):
            given = {"title": "ORTHANC", "host": "127.0.0.1", "port": archive.dicom_port}
            DicomPeer.objects.create(organization=mercy, **given)
        name = archive.ask("/instances", ecg_file())["ID"]
        wanted = json.dumps({"Resources": [name], "StorageCommitment": True}).encode()
        sent = archive.ask("/modalities/platform/store", wanted)
        assert (sent["InstancesCount"], sent["FailedInstancesCount"]) == (1, 0)
        answer_waiting()
        report = f"/storage-commitment/{sent['StorageCommitmentTransactionUID']}"
        found = until(lambda: (said := archive.ask(report))["Status"] != "Pending" and said)
    assert (found["Status"], len(found["Success"])) == ("Success", 1)
    assert len(arrivals(mercy)) == 1


def test_an_orthanc_hears_of_what_is_not_kept(tmp_path, port, mercy):
    with orthanc(tmp_path, ["MERCY_ECG", "127.0.0.1", port]) as archive:
        with inside(mercy):
            given = {"title": "ORTHANC", "host": "127.0.0.1", "port": archive.dicom_port}
            DicomPeer.objects.create(organization=mercy, **given)
        kind = "1.2.840.10008.5.1.4.1.1.9.1.1"
        asked = json.dumps({"DicomInstances": [[kind, "1.2.3.4"]]}).encode()
        sent = archive.ask("/modalities/platform/storage-commitment", asked)
        answer_waiting()
        found = until(
            lambda: (
                (said := archive.ask(f"/storage-commitment/{sent['ID']}"))["Status"] != "Pending"
                and said
            )
        )
    assert found["Status"] == "Failure"
    assert [item["SOPInstanceUID"] for item in found["Failures"]] == ["1.2.3.4"]
