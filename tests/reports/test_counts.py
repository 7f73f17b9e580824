"""What waits is counted for whom it waits, and what is done is not counted."""

from __future__ import annotations

import pytest
from django.utils import timezone

from apps.audit.models import Alarm
from apps.ingestion.models import IdentityCase
from apps.reports.counts import counts
from apps.tenants.access import Active
from tests.factories import inside
from tests.isolation.rows import make_row


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "alarms", "cases"),
    [("administrator", 1, 1), ("technician", 1, 1), ("reader", 0, 0)],
)
def test_open_alarms_and_questions_are_counted_for_who_handles_them(
    mercy, reader, recording, role, alarms, cases
):
    for ended in (None, timezone.now()):
        make_row(Alarm, mercy, code="queue.waiting", resolved_at=ended)
    for state in (IdentityCase.State.OPEN, IdentityCase.State.CLOSED):
        make_row(IdentityCase, mercy, recording=recording, other=None, chosen=None, state=state)
    with inside(mercy):
        found = counts(Active(mercy.pk, role), reader)
    assert (found.alarms, found.cases) == (alarms, cases)
