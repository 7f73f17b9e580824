"""Experimental formats: refused with a reason of their own, or taken and marked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apps.ingestion import jobs
from apps.ingestion.models import ExperimentalFormat, Ingress
from tests.database import committed
from tests.factories import inside
from tests.ingestion.files import bring_in, ecg_file

pytestmark = committed


@pytest.fixture(autouse=True)
def unproven(monkeypatch):
    """Every file is read by a decoder that no real file proves."""
    decode = jobs.decode_limited
    monkeypatch.setattr(
        jobs,
        "decode_limited",
        lambda data, **known: replace(decode(data, **known), experimental=True),
    )


def switch(organization, is_on):
    with inside(organization):
        ExperimentalFormat.objects.create(
            organization=organization, format="dicom", is_on=is_on, reason="Tried here"
        )


def test_without_the_switch_it_is_refused_with_its_own_reason(mercy, lakeside):
    switch(mercy, False)
    switch(lakeside, True)
    row = bring_in(mercy, ecg_file())
    assert (row.outcome, row.error_code) == (Ingress.Outcome.QUARANTINED, "experimental-format")
    assert "administrator can switch the format on" in row.refusal_message
    assert row.refusal_checks


def test_with_the_switch_it_is_taken_and_says_so(mercy):
    switch(mercy, True)
    recording = bring_in(mercy, ecg_file()).recording
    assert recording.is_experimental
    assert "experimental-format" in {warning["code"] for warning in recording.warnings}
