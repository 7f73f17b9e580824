"""Charges: each billable event once, at the price of the organization's day."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

import pytest

from apps.billing.models import Charge, Meter, Price
from apps.core import drain, leases
from apps.core.leases import LIVE, Leased
from apps.ecg.models import StageRun
from apps.inference.actions import register_builtin_rules
from apps.inference.models import AlgorithmVersion, InferenceRun
from tests.database import committed, raw_connection
from tests.factories import inside, make_organization, make_recording, make_stage_run, make_user
from tests.ingestion.files import codes_of
from tests.reports.signing import amend_recording, sign_recording

pytestmark = committed

JANUARY = dt.date(2026, 1, 1)
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def set_price(organization, amount, day=JANUARY, meter=Meter.INFERENCE, currency="GBP"):
    with inside(organization):
        Price.objects.create(
            organization=organization,
            meter=meter,
            unit_price=Decimal(amount),
            currency=currency,
            effective_from=day,
        )


def ask_for_charge(
    organization, at=NOON, *, recording=None, version=None, status=InferenceRun.Status.SUCCEEDED
):
    """A run with its charge stage waiting."""
    recording = recording or make_recording(organization, report=False)
    with inside(organization):
        version = version or register_builtin_rules(organization)
        run = InferenceRun.objects.create(
            organization=organization,
            recording=recording,
            algorithm_version=version,
            idempotency_key=uuid.uuid4().hex,
            input_hash=recording.canonical_hash,
            status=status,
            accepted_at=at,
            state=Leased.State.DONE,
        )
    return make_stage_run(
        recording, "charge", subject=f"run:{run.public_id}", trace_id=recording.trace_id
    )


def work():
    """The charge stages; those of deliveries end for want of a destination."""
    while lease := leases.claim(StageRun, LIVE):
        drain.work(lease)


def charges_of(organization):
    with inside(organization):
        return list(Charge.objects.order_by("id"))


def test_an_accepted_run_costs_the_price_of_its_day(mercy):
    set_price(mercy, "4.25")
    stage = ask_for_charge(mercy)
    work()
    [charge] = charges_of(mercy)
    assert (charge.unit_price, charge.currency, charge.quantity) == (Decimal("4.25"), "GBP", 1)
    assert (charge.meter, charge.occurred_at) == (Meter.INFERENCE, NOON)
    assert (charge.billed_on, charge.trace_id) == (NOON.date(), stage.trace_id)
    assert codes_of(mercy)[-1] == "billing.charge.recorded"


@pytest.mark.parametrize(
    ("zone", "at", "day"),
    [
        ("America/Chicago", "2026-04-01T04:30:00", dt.date(2026, 3, 31)),
        ("America/Chicago", "2026-04-01T04:59:59", dt.date(2026, 3, 31)),
        ("America/Chicago", "2026-04-01T05:00:00", dt.date(2026, 4, 1)),
        ("Europe/London", "2026-03-31T23:30:00", dt.date(2026, 4, 1)),
        ("Europe/London", "2026-02-28T23:30:00", dt.date(2026, 2, 28)),
    ],
)
def test_the_day_is_the_organizations(zone, at, day):
    place = make_organization("northside", time_zone=zone)
    set_price(place, "4.25")
    ask_for_charge(place, dt.datetime.fromisoformat(at).replace(tzinfo=dt.UTC))
    work()
    assert [charge.billed_on for charge in charges_of(place)] == [day]


def test_a_new_price_holds_from_its_first_day(mercy):
    set_price(mercy, "4.25")
    set_price(mercy, "5.00", dt.date(2026, 4, 1))
    for at in ("2026-03-31T22:59:59", "2026-03-31T23:00:00"):  # midnight in London
        ask_for_charge(mercy, dt.datetime.fromisoformat(at).replace(tzinfo=dt.UTC))
    work()
    assert [charge.unit_price for charge in charges_of(mercy)] == [Decimal("4.25"), Decimal(5)]


def test_a_later_price_changes_no_charge_that_stands(mercy):
    set_price(mercy, "4.25")
    stage = ask_for_charge(mercy)
    work()
    set_price(mercy, "9.99", NOON.date())
    with raw_connection("dispatch") as raw:
        raw.execute("UPDATE ecg_stagerun SET state = 'received' WHERE id = %s", [stage.pk])
    work()
    assert [charge.unit_price for charge in charges_of(mercy)] == [Decimal("4.25")]


def test_without_a_price_nothing_is_charged_until_there_is_one(mercy):
    set_price(mercy, "4.25", NOON.date() + dt.timedelta(days=1))
    stage = ask_for_charge(mercy)
    work()
    with inside(mercy):
        stage.refresh_from_db()
    assert (stage.state, stage.error_code) == (Leased.State.DEAD, "price-missing")
    assert charges_of(mercy) == []
    set_price(mercy, "4.00")
    with inside(mercy):
        assert leases.replay(stage)
    work()
    assert [charge.unit_price for charge in charges_of(mercy)] == [Decimal(4)]


def test_one_recording_and_one_major_version_is_one_charge(mercy):
    set_price(mercy, "4.25")
    recording = make_recording(mercy, report=False)
    with inside(mercy):
        first = register_builtin_rules(mercy)
        minor, major = (
            AlgorithmVersion.objects.create(
                organization=mercy, algorithm=first.algorithm, version=version, adapter="x"
            )
            for version in ("1.1.0", "2.0.0")
        )
    for version in (first, minor, major):
        ask_for_charge(mercy, recording=recording, version=version)
    work()
    assert [charge.subject_id for charge in charges_of(mercy)] == [
        f"{recording.public_id}:einthoven-rules:1",
        f"{recording.public_id}:einthoven-rules:2",
    ]


@pytest.mark.parametrize("status", ["queued", "not_eligible", "failed_final"])
def test_any_other_outcome_is_free(mercy, status):
    set_price(mercy, "4.25")
    stage = ask_for_charge(mercy, status=status)
    work()
    with inside(mercy):
        stage.refresh_from_db()
    assert stage.state == Leased.State.DONE
    assert charges_of(mercy) == []


def test_a_signed_report_is_charged_once_and_its_amendment_not_again(mercy, reader):
    set_price(mercy, "1.50", meter=Meter.REPORT)
    recording = make_recording(mercy)
    sign_recording(recording, reader)
    amend_recording(recording, reader, "Left axis deviation.")
    with inside(mercy):
        assert StageRun.objects.filter(stage="charge").count() == 2
    work()
    [charge] = charges_of(mercy)
    assert (charge.meter, charge.unit_price) == (Meter.REPORT, Decimal("1.50"))
    assert charge.subject_id == str(recording.public_id)


def test_a_report_and_a_run_of_one_recording_are_two_charges(mercy, reader):
    recording = make_recording(mercy)
    for meter in Meter:
        set_price(mercy, "1", meter=meter)
    ask_for_charge(mercy, recording=recording)
    sign_recording(recording, reader, now=NOON)
    work()
    assert sorted(charge.meter for charge in charges_of(mercy)) == sorted(Meter.values)


def test_a_stage_without_a_known_subject_goes_to_a_person(mercy):
    stage = make_stage_run(make_recording(mercy), "charge", subject="goodwill:1")
    work()
    with inside(mercy):
        stage.refresh_from_db()
    assert (stage.state, stage.error_code) == (Leased.State.DEAD, "subject-unknown")


def test_each_organization_is_charged_by_its_own_list(mercy, lakeside):
    set_price(mercy, "4.25")
    set_price(lakeside, "6.50", currency="USD")
    for place in (mercy, lakeside):
        ask_for_charge(place)
    work()
    assert [charge.unit_price for charge in charges_of(mercy)] == [Decimal("4.25")]
    assert [charge.currency for charge in charges_of(lakeside)] == ["USD"]


def test_the_day_of_signing_prices_the_report(mercy):
    set_price(mercy, "1.50", meter=Meter.REPORT)
    set_price(mercy, "2.00", NOON.date(), meter=Meter.REPORT)
    reader = make_user(mercy)
    for now in (NOON - dt.timedelta(days=1), NOON):
        sign_recording(make_recording(mercy), reader, now=now)
    work()
    assert [charge.unit_price for charge in charges_of(mercy)] == [Decimal("1.50"), Decimal(2)]
