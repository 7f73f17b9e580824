"""Questions of identity: what opens one, and that the order of arrival does not matter."""

from __future__ import annotations

import datetime as dt
import itertools

import numpy as np
import pytest

from apps.audit.models import Alarm
from apps.ecg.models import Recording, StageRun
from apps.ingestion import jobs
from apps.ingestion.models import IdentityCase, Ingress, RecordingArrival
from tests.database import committed
from tests.factories import inside, make_waveform
from tests.formats.ecgs import waveform
from tests.ingestion.files import (
    LOCAL,
    bring_in,
    ecg_file,
    person,
)

pytestmark = committed

Kind, Outcome = IdentityCase.Kind, Ingress.Outcome
UIDS = [f"1.2.826.0.1.3680043.8.498.{number}" for number in range(10)]
BRIGHT = person(family_name="Bright", identifier="MRN-9")
SILENT = person(
    family_name="", given_name="", identifier="", assigning_authority="", born_on=None, sex=""
)
HOUR = dt.timedelta(hours=1)


def cases(organization):
    with inside(organization):
        return list(IdentityCase.objects.select_related("recording", "other").order_by("id"))


def kinds(organization):
    return sorted(case.kind for case in cases(organization))


def alarms(organization):
    with inside(organization):
        return sorted(Alarm.objects.filter(resolved_at=None).values_list("code", flat=True))


def test_another_patient_opens_one_case_and_one_alarm(mercy):
    held = bring_in(mercy, ecg_file()).recording
    for number in (1, 2):
        bring_in(mercy, ecg_file(patient=BRIGHT, sop_instance_uid=UIDS[number]))
    [case] = cases(mercy)
    assert (case.kind, case.recording, case.state) == (Kind.IDENTITY_CONFLICT, held, "open")
    assert alarms(mercy) == ["identity.conflict"]
    with inside(mercy):
        assert StageRun.objects.count() == 1


def test_the_same_object_with_other_demographics_is_a_correction(mercy):
    bring_in(mercy, ecg_file())
    row = bring_in(mercy, ecg_file(patient=person(family_name="Bright")))
    assert (row.outcome, kinds(mercy), alarms(mercy)) == (
        Outcome.CORRECTION,
        [Kind.CORRECTION],
        [],
    )


def test_a_copy_that_names_a_patient_where_none_was_named_is_asked(mercy):
    held = bring_in(mercy, ecg_file(patient=SILENT)).recording
    row = bring_in(mercy, ecg_file(sop_instance_uid=UIDS[1]))
    assert (row.outcome, row.recording) == (Outcome.CORRECTION, held)
    assert kinds(mercy) == [Kind.CORRECTION]


def test_another_time_opens_a_case_without_an_alarm(mercy):
    bring_in(mercy, ecg_file())
    bring_in(mercy, ecg_file(at=LOCAL + HOUR))
    assert (kinds(mercy), alarms(mercy)) == ([Kind.TIME_CONFLICT], [])


def test_a_name_of_an_object_that_comes_again_is_one_case_whatever_comes(mercy):
    first = bring_in(mercy, ecg_file(1, sop_instance_uid=UIDS[1])).recording
    for signal in (2, 3, 4):
        bring_in(mercy, ecg_file(signal, at=LOCAL + signal * HOUR, sop_instance_uid=UIDS[1]))
    [case] = cases(mercy)
    assert (case.kind, case.other) == (Kind.UID_COLLISION, first)
    assert alarms(mercy) == ["identity.uid_collision"]


def near_copy(seconds=10, rate=500):
    """The same beats with a little noise: another signal by its hash."""
    beats = make_waveform(seconds, rate, seed=1)
    shake = np.random.default_rng(99).integers(-2, 3, (beats.samples, 8)) * 2
    counts = beats.counts.copy()
    counts[:, [0, 1, 6, 7, 8, 9, 10, 11]] += shake.astype(np.int32)
    one, two = counts[:, 0], counts[:, 1]
    limbs = [two - one, -(one + two) // 2, one - two // 2, two - one // 2]
    counts[:, 2:6] = np.column_stack(limbs)
    return waveform(counts=counts, rate=rate)


def test_nearly_the_same_signal_of_a_patient_at_one_time_may_be_a_duplicate(mercy):
    first = bring_in(mercy, ecg_file(1)).recording
    row = bring_in(mercy, ecg_file(near_copy(), sop_instance_uid=UIDS[1]))
    [case] = cases(mercy)
    assert row.outcome == Outcome.NEW
    assert (case.kind, case.recording, case.other) == (
        Kind.POSSIBLE_DUPLICATE,
        row.recording,
        first,
    )


@pytest.mark.parametrize(
    "changes",
    [{"at": LOCAL + HOUR}, {"patient": BRIGHT}, {"at": None}],
    ids=["another time", "another patient", "no time"],
)
def test_likeness_alone_asks_nothing(mercy, changes):
    bring_in(mercy, ecg_file(1))
    bring_in(mercy, ecg_file(near_copy(), sop_instance_uid=UIDS[1], **changes))
    assert kinds(mercy) == []


def test_another_organizations_copy_asks_nothing(mercy, lakeside):
    bring_in(mercy, ecg_file())
    bring_in(lakeside, ecg_file(patient=BRIGHT))
    assert cases(mercy) == cases(lakeside) == []


def test_a_demonstration_of_two_patients_is_two_recordings_and_no_case(mercy, monkeypatch):
    decode = jobs.decode_limited

    def as_demo(data, profiles=()):
        demo = {"name": "demo", "version": 1, "demo_hashes": [decode(data).canonical_hash]}
        return decode(data, profiles=[*profiles, demo])

    monkeypatch.setattr(jobs, "decode_limited", as_demo)
    rows = [bring_in(mercy, ecg_file(patient=who)) for who in (person(), BRIGHT)]
    assert [row.outcome for row in rows] == [Outcome.NEW, Outcome.NEW]
    assert not rows[0].recording.links_by_hash
    assert "demo-signal" in {warning["code"] for warning in rows[0].recording.warnings}
    assert cases(mercy) == []


FILES = {
    "first": ecg_file(1, sop_instance_uid=UIDS[1]),
    "other patient": ecg_file(1, patient=BRIGHT, sop_instance_uid=UIDS[2]),
    "other patient again": ecg_file(1, patient=BRIGHT, sop_instance_uid=UIDS[3]),
    "corrected": ecg_file(1, patient=person(sex="M"), sop_instance_uid=UIDS[1]),
    "a little later": ecg_file(1, at=LOCAL + dt.timedelta(seconds=100), sop_instance_uid=UIDS[4]),
    "three minutes later": ecg_file(
        1, at=LOCAL + dt.timedelta(seconds=200), sop_instance_uid=UIDS[5]
    ),
    "another signal": ecg_file(2, at=LOCAL + HOUR, sop_instance_uid=UIDS[1]),
}
ORDERS = list(itertools.permutations(FILES))


@pytest.mark.parametrize("number", range(4))
def test_any_order_of_arrival_ends_in_the_same_state(mercy, number):
    order = ORDERS[number * len(ORDERS) // 4 + number * 7]
    for name in order:
        bring_in(mercy, FILES[name])
    with inside(mercy):
        assert (Recording.objects.count(), RecordingArrival.objects.count()) == (2, len(FILES))
        stated = RecordingArrival.objects.values_list("identity__family_name", flat=True)
        assert set(stated) == {"Ashdown", "Bright"}
    assert kinds(mercy) == sorted(
        [Kind.IDENTITY_CONFLICT, Kind.CORRECTION, Kind.TIME_CONFLICT, Kind.UID_COLLISION]
    )
