"""The way of one ECG through every app: from the door to the charge, in this process."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.utils import timezone

from apps.audit.models import AuditEvent
from apps.audit.proof import Proof
from apps.audit.verify import verify_chain
from apps.billing.models import Charge, Meter, Price
from apps.core.errors import RetryableError
from apps.core.leases import Leased
from apps.ecg import waveforms
from apps.ecg.formats.canonical import canonical_hash
from apps.ecg.models import Analysis, Measurement, Recording, StageRun
from apps.ecg.signal.synthesis import SynthesisSpec, synthesize
from apps.inference.actions import register_builtin_rules
from apps.inference.models import InferenceRun
from apps.ingestion.actions import RAW
from apps.ingestion.models import Ingress, RecordingArrival
from apps.integrations.models import Delivery
from apps.reports.models import Report, ReportVersion
from apps.reports.rebuild import verify_reports
from apps.tenants import blobs
from tests.database import committed
from tests.factories import inside
from tests.ingestion.files import codes_of, ecg_file, person, reloaded, send
from tests.integrations.sent import make_destination, stored
from tests.reports.signing import sign_recording
from tests.simulators.ehr_process import running_ehr

pytestmark = committed

SIGNAL = synthesize(SynthesisSpec(seed=7, heart_rate_bpm=61, pr_ms=240)).waveform()
LEASED = [Ingress, StageRun, InferenceRun, Delivery]
TABLES = [Ingress, Recording, StageRun, InferenceRun, Report, ReportVersion, Delivery, Charge]


@pytest.fixture
def ehr(tmp_path):
    with running_ehr(tmp_path / "ehr") as running:
        yield running


@pytest.fixture
def open_for_business(mercy, ehr):
    """Mercy with an algorithm, prices and an EHR."""
    make_destination(mercy, ehr.port)
    with inside(mercy):
        register_builtin_rules(mercy)
        for meter, amount in ((Meter.INFERENCE, "4.25"), (Meter.REPORT, "1.50")):
            Price.objects.create(
                organization=mercy,
                meter=meter,
                unit_price=Decimal(amount),
                currency="GBP",
                effective_from=dt.date(2020, 1, 1),
            )
    return mercy


def the(model, organization):
    """The only row of a table."""
    with inside(organization):
        return model.objects.get()


def everything(organization):
    with inside(organization):
        return {model.__name__: model.objects.count() for model in TABLES}


def charges_of(organization):
    with inside(organization):
        return sorted(Charge.objects.values_list("meter", "unit_price"))


def test_from_the_door_to_the_acknowledged_report_and_its_charges(
    open_for_business, reader, drained, tmp_path
):
    mercy = open_for_business
    row = send(mercy, ecg_file(SIGNAL), priority="stat").ingress
    drained()
    recording = the(Recording, mercy)
    with inside(mercy):
        heart_rate = Measurement.objects.get(name="heart_rate_bpm", source="platform")
        assert canonical_hash(waveforms.load(recording)) == canonical_hash(SIGNAL)
        assert "pr-long" in str(InferenceRun.objects.get().output)
    assert heart_rate.value == pytest.approx(Decimal(61), abs=2)
    assert the(Report, mercy).priority_rank == 0
    assert charges_of(mercy) == [("inference.accepted", Decimal("4.25"))]
    sign_recording(recording, reader)
    drained()
    delivery = the(Delivery, mercy)
    assert delivery.status == "acknowledged"
    [entry] = stored(tmp_path / "ehr")
    assert (entry["control_id"], entry["patient_id"]) == (delivery.control_id, "MRN-4711")
    assert charges_of(mercy)[1] == ("report.signed", Decimal("1.50"))
    assert blobs.get(mercy.pk, RAW, row.sha256) == ecg_file(SIGNAL)


def test_every_stage_is_done_and_every_row_bears_the_doors_trace(
    open_for_business, reader, drained
):
    mercy = open_for_business
    row = send(mercy, ecg_file(SIGNAL)).ingress
    drained()
    sign_recording(the(Recording, mercy), reader)
    drained()
    with inside(mercy):
        worked = [row for model in LEASED for row in model.objects.all()]
        written = [Recording.objects.get(), *Charge.objects.all()]
        stages = sorted(StageRun.objects.values_list("stage", flat=True))
    assert stages == ["charge", "charge", "deliver", "draft", "infer", "measure"]
    assert {one.state for one in worked} == {Leased.State.DONE}
    assert {one.trace_id for one in worked + written} == {row.trace_id}


def test_the_record_of_it_all_verifies(open_for_business, reader, drained):
    mercy = open_for_business
    send(mercy, ecg_file(SIGNAL))
    drained()
    sign_recording(the(Recording, mercy), reader)
    drained()
    result = verify_chain(mercy.pk)
    assert result.failure == ""
    assert result.events == len(codes_of(mercy)) > 10
    assert verify_reports(mercy.pk) == Proof(1)
    with inside(mercy):
        events = list(AuditEvent.objects.all())
    assert all(event.trace_id and event.software for event in events)


def test_uploaded_twice_and_imported_once_is_one_recording_with_three_arrivals(
    open_for_business, reader, drained, tmp_path
):
    mercy = open_for_business
    (tmp_path / "again.dcm").write_bytes(ecg_file(SIGNAL))
    send(mercy, ecg_file(SIGNAL))
    send(mercy, ecg_file(SIGNAL))
    call_command("ingest", str(tmp_path / "again.dcm"), organization="mercy", stdout=io.StringIO())
    drained()
    sign_recording(the(Recording, mercy), reader)
    drained()
    with inside(mercy):
        arrivals = RecordingArrival.objects.order_by("id").values_list("outcome", "recording")
        assert [outcome for outcome, _ in arrivals] == ["new", "same_bytes", "same_bytes"]
        assert len({recording for _, recording in arrivals}) == 1
    counts = everything(mercy)
    assert (counts["Recording"], counts["Report"], counts["Delivery"]) == (1, 1, 1)
    assert [meter for meter, _ in charges_of(mercy)] == ["inference.accepted", "report.signed"]


def test_a_copy_after_the_signature_changes_and_costs_nothing(open_for_business, reader, drained):
    mercy = open_for_business
    send(mercy, ecg_file(SIGNAL))
    drained()
    version = sign_recording(the(Recording, mercy), reader)
    drained()
    before = everything(mercy)
    send(mercy, ecg_file(SIGNAL))
    drained()
    assert everything(mercy) == before | {"Ingress": 2}
    assert the(ReportVersion, mercy).content == version.content


def test_the_same_signal_under_another_name_is_not_billed(open_for_business, drained):
    mercy = open_for_business
    send(mercy, ecg_file(SIGNAL))
    drained()
    before = everything(mercy)
    other = send(mercy, ecg_file(SIGNAL, patient=person(family_name="Other"))).ingress
    drained()
    assert reloaded(other).outcome == "patient_correction"
    assert everything(mercy) == before | {"Ingress": 2}


def test_an_algorithm_that_is_away_holds_up_no_signature(
    open_for_business, reader, drained, monkeypatch, settings
):
    from apps.inference import adapters

    def away(_recording):
        raise RetryableError("provider-away")

    mercy = open_for_business
    settings.RETRY_BACKOFF_SECONDS = 600
    with monkeypatch.context() as outage:
        outage.setitem(adapters.ADAPTERS, "builtin-rules", away)
        send(mercy, ecg_file(SIGNAL))
        drained()
        sign_recording(the(Recording, mercy), reader)
        drained()
    run = the(InferenceRun, mercy)
    assert (run.status, run.error_code) == ("queued", "provider-away")
    assert the(Delivery, mercy).status == "acknowledged"
    assert [meter for meter, _ in charges_of(mercy)] == ["report.signed"]


def test_a_paced_recording_is_read_by_people_only_and_free(open_for_business, drained):
    mercy = open_for_business
    paced = synthesize(SynthesisSpec(seed=8, rhythm="paced", heart_rate_bpm=70)).waveform()
    send(mercy, ecg_file(paced))
    drained()
    run = the(InferenceRun, mercy)
    assert run.status == "not_eligible"
    assert "pac" in run.reason
    assert charges_of(mercy) == []
    assert the(Report, mercy).status == "draft"


def test_the_other_organization_holds_nothing_of_it(open_for_business, lakeside, reader, drained):
    send(open_for_business, ecg_file(SIGNAL))
    drained()
    sign_recording(the(Recording, open_for_business), reader, now=timezone.now())
    drained()
    assert set(everything(open_for_business).values()) != {0}
    assert set(everything(lakeside).values()) == {0}
    with inside(lakeside):
        assert Analysis.objects.count() == Measurement.objects.count() == 0
