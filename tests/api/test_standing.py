"""Every state a submission and its file can be in is one of five statuses."""

from __future__ import annotations

import pytest

from apps.core.leases import Leased
from apps.ingestion.models import Ingress
from apps.integrations.models import Submission
from apps.integrations.submissions.standing import STATUSES, standing_of


@pytest.mark.parametrize("state", Leased.State.values)
@pytest.mark.parametrize("host", ["", "files.example"])
def test_every_state_of_a_file_is_a_status(state, host):
    file = Ingress(state=state, attempts=0, outcome="new", error_code="x")
    row = Submission(state="done", host=host, ingress=file)
    assert standing_of(row).status in STATUSES
    assert standing_of(Submission(state=state)).status in STATUSES


@pytest.mark.parametrize(
    ("code", "status"),
    [("egress-host", "rejected"), ("fetch-status-404", "rejected"), ("lease-lost", "failed")],
)
def test_what_the_sender_can_mend_is_rejected_and_the_rest_failed(code, status):
    assert standing_of(Submission(state="dead", error_code=code)).status == status


def test_what_was_begun_never_goes_back_to_requested():
    waiting = Ingress(state="received", attempts=0)
    assert standing_of(Submission(state="received", attempts=1)).status == "in-progress"
    fetched = Submission(state="done", host="files.example", ingress=waiting)
    assert standing_of(fetched).status == "in-progress"
    assert standing_of(Submission(state="done", ingress=waiting)).status == "requested"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("fetch-status-404", "The host answered 404."),
        ("fetch-status-302", "Redirects are not followed"),
        ("egress-name", "name is not known"),
        ("lease-lost", ""),
    ],
)
def test_what_went_wrong_at_the_senders_host_is_said(code, words):
    message = standing_of(Submission(state="dead", error_code=code)).message
    assert words in message
    assert bool(message) is bool(words)
