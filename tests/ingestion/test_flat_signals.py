"""A flat signal equals every other one: it proves no identity."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from apps.ecg.formats.canonical import DecodedEcg
from apps.ecg.models import Recording
from apps.ingestion.models import Ingress
from tests.database import committed
from tests.factories import inside
from tests.formats import ecgs
from tests.ingestion.files import OTHER_EXPORT, bring_in, ecg_file, person

pytestmark = committed

Outcome = Ingress.Outcome


@pytest.fixture(autouse=True)
def flat_once_decoded(monkeypatch):
    """Decoders refuse most flat files; a format that lets one through must not merge people."""
    from apps.ingestion import jobs

    decode = jobs.decode_limited

    def flattened(data: bytes, **known: Any) -> DecodedEcg:
        found = decode(data, **known)
        flat = ecgs.waveform(counts=np.full((5000, 12), 3))
        return DecodedEcg(flat.kind, found.decoder, flat, patient=found.patient)

    monkeypatch.setattr(jobs, "decode_limited", flattened)


def test_two_patients_flat_signals_are_two_recordings(mercy):
    first = bring_in(mercy, ecg_file())
    second = bring_in(mercy, ecg_file(patient=person(family_name="Bright", identifier="M2")))
    assert first.outcome == second.outcome == Outcome.NEW
    assert first.recording.canonical_hash == second.recording.canonical_hash
    assert not first.recording.links_by_hash
    assert first.recording.patient_id != second.recording.patient_id


def test_one_patients_flat_signals_are_two_recordings(mercy):
    bring_in(mercy, ecg_file())
    assert bring_in(mercy, ecg_file(options=OTHER_EXPORT)).outcome == Outcome.NEW
    with inside(mercy):
        assert Recording.objects.count() == 2


def test_the_same_flat_file_is_still_the_same_file(mercy):
    first = bring_in(mercy, ecg_file())
    again = bring_in(mercy, ecg_file())
    assert (again.outcome, again.recording) == (Outcome.SAME_BYTES, first.recording)
