"""No word of a patient leaves through the DICOM network or a submission, taken or refused."""

from __future__ import annotations

import pytest

from apps.ingestion.dicom import store
from apps.ingestion.models import Ingress
from tests.api.submitting import Ehr, coded, document, parameters, plain
from tests.database import committed
from tests.dicom_network.conftest import cart, port, read, stored  # noqa: F401 - fixtures
from tests.factories import inside
from tests.flows.canary import ORDER, PATIENT, canary_file, leaks

pytestmark = [committed, pytest.mark.usefixtures("own_temp")]

AUTHORITY = PATIENT.assigning_authority
SAID = {
    "identifier": PATIENT.identifier,
    "assigning_authority": AUTHORITY,
    "family_name": PATIENT.family_name,
}
WHO = {
    "resourceType": "Patient",
    "identifier": [{"value": PATIENT.identifier, "assigner": {"display": AUTHORITY}}],
    "name": [{"family": PATIENT.family_name}],
}


def outcomes(organization):
    with inside(organization):
        return sorted(Ingress.objects.values_list("state", flat=True))


def quote(_):
    raise ValueError(f"{PATIENT.family_name} {PATIENT.identifier}")


def test_an_object_leaves_no_word(stored, mercy, drained, monkeypatch, log_text, capfd):  # noqa: F811
    assert stored(read(canary_file())) == 0
    drained()
    monkeypatch.setattr(store, "as_file", quote)
    assert stored(read(canary_file())) == store.PROCESSING_FAILURE
    assert outcomes(mercy) == ["done"]
    assert leaks(log=log_text(), printed="".join(capfd.readouterr())) == {}


def test_a_submission_leaves_no_word(mercy, drained, log_text):
    ehr = Ehr(mercy)
    answers = [
        ehr.submit(plain(canary_file(), patient=SAID, accession_number=ORDER)),
        ehr.submit_fhir(parameters(document(canary_file()), WHO)),
        ehr.submit(plain(canary_file(), patient=SAID | {"family_name": "Other"})),
        ehr.submit({"data": coded(canary_file()), PATIENT.family_name: 1}),
        ehr.submit_fhir(document(subject={"reference": f"Patient/{PATIENT.identifier}"})),
    ]
    drained()
    told = [ehr.client.get(answer.headers["Location"]).content for answer in answers[:3]]
    assert outcomes(mercy) == ["done", "duplicate", "quarantined"]
    said = b"".join([*told, *(answer.content for answer in answers)])
    assert leaks(log=log_text(), told=said) == {}
