"""XML files through the door: recordings like any other, linked by their signal."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.ecg.formats.aecg.writer import write_aecg
from apps.ecg.formats.muse.writer import MuseOptions, write_muse
from apps.ecg.formats.philips.writer import write_philips
from apps.ecg.models import Measurement
from apps.ingestion.models import Ingress
from tests.database import committed
from tests.factories import inside
from tests.formats.ecgs import ecg, waveform
from tests.ingestion.files import LOCAL, bring_in, person

pytestmark = committed

Outcome = Ingress.Outcome


def source():
    rhythm = waveform(nv_per_lsb=Decimal(5000), counts=waveform().counts // 3)
    return ecg(rhythm, patient=person(assigning_authority=""), acquired_local=LOCAL)


@pytest.mark.parametrize("write", [write_muse, write_philips, write_aecg])
def test_a_file_becomes_a_recording_with_its_numbers(mercy, write):
    row = bring_in(mercy, write(source()), filename="ecg.xml")
    assert row.outcome == Outcome.NEW
    assert row.recording.lead_names[:2] == ["I", "II"]
    with inside(mercy):
        assert Measurement.objects.get(name="heart_rate_bpm", source="device").value == 67


def test_the_same_signal_in_three_formats_is_one_recording(mercy):
    files = [write(source()) for write in (write_muse, write_philips, write_aecg)]
    rows = [bring_in(mercy, data, filename="ecg.xml") for data in files]
    assert len({row.recording for row in rows}) == 1
    assert rows[0].outcome == Outcome.NEW


def test_a_damaged_file_is_quarantined_with_its_field(mercy):
    data = write_muse(source(), MuseOptions()).replace(b"<LeadDataCRC32>", b"<LeadDataCRC32>1", 1)
    row = bring_in(mercy, data, filename="ecg.xml")
    assert (row.outcome, row.refusal_field) == (
        Outcome.QUARANTINED,
        "RestingECG/Waveform/LeadData/LeadDataCRC32",
    )
