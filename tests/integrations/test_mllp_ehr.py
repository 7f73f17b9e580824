"""Builder, client and acknowledgement against the simulated EHR in its own process."""

import json

import pytest

from apps.core.errors import PermanentError, RetryableError
from apps.integrations.destinations.mllp.client import send
from apps.integrations.hl7.ack import parse_ack
from apps.integrations.hl7.content import OruPatient
from apps.integrations.hl7.oru import build_oru
from tests.simulators.ehr_process import running_ehr

from .oru_examples import RESULT, changed


def deliver(ehr, result, timeout_s=10):
    ack = parse_ack(send("127.0.0.1", ehr.port, build_oru(result), timeout_s=timeout_s, tls=None))
    ack.require_accepted(result.control_id)
    return ack


def stored(folder):
    lines = (folder / "index.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def test_a_signed_result_is_stored_as_the_ehr_reads_it(tmp_path):
    with running_ehr(tmp_path) as ehr:
        assert deliver(ehr, RESULT).code == "AA"
    [entry] = stored(tmp_path)
    assert (entry["patient_id"], entry["status"], entry["order"]) == ("MRN-1", "F", "F-77")
    assert entry["control_id"] == RESULT.control_id
    assert next(tmp_path.glob("*.hl7")).read_bytes() == build_oru(RESULT)


def test_a_result_with_a_large_pdf_arrives_whole(tmp_path):
    result = changed(pdf=b"%PDF-1.7" + bytes(range(256)) * 8000)
    with running_ehr(tmp_path) as ehr:
        assert deliver(ehr, result).code == "AA"
    assert next(tmp_path.glob("*.hl7")).read_bytes() == build_oru(result)


def test_delimiters_in_names_arrive_as_text(tmp_path):
    patient = OruPatient("A|B^C\\D", "MERCY", "O'Brien & Söhne\r")
    with running_ehr(tmp_path) as ehr:
        deliver(ehr, changed(patient=patient))
    assert stored(tmp_path)[0]["patient_id"] == "A|B^C\\D"


def test_a_resend_is_stored_once(tmp_path):
    with running_ehr(tmp_path) as ehr:
        assert deliver(ehr, RESULT) == deliver(ehr, RESULT)
    assert len(stored(tmp_path)) == 1


def test_a_lost_acknowledgement_is_made_good_by_a_resend(tmp_path):
    with running_ehr(tmp_path, "--fault", "no-ack") as ehr, pytest.raises(RetryableError) as lost:
        deliver(ehr, RESULT, timeout_s=0.5)
    assert lost.value.code == "mllp_reply_timeout"
    with running_ehr(tmp_path) as ehr:
        assert deliver(ehr, RESULT).code == "AA"
    assert len(stored(tmp_path)) == 1


def test_an_error_is_retried_and_then_accepted(tmp_path):
    with running_ehr(tmp_path, "--fault", "error-once") as ehr:
        with pytest.raises(RetryableError) as failed:
            deliver(ehr, RESULT)
        assert stored(tmp_path) == []
        assert deliver(ehr, RESULT).code == "AA"
    assert failed.value.code == "ack_error"


def test_a_rejection_is_final(tmp_path):
    with (
        running_ehr(tmp_path, "--fault", "reject") as ehr,
        pytest.raises(PermanentError) as rejected,
    ):
        deliver(ehr, RESULT)
    assert rejected.value.code == "ack_rejected"
    assert stored(tmp_path) == []


def test_a_slow_receiver_is_not_waited_for_longer_than_told(tmp_path):
    with running_ehr(tmp_path, "--fault", "slow") as ehr, pytest.raises(RetryableError) as slow:
        deliver(ehr, RESULT, timeout_s=0.3)
    assert slow.value.code == "mllp_reply_timeout"


def test_two_versions_of_a_report_are_two_results_of_one_order(tmp_path):
    amended = changed(control_id="D2", status="amended", interpretation=("Possible AF.",))
    with running_ehr(tmp_path) as ehr:
        deliver(ehr, RESULT)
        deliver(ehr, amended)
    assert [(e["status"], e["order"]) for e in stored(tmp_path)] == [("F", "F-77"), ("C", "F-77")]
