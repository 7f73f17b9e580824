"""What the policy hides, from whom, and until when."""

from __future__ import annotations

import pytest
from django.utils import timezone

from apps.reports.models import ReadingPolicy
from apps.reports.reading_first import (
    NothingSaid,
    hidden_by,
    hidden_from,
    hidden_on_lists,
    record_impression,
)
from apps.tenants.access import Active
from tests.factories import inside
from tests.reports.signing import report_of, sign_recording

ALL = {"model", "device", "platform"}


@pytest.mark.parametrize(
    ("role", "policy", "hidden"),
    [
        ("reader", "off", set()),
        ("reader", None, set()),
        ("reader", "ai", {"model"}),
        ("trainee", "ai_and_device", ALL),
        ("technician", "ai_and_device", set()),
        ("administrator", "ai_and_device", set()),
    ],
)
def test_the_policy_hides_from_who_reads(role, policy, hidden):
    assert hidden_on_lists(Active(1, role), policy) == hidden


def test_of_no_report_yet_it_hides_too_and_of_a_signed_one_nothing(mercy, reader, recording):
    active = Active(mercy.pk, "reader")
    with inside(mercy):
        ReadingPolicy.objects.create(organization=mercy, read_first="ai")
        assert hidden_from(active, None, reader) == {"model"}
        assert hidden_from(active, report_of(recording), reader) == {"model"}
        record_impression(report_of(recording), reader, "Sinus rhythm.", timezone.now())
        assert hidden_from(active, report_of(recording), reader) == set()
    sign_recording(recording, reader)
    assert hidden_by(active, "ai", report_of(recording), said=False) == set()


def test_an_impression_has_words(mercy, reader, recording):
    with inside(mercy), pytest.raises(NothingSaid):
        record_impression(report_of(recording), reader, " ", timezone.now())
