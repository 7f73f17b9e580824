"""Submissions by FHIR R4: a DocumentReference in, a Task out, refusals as OperationOutcome."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest
from fhir.resources.R4B.operationoutcome import OperationOutcome
from fhir.resources.R4B.task import Task

from apps.integrations.models import Submission
from tests.api.keys import Program
from tests.api.submitting import Ehr, document, parameters
from tests.database import committed
from tests.factories import inside
from tests.ingestion.files import ecg_file

pytestmark = committed

ASHDOWN = {"family": "Ashdown", "given": ["Wilma"]}
FORMER = [{"use": "maiden", "family": "Bright"}, {"use": "nickname", "given": ["Billie"]}]
PATIENT = {
    "resourceType": "Patient",
    "id": "p",
    "identifier": [
        {"value": "NHS-1"},
        {
            "type": {"coding": [{"code": "MR"}]},
            "value": "MRN-4711",
            "assigner": {"display": "TRUST"},
        },
    ],
    "name": [ASHDOWN],
    "birthDate": "1961-04-09",
    "gender": "female",
}
STATED = {
    "identifier": "MRN-4711",
    "assigning_authority": "TRUST",
    "family_name": "Ashdown",
    "given_name": "Wilma",
    "born_on": "1961-04-09",
    "sex": "F",
}


@pytest.fixture
def ehr(mercy):
    return Ehr(mercy)


def checked(answer, resource=Task):
    assert answer.headers["Content-Type"] == "application/fhir+json"
    resource.model_validate(json.loads(answer.content))
    return json.loads(answer.content)


def test_a_document_becomes_a_task_and_its_recording(ehr, drained):
    answer = ehr.submit_fhir(document(ecg_file()))
    said = checked(answer)
    assert (answer.status_code, said["status"]) == (202, "requested")
    assert answer.headers["Location"] == f"/api/v1/fhir/r4/Task/{said['id']}"
    drained()
    found = checked(ehr.client.get(answer.headers["Location"]))
    assert found["status"] == "completed"
    outputs = {part["type"]["coding"][0]["code"]: part["valueUri"] for part in found["output"]}
    assert {ehr.client.get(address).status_code for address in outputs.values()} == {200}
    assert set(outputs) == {"file", "recording"}


ORDER = {
    "related": [
        {"identifier": {"type": {"coding": [{"code": "ACSN"}]}, "value": "A-17"}},
        {"identifier": {"value": "other"}},
    ]
}


def subject(**fields):
    return document(subject=fields)


NAMED = {
    "a parameter": (parameters(document(), PATIENT), STATED),
    "contained": (document(contained=[PATIENT], subject={"reference": "#p"}), STATED),
    "by number": (subject(identifier={"value": "MRN-4711"}), {"identifier": "MRN-4711"}),
    "an order": (document(context=ORDER), {"accession_number": "A-17"}),
    "nobody": (document(), {}),
    "a former name too": (
        parameters(document(), PATIENT | {"name": [*FORMER, {"use": "official", **ASHDOWN}]}),
        STATED,
    ),
    "former names only": (
        parameters(document(), PATIENT | {"name": FORMER[:1]}),
        STATED | {"family_name": "", "given_name": ""},
    ),
    "a year": (parameters(document(), PATIENT | {"birthDate": "1961"}), STATED | {"born_on": ""}),
}


def test_whom_and_which_order_it_is_of_goes_with_the_file(ehr, mercy):
    for form, (body, stated) in NAMED.items():
        answer = ehr.submit_fhir(body)
        wanted = {name: text for name, text in stated.items() if text}
        with inside(mercy):
            row = Submission.objects.select_related("ingress").get(public_id=answer.json()["id"])
        assert row.ingress.stated == row.stated == wanted, form


def sha1(data):
    return base64.b64encode(hashlib.sha1(data).digest()).decode()


def test_base64_in_lines_is_base64(ehr, mercy):
    lines = base64.encodebytes(b"an ecg " * 30).decode()
    assert "\n" in lines.strip()
    said = ehr.submit_fhir(document(None, {"data": lines})).json()
    with inside(mercy):
        row = Submission.objects.select_related("ingress").get(public_id=said["id"])
    assert row.ingress.size == len(b"an ecg " * 30)


INSURED = {"type": {"coding": [{"code": "SS"}]}, "value": "1"}
UNSURE = {
    "several, none marked": ([{"value": "1"}, {"value": "2"}], "Patient.identifier"),
    "several, two marked": ([PATIENT["identifier"][1]] * 2, "Patient.identifier"),
    "one of another type": ([INSURED], "Patient.identifier"),
    "a system": ([{"system": "urn:oid:1.2", "value": "1"}], "Patient.identifier.assigner"),
    "an assigner without a name": (
        [{"value": "1", "assigner": {"reference": "Organization/1"}}],
        "Patient.identifier.assigner",
    ),
}


def test_a_number_that_may_be_another_persons_is_refused(ehr, mercy):
    for form, (numbers, place) in UNSURE.items():
        body = parameters(document(), PATIENT | {"identifier": numbers})
        (issue,) = checked(ehr.submit_fhir(body), OperationOutcome)["issue"]
        assert issue["expression"] == [place], form
    of_subject = subject(identifier={"system": "urn:oid:1.2", "value": "1"})
    (issue,) = checked(ehr.submit_fhir(of_subject), OperationOutcome)["issue"]
    assert issue["expression"] == ["DocumentReference.subject.identifier.assigner"]
    with inside(mercy):
        assert not Submission.objects.exists()


def patient(**fields):
    return parameters(document(), PATIENT | fields)


def numbered(value):
    return [{"value": value}]


TEXTS = {
    "a long name": (patient(name=[{"family": "Smith" * 99}]), "Patient.name[0].family"),
    "no text": (patient(name=[{"given": ["Smith\0"]}]), "Patient.name[0].given"),
    "half a pair": (
        patient(name=[{"family": "Smith\ud800"}]),
        "Parameters.parameter[1].resource.name[0].family",
    ),
    "a long number": (patient(identifier=numbered("Smith" * 99)), "Patient.identifier"),
    "a number in lines": (
        subject(identifier={"value": "Smith\n1"}),
        "DocumentReference.subject.identifier",
    ),
    "two orders": (
        document(context={"related": ORDER["related"][:1] * 2}),
        "DocumentReference.context.related",
    ),
}


def test_texts_that_no_record_holds_are_refused_at_the_door(ehr, mercy):
    for form, (body, place) in TEXTS.items():
        answer = ehr.submit_fhir(body)
        (issue,) = checked(answer, OperationOutcome)["issue"]
        assert (answer.status_code, issue["expression"]) == (400, [place]), form
        assert "Smith" not in answer.content.decode()
    with inside(mercy):
        assert not Submission.objects.exists()


def test_the_hash_of_an_attachment_is_checked(ehr):
    right = document(attachment={"hash": sha1(b"an ecg"), "size": 6})
    assert ehr.submit_fhir(right).status_code == 202
    for attachment, code in (
        ({"hash": sha1(b"")}, "digest-differs"),
        ({"size": 7}, "size-differs"),
    ):
        said = checked(ehr.submit_fhir(document(attachment=attachment)), OperationOutcome)
        assert said["issue"][0]["details"]["coding"][0]["code"] == code


ATTACHMENT = "DocumentReference.content[0].attachment"
WRONG = {
    "no resource": ([], "resourceType"),
    "another resource": ({"resourceType": "Smith"}, "resourceType"),
    "no content": (document() | {"content": []}, "DocumentReference.content"),
    "withdrawn": (document(status="superseded"), "DocumentReference.status"),
    "unknown field": (document(attachment={"Smith": "1"}), f"{ATTACHMENT}.Smith"),
    "nothing": (document(None), ATTACHMENT),
    "no base64": (document(None, {"data": "Smith!"}), f"{ATTACHMENT}.data"),
    "no hash": (document(attachment={"hash": "Smith+=="}), f"{ATTACHMENT}.hash"),
    "elsewhere": (subject(reference="Patient/Smith"), "DocumentReference.subject"),
    "no document": (parameters({"resourceType": "Patient"}), "Parameters.parameter[0]"),
    "no parameters": ({"resourceType": "Parameters"}, "Parameters.parameter"),
    "twice": (
        {
            "resourceType": "Parameters",
            "parameter": [{"name": "document", "resource": document()}] * 2,
        },
        "Parameters.parameter[1]",
    ),
}


def test_what_is_wrong_is_named_by_its_place(ehr, mercy):
    for form, (body, place) in WRONG.items():
        answer = ehr.submit_fhir(body)
        (issue,) = checked(answer, OperationOutcome)["issue"]
        said = (answer.status_code, issue["code"], issue["expression"])
        assert said == (400, "invalid", [place]), form
        assert "Smith" not in answer.content.decode().replace(place, "")
    with inside(mercy):
        assert not Submission.objects.exists()


def test_every_refusal_is_an_outcome_whoever_refuses(mercy):
    for program, path, status in (
        (Program(""), "fhir/r4/$submit-ecg", 401),
        (Program("ein_unknown"), "fhir/r4/Task/1", 401),
        (Ehr(mercy, "files:read"), "fhir/r4/$submit-ecg", 403),
        (Ehr(mercy), "fhir/r4/Task/00000000-0000-4000-8000-000000000000", 404),
        (Ehr(mercy), "fhir/r4/Observation", 404),
    ):
        answer = program.client.get(f"/api/v1/{path}")
        if answer.status_code != 405:
            assert answer.status_code == status, path
        checked(answer, OperationOutcome)


def test_a_host_that_is_not_on_the_list_is_named(ehr):
    body = document(None, {"url": "https://elsewhere.example/a"})
    (issue,) = checked(ehr.submit_fhir(body), OperationOutcome)["issue"]
    assert issue["details"]["coding"][0]["code"] == "host-not-allowed"
    assert "elsewhere.example" in issue["diagnostics"]
    assert issue["expression"] == [f"{ATTACHMENT}.url"]


def test_a_file_that_is_no_ecg_is_rejected_with_the_reason(ehr, drained):
    answer = ehr.submit_fhir(document(b"not an ecg"))
    drained()
    found = checked(ehr.client.get(answer.headers["Location"]))
    assert found["status"] == "rejected"
    assert found["statusReason"]["coding"][0]["code"]
    assert found["statusReason"]["text"]
