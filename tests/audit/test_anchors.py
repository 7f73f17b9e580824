"""One anchor a day for each organization, made once, and missed when it is gone."""

from __future__ import annotations

import json
import stat

import pytest

from apps.audit.anchors.anchor import BadAnchor, parse
from apps.audit.anchors.folder import FolderAnchors
from apps.audit.models import AuditCount
from tests.audit.anchoring import DAY, anchor, events_of, failures, proofs, today
from tests.audit.conftest import LENGTH, record_events
from tests.database import committed
from tests.factories import inside

pytestmark = committed


def file_of(anchors, organization, day=None):
    return anchors / str(organization.public_id) / f"{day or today()}.json"


def replace(file, change):
    """As who owns the folder could."""
    fields = json.loads(file.read_bytes())
    change(fields)
    file.unlink()
    file.write_text(json.dumps(fields))


def test_an_anchor_names_the_end_of_the_chain_and_every_event(chain, anchors, mercy):
    assert anchor(mercy) == [today().isoformat()]
    found = parse(file_of(anchors, mercy).read_bytes())
    assert (found.organization, found.seq, found.count) == (str(mercy.public_id), LENGTH, LENGTH)
    assert (found.previous, found.first) == ("", 1)
    assert len(found.leaves) == 32 * LENGTH
    assert found.software


def test_a_second_call_makes_nothing(chain, anchors, mercy):
    anchor(mercy)
    before = file_of(anchors, mercy).read_bytes()
    record_events(mercy, 2)
    assert anchor(mercy) == []
    assert file_of(anchors, mercy).read_bytes() == before
    assert len(events_of(mercy, "audit.anchor.made")) == 1


def test_each_organization_has_its_own(chain, anchors, mercy, lakeside):
    record_events(lakeside, 1)
    anchor(mercy)
    anchor(lakeside)
    assert parse(file_of(anchors, lakeside).read_bytes()).seq == 1
    assert failures(mercy) == failures(lakeside) == []


def test_the_next_anchor_goes_on_where_the_last_ended(chain, anchors, mercy):
    anchor(mercy, today() - DAY)
    anchor(mercy)
    first, second = (parse(file_of(anchors, mercy, d).read_bytes()) for d in (today() - DAY, None))
    assert (second.first, second.seq) == (first.seq + 1, first.seq + 1)
    assert second.previous
    assert proofs(mercy)["anchors"].looked_at == 2


def test_days_that_were_missed_are_made_up_for_and_say_when(chain, anchors, mercy):
    anchor(mercy, today() - 4 * DAY)
    assert anchor(mercy) == [str(today() - DAY * back) for back in (3, 2, 1, 0)]
    late = parse(file_of(anchors, mercy, today() - 2 * DAY).read_bytes())
    assert late.made_at.startswith(today().isoformat())
    assert failures(mercy) == []


def test_an_anchors_file_is_read_only_and_never_replaced(anchors):
    store = FolderAnchors(anchors)
    assert store.put("a/2026-03-02.json", b"first")
    assert not store.put("a/2026-03-02.json", b"second")
    assert store.read("a/2026-03-02.json") == b"first"
    assert stat.S_IMODE((anchors / "a/2026-03-02.json").stat().st_mode) == 0o400
    assert [path.name for path in (anchors / "a").iterdir()] == ["2026-03-02.json"]


def test_a_crash_between_file_and_event_is_made_good(chain, anchors, mercy, monkeypatch):
    from apps.audit.anchors import make

    def killed(_data):
        raise MemoryError

    with monkeypatch.context() as crash:
        crash.setattr(make, "_note", killed)
        with pytest.raises(MemoryError):
            anchor(mercy)
    assert events_of(mercy, "audit.anchor.made") == []
    anchor(mercy)
    assert len(events_of(mercy, "audit.anchor.made")) == 1
    assert failures(mercy) == []


def test_a_missing_anchor_is_named_by_the_chain_and_by_its_successor(chain, anchors, mercy):
    for back in (2, 1, 0):
        anchor(mercy, today() - DAY * back)
    file_of(anchors, mercy, today() - DAY).unlink()
    assert failures(mercy) == [f"the anchor of {today() - DAY} is missing"]
    file_of(anchors, mercy).unlink()
    assert failures(mercy) == [f"the anchor of {today() - DAY} is missing"]


def test_one_that_is_made_while_the_trail_is_proven_is_not_missed(chain, anchors, mercy):
    from apps.audit.anchors.store import anchor_store
    from apps.audit.proof import prove

    anchor(mercy, today() - DAY)
    names = anchor_store().names()
    anchor(mercy)
    found = prove(mercy.pk, str(mercy.public_id), anchor_store(), names)
    assert {proof.failure for proof in found.values()} == {""}


def test_anchors_that_stopped_are_missed(chain, anchors, mercy):
    anchor(mercy, today() - 3 * DAY)
    assert failures(mercy) == [f"the anchor of {today() - 2 * DAY} is missing"]


def test_that_nobody_ever_anchored_is_noticed_after_a_day(chain, anchors, mercy):
    from apps.audit.anchors import check
    from apps.audit.anchors.trail import AnchorTrail

    kept = check.Kept(AnchorTrail(()))
    store = FolderAnchors(anchors)
    with inside(mercy):
        soon = check.missing_anchor(store, kept, str(mercy.public_id), today() + DAY)
        late = check.missing_anchor(store, kept, str(mercy.public_id), today() + 2 * DAY)
    assert (soon.failure, late.failure) == ("", "no anchor was ever made")


@pytest.mark.parametrize("field", ["seq", "mac", "day", "leaves", "previous", "key", "signature"])
def test_a_changed_anchor_has_no_valid_signature(chain, anchors, mercy, field):
    anchor(mercy)
    old = {"seq": 3, "leaves": "0" * 32 * LENGTH, "day": "2020-01-01"}
    replace(file_of(anchors, mercy), lambda fields: fields.update({field: old.get(field, "AA==")}))
    (failure,) = failures(mercy)
    assert failure == f"the anchor of {today()} has no valid signature"


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"null", b'{"signature": 1}', b"\xff"])
def test_bytes_that_are_no_anchor_are_refused(data):
    with pytest.raises(BadAnchor):
        parse(data)


def test_another_organizations_anchor_does_not_stand_in(chain, anchors, mercy, lakeside):
    record_events(lakeside, LENGTH)
    anchor(mercy)
    anchor(lakeside)
    file = file_of(anchors, mercy)
    file.unlink()
    file.write_bytes(file_of(anchors, lakeside).read_bytes())
    assert failures(mercy) == [f"the anchor of {today()} is of another organization or day"]


def test_an_anchor_signed_anew_with_the_key_is_not_the_one_the_chain_names(chain, anchors, mercy):
    anchor(mercy)
    file = file_of(anchors, mercy)
    file.unlink()
    anchor_again(anchors, mercy)
    assert failures(mercy) == [f"the anchor of {today()} was replaced"]


def anchor_again(anchors, organization):
    from apps.audit.anchors import make

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(make, "_note", lambda _data: None)
        anchor(organization)


def test_a_former_key_still_proves_what_it_signed(chain, anchors, mercy, settings):
    import base64

    from apps.audit.signing import public_key

    anchor(mercy)
    former = base64.b64encode(public_key()).decode()
    settings.EXPORT_SIGNING_KEY = base64.b64encode(b"k" * 32).decode()
    assert failures(mercy) == [f"the anchor of {today()} has no valid signature"]
    settings.AUDIT_PUBLIC_KEYS = [former]
    assert failures(mercy) == []


def test_the_job_counts_the_day_before_without_names(chain, anchors, mercy):
    anchor(mercy)
    anchor(mercy, today() + DAY)
    with inside(mercy):
        counted = dict(AuditCount.objects.filter(day=today()).values_list("code", "events"))
    assert counted == {"ecg.recording.viewed": LENGTH, "audit.anchor.made": 1}
