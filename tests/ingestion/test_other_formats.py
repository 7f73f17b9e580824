"""Every format comes in by the same door, is decoded in the limited child, and is one ECG."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from apps.core.leases import Leased
from apps.ecg import waveforms
from apps.ecg.formats.canonical import DecodedEcg
from apps.ecg.formats.cardiosoft.writer import write_cardiosoft
from apps.ecg.formats.contec.writer import write_contec
from apps.ecg.formats.mortara.writer import write_mortara
from apps.ecg.formats.schiller.writer import write_schiller
from apps.ecg.formats.scp.writer import ScpOptions, write_scp
from apps.ecg.models import Recording
from apps.ingestion.models import ExperimentalFormat, Ingress
from tests.database import committed
from tests.factories import inside
from tests.formats.ecgs import ecg, waveform
from tests.ingestion.files import bring_in

pytestmark = committed

Outcome = Ingress.Outcome
DAY = dt.datetime(2026, 3, 2, 9, 30)  # noqa: DTZ001 - a cart writes local time
WRITERS = {
    "scp-ecg": write_scp,
    "cardiosoft-xml": write_cardiosoft,
    "schiller-xml": write_schiller,
    "mortara-xml": write_mortara,
}


def source(rate: int = 500, hours: int = 0) -> DecodedEcg:
    rhythm = waveform(nv_per_lsb=Decimal(5000), rate=rate)
    return ecg(rhythm, acquired_local=DAY + dt.timedelta(hours=hours), measurements=())


def test_one_ecg_in_four_formats_is_one_recording(mercy):
    with inside(mercy):
        for name in WRITERS:
            ExperimentalFormat.objects.create(organization=mercy, format=name, is_on=True)
    rows = [bring_in(mercy, write(source())) for write in WRITERS.values()]
    assert [row.outcome for row in rows] == [Outcome.NEW] + [Outcome.SAME_SIGNAL] * 3
    with inside(mercy):
        assert Recording.objects.get().format == "scp-ecg"


def test_limb_leads_alone_are_a_recording_too(mercy):
    row = bring_in(mercy, write_contec(source(800)))
    assert row.state == Leased.State.DONE
    assert row.recording.lead_names == ["I", "II", "III", "aVR", "aVL", "aVF"]
    assert row.recording.format == "contec-ecg90a"
    with inside(mercy):
        kept = waveforms.load(row.recording, "rhythm")
    assert kept.samples == 8000


def test_a_damaged_file_is_quarantined_with_its_field(mercy):
    row = bring_in(mercy, write_scp(source(), ScpOptions(huffman=False))[:-100])
    assert row.state == Leased.State.QUARANTINED
    assert (row.error_code, row.refusal_field) == ("truncated", "Record")
