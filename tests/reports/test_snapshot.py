"""What is frozen at signing: everything, with its source, and nothing that comes later."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest

from apps.ecg.models import Measurement, Patient, Recording
from apps.inference.models import InferenceRun
from apps.reports.models import Report, ReportVersion
from apps.reports.snapshot import canonical_json, digest, take_snapshot
from tests.database import committed
from tests.factories import inside, make_patient
from tests.inference.subjects import METHOD, NUMBERS, make_measured
from tests.reports.full_recording import DEVICE_NUMBERS, accept_late_result, make_full_recording
from tests.reports.signing import amend_recording, sign_recording

pytestmark = committed


@pytest.fixture
def full(mercy):
    from apps.inference.actions import register_builtin_rules

    with inside(mercy):
        register_builtin_rules(mercy)
    return make_full_recording(mercy)


def snapshot_of(recording):
    with inside(recording.organization):
        return take_snapshot(Report.objects.get(recording=recording), "Read.")


def test_every_number_is_there_with_unit_source_and_method(full):
    rows = {(row["source"], row["name"]): row for row in snapshot_of(full)["measurements"]}
    assert len(rows) == len(NUMBERS) + len(DEVICE_NUMBERS)
    for name, (value, unit) in NUMBERS.items():
        row = rows["platform", name]
        assert (Decimal(row["value"]), row["unit"], row["method"]) == (Decimal(value), unit, METHOD)
    for name, (value, unit, _) in DEVICE_NUMBERS.items():
        assert (rows["device", name]["value"], rows["device", name]["unit"]) == (value, unit)


def add_number(recording, name, value):
    Measurement.objects.create(
        organization=recording.organization,
        recording=recording,
        name=name,
        value=Decimal(value),
        unit="ms",
        source="platform",
    )


def test_numbers_keep_every_digit_and_no_exponent(mercy, recording):
    with inside(mercy):
        add_number(recording, "rr_ms", "1000.000")
        add_number(recording, "qt_ms", "401.250")
    values = {row["name"]: row["value"] for row in snapshot_of(recording)["measurements"]}
    assert values == {"rr_ms": "1000", "qt_ms": "401.25"}


def test_statements_keep_their_source_and_algorithms_stand_apart(full):
    snapshot = snapshot_of(full)
    said = [(row["source"], row["text"]) for row in snapshot["statements"]]
    assert said == [("device", "ABNORMAL ECG"), ("platform", "Rate within limits")]
    [result] = snapshot["algorithm_results"]
    assert (result["status"], result["statements"]) == ("succeeded", ["PR prolonged"])
    assert result["version"] == "einthoven-rules@1.0.0"
    assert "Adults" in result["intended_use"]
    assert result["limits"]


def test_the_patient_is_there_as_shown(full):
    patient = snapshot_of(full)["patient"]
    assert (patient["mrn"], patient["assigning_authority"]) == ("MRN-88", "MERCY")
    assert (patient["born_on"], patient["age_years"]) == ("1956-07-02", 69)


def test_signal_time_zone_and_device_are_there(full):
    snapshot = snapshot_of(full)
    acquisition = snapshot["acquisition"]
    assert snapshot["canonical_hash"] == full.canonical_hash
    assert acquisition["zone"] == "America/Chicago"
    assert dt.datetime.fromisoformat(acquisition["acquired_at"]) == full.acquired_at
    assert (acquisition["device"], acquisition["software"]) == ("Acme Cart 1", "2.1")
    assert acquisition["original_sha256"] == full.original_sha256


def test_the_prior_is_the_newest_earlier_one_of_the_same_patient(mercy, full):
    day = dt.timedelta(days=1)
    for patient, at in (
        (full.patient, full.acquired_at + day),
        (full.patient, None),
        (make_patient(mercy), full.acquired_at - day),
    ):
        make_measured(mercy, patient=patient, acquired_at=at)
    newest = make_measured(mercy, patient=full.patient, acquired_at=full.acquired_at - 7 * day)
    prior = snapshot_of(full)["prior"]
    assert prior["recording"] == str(newest.public_id)
    assert prior["values"]["pr_ms"] == "240.5"


def test_a_recording_without_a_time_has_no_prior(mercy, full):
    timeless = make_measured(mercy, patient=full.patient, acquired_at=None)
    assert snapshot_of(timeless)["prior"] is None


@pytest.mark.parametrize(
    ("state", "status"),
    [("received", "queued"), ("processing", "queued"), ("dead", "failed_final")],
)
def test_a_run_without_a_result_is_signed_as_such_and_without_statements(full, state, status):
    with inside(full.organization):
        InferenceRun.objects.filter(recording=full).update(status="queued", state=state)
    [result] = snapshot_of(full)["algorithm_results"]
    assert (result["status"], result["statements"]) == (status, [])


def test_a_declined_run_is_signed_with_its_reason(mercy, full):
    with inside(mercy):
        InferenceRun.objects.filter(recording=full).update(
            status="not_eligible", reason="age under 18", output={}
        )
    [result] = snapshot_of(full)["algorithm_results"]
    assert (result["status"], result["reason"]) == ("not_eligible", "age under 18")
    assert result["statements"] == []


def test_a_late_result_changes_no_signed_version(mercy, full, reader):
    signed = sign_recording(full, reader)
    accept_late_result(full)
    with inside(mercy):
        kept = ReportVersion.objects.get()
    assert kept.content == signed.content
    assert "Late statement" not in kept.content
    later = amend_recording(full, reader, "With the late result.")
    assert "Late statement" in later.content
    [result] = json.loads(later.content)["snapshot"]["algorithm_results"]
    assert result["late"]["version"] == 1


def test_a_corrected_patient_changes_no_signed_version(mercy, full, reader):
    sign_recording(full, reader)
    with inside(mercy):
        Patient.objects.filter(pk=full.patient_id).update(family_name="Corrected")
        content = json.loads(ReportVersion.objects.get().content)
    assert content["snapshot"]["patient"]["family_name"] == "Full"


def test_the_same_state_is_the_same_bytes(full):
    first, second = snapshot_of(full), snapshot_of(full)
    assert canonical_json(first) == canonical_json(second)
    assert digest(first) == digest(second)


@pytest.mark.parametrize(
    "change",
    [
        lambda row: add_number(row, "p_ms", "96.5"),
        lambda row: Patient.objects.filter(pk=row.patient_id).update(given_name="Other"),
        lambda row: Recording.objects.filter(pk=row.pk).update(accession_number="A-1"),
        lambda row: InferenceRun.objects.filter(recording=row).update(reason="x"),
    ],
    ids=["number", "patient", "accession", "run"],
)
def test_any_change_is_another_hash(full, change):
    before = digest(snapshot_of(full))
    with inside(full.organization):
        change(full)
    assert digest(snapshot_of(full)) != before


def test_text_in_any_script_is_kept_as_it_is():
    text = canonical_json({"b": "Ærø \u2028 漢", "a": [1, None, True]})
    assert text == '{"a":[1,null,true],"b":"Ærø \u2028 漢"}'
