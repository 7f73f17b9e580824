"""A burst of one organization does not hold up another's file on its whole way."""

from __future__ import annotations

import pytest

from apps.core import drain
from apps.ingestion.models import Ingress
from apps.reports.models import Report
from tests.database import committed
from tests.factories import inside, make_waveform
from tests.ingestion.files import PLAIN, ecg_file, send

pytestmark = committed

BURST = 12
# Its turn is one behind the burst's first; what is ahead of it is at most one file of each turn.
AHEAD = 2


@pytest.fixture
def burst(mercy, lakeside):
    for number in range(BURST):
        send(mercy, ecg_file(make_waveform(rate_hz=250, seed=number), PLAIN))
    return send(lakeside, ecg_file(make_waveform(rate_hz=250, seed=BURST), PLAIN))


def work_until_a_report(organization):
    while True:
        lease = drain._claim_next()
        assert lease is not None, "everything is done and there is no report"
        drain.work(lease)
        with inside(organization):
            if Report.objects.exists():
                return


def test_a_file_behind_a_burst_is_a_report_while_the_burst_still_waits(mercy, lakeside, burst):
    work_until_a_report(lakeside)
    with inside(mercy):
        begun = Ingress.objects.exclude(state="received").count()
    assert begun <= AHEAD
