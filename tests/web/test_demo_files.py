"""The demo's recordings: every format holds the same ECG, and each is taken in."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from apps.ecg.formats import decode
from apps.ecg.formats.canonical import DecodedEcg
from apps.ingestion.models import Ingress
from apps.web.demo.cases import LAKESIDE, MERCY, QUESTIONS, Case
from apps.web.demo.files import demo_file, name_of
from tests.database import committed
from tests.factories import inside
from tests.ingestion.files import bring_in

NOW = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)
EVERY = (*MERCY, *QUESTIONS, *LAKESIDE)
OTHERS = tuple(case for case in EVERY if case.format != "dicom")


def written(case: Case) -> bytes:
    return demo_file(case, now=NOW, zone="Europe/London", authority="mercy-mrn")


def nanovolts(ecg: DecodedEcg) -> dict[str, list[int]]:
    counts = ecg.rhythm.counts.astype(object)
    columns = enumerate(ecg.rhythm.leads)
    return {lead.name: list(counts[:, place] * lead.nv_per_lsb) for place, lead in columns}


def test_the_demo_shows_several_formats_under_names_of_their_own() -> None:
    assert {case.format for case in EVERY} == {"dicom", "aecg", "scp"}
    names = [name_of(case) for case in EVERY]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("case", OTHERS, ids=lambda case: case.format)
def test_a_format_holds_the_same_signal_patient_and_time(case: Case) -> None:
    found, usual = decode(written(case)), decode(written(replace(case, format="dicom")))
    assert found.format != usual.format
    assert np.array_equal(nanovolts(found)["V1"], nanovolts(usual)["V1"])
    assert nanovolts(found).keys() == nanovolts(usual).keys()
    assert found.acquired_local == usual.acquired_local
    assert found.patient.identifier == case.person.identifier
    assert written(case) == written(case)


@committed
@pytest.mark.parametrize("case", OTHERS, ids=lambda case: case.format)
def test_every_format_of_the_demo_becomes_a_synthetic_recording_of_its_patient(
    mercy, case: Case
) -> None:
    row = bring_in(mercy, written(case), filename=name_of(case))
    assert row.outcome == Ingress.Outcome.NEW
    with inside(mercy):
        assert row.recording.patient.family_name == case.person.family_name
        assert row.recording.is_synthetic
