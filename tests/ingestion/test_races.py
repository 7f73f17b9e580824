"""Two workers on the same thing at once."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from django.db import connections

from apps.core import drain, leases
from apps.ecg.formats.canonical import DecodedEcg
from apps.ecg.models import Patient, Recording, StageRun
from apps.ingestion import jobs
from apps.ingestion.models import IdentityCase, Ingress
from tests.database import committed
from tests.factories import inside
from tests.formats import ecgs
from tests.ingestion.files import (
    LOCAL,
    OTHER_EXPORT,
    arrivals_of,
    ecg_file,
    person,
    reloaded,
    send,
)

pytestmark = committed

Outcome = Ingress.Outcome
UID = "1.2.826.0.1.3680043.8.498.7"


@pytest.fixture
def neck_and_neck(monkeypatch):
    """Two workers that both have decoded before either of them links."""
    both = threading.Barrier(2)
    decode = jobs.decode_limited

    def decode_and_wait(data: bytes, **known: Any) -> DecodedEcg:
        found = decode(data, **known)
        both.wait(timeout=20)
        return found

    monkeypatch.setattr(jobs, "decode_limited", decode_and_wait)


def work_one(_number):
    try:
        lease = leases.claim(Ingress, leases.LIVE)
        drain.work(lease)
    finally:
        connections.close_all()


def race(organization, *files):
    """The outcomes of two files that two workers took at the same moment."""
    rows = [send(organization, data).ingress for data in files]
    with ThreadPoolExecutor(2) as workers:
        list(workers.map(work_one, range(2)))
    return sorted(reloaded(row).outcome for row in rows)


def counts(organization, *models):
    with inside(organization):
        return [model.objects.count() for model in models]


def test_two_copies_of_a_file_become_one_recording(mercy, neck_and_neck):
    assert race(mercy, ecg_file(), ecg_file()) == [Outcome.NEW, Outcome.SAME_BYTES]
    assert counts(mercy, Recording, Patient, StageRun) == [1, 1, 1]
    assert len(arrivals_of(mercy)) == 2


def test_two_files_of_a_signal_become_one_recording(mercy, neck_and_neck):
    files = (ecg_file(), ecg_file(options=OTHER_EXPORT))
    assert race(mercy, *files) == [Outcome.NEW, Outcome.SAME_SIGNAL]
    assert counts(mercy, Recording, Patient, StageRun) == [1, 1, 1]


def test_two_copies_of_a_flat_file_become_one_recording(mercy, neck_and_neck, monkeypatch):
    decode = jobs.decode_limited

    def flattened(data: bytes, **known: Any) -> DecodedEcg:
        decode(data, **known)
        return ecgs.ecg(ecgs.waveform(counts=np.full((5000, 12), 3)))

    monkeypatch.setattr(jobs, "decode_limited", flattened)
    assert race(mercy, ecg_file(), ecg_file()) == [Outcome.NEW, Outcome.SAME_BYTES]
    assert counts(mercy, Recording) == [1]


def test_two_first_recordings_of_a_patient_make_one_patient(mercy, neck_and_neck):
    assert race(mercy, ecg_file(1), ecg_file(2)) == [Outcome.NEW, Outcome.NEW]
    assert counts(mercy, Recording, Patient) == [2, 1]


def cases(organization):
    with inside(organization):
        return list(IdentityCase.objects.values_list("kind", flat=True))


def test_two_patients_of_one_signal_open_one_case(mercy, neck_and_neck):
    other = ecg_file(patient=person(family_name="Bright", identifier="M2"), sop_instance_uid=UID)
    assert race(mercy, ecg_file(), other) == [Outcome.IDENTITY_CONFLICT, Outcome.NEW]
    assert counts(mercy, Recording, Patient) == [1, 1]
    assert cases(mercy) == ["identity_conflict"]


def test_two_signals_of_one_object_name_open_one_case(mercy, neck_and_neck):
    later = LOCAL + dt.timedelta(hours=1)
    files = [ecg_file(1, sop_instance_uid=UID), ecg_file(2, at=later, sop_instance_uid=UID)]
    assert race(mercy, *files) == [Outcome.NEW, Outcome.NEW]
    assert cases(mercy) == ["uid_collision"]


def test_two_signals_that_are_alike_open_one_case(mercy, neck_and_neck):
    assert race(mercy, ecg_file(1), ecg_file(2)) == [Outcome.NEW, Outcome.NEW]
    assert cases(mercy) == ["possible_duplicate"]


def test_two_senders_of_one_delivery_get_one_answer(mercy):
    def send_once(_number):
        try:
            return send(mercy, ecg_file(), idem_key="k")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as senders:
        answers = list(senders.map(send_once, range(4)))
    assert len({answer.ingress.public_id for answer in answers}) == 1
    assert [answer.is_new for answer in answers].count(True) == 1
