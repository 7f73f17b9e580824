"""What persons set aside stays set aside: a file held for one thing after another gets through."""

from __future__ import annotations

from django.utils import timezone

from apps.ingestion.malware import may_be_opened
from apps.ingestion.models import Ingress, ProcessingRules
from apps.ingestion.quarantine import release, take_the_files_word
from tests.database import committed
from tests.factories import inside
from tests.ingestion.archives import packed
from tests.ingestion.files import bring_in, ecg_file, process_waiting, reloaded

pytestmark = committed

OTHER = {"identifier": "MRN-1", "family_name": "Smith"}


def holding(organization):
    with inside(organization):
        return ProcessingRules.objects.create(organization=organization, unscanned="hold")


def let_go(action, row, *, by):
    with inside(row.organization):
        action(row, reason="Seen to", by=by, now=timezone.now())
    process_waiting()
    return reloaded(row)


def test_a_file_held_unscanned_and_then_for_its_sender_is_linked(mercy, admin_user, technician):
    rules = holding(mercy)
    row = bring_in(mercy, ecg_file(), source="ehr", stated=OTHER)
    assert row.error_code == "not-scanned"
    row = let_go(release, row, by=admin_user)
    assert row.error_code == "sender-names-other-patient"
    row = let_go(take_the_files_word, row, by=technician)
    assert (row.state, row.outcome) == ("done", Ingress.Outcome.NEW)
    assert may_be_opened(row, rules)


def test_the_release_of_an_unscanned_archive_is_that_of_what_is_in_it(mercy, admin_user):
    holding(mercy)
    row = bring_in(mercy, packed({"1.dcm": ecg_file(1), "2.dcm": ecg_file(2)}))
    assert row.error_code == "not-scanned"
    row = let_go(release, row, by=admin_user)
    with inside(mercy):
        members = list(row.members.select_related("released_by").order_by("member"))
    assert [member.outcome for member in members] == ["new", "new"]
    assert {member.released_by for member in members} == {admin_user}
    assert {member.release_reason for member in members} == {"Seen to"}
