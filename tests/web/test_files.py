"""Pages about files: stopped ones, their release, originals, and all arrivals of one hash."""

from __future__ import annotations

import datetime as dt
import hashlib
import html
import re
import uuid
from dataclasses import replace

import pytest
from django.utils import timezone

from apps.audit.models import AuditEvent
from apps.core import leases
from apps.core.leases import Leased
from apps.ingestion.model_share import ShareSource
from apps.ingestion.model_share_file import ShareFile
from apps.ingestion.models import DicomObject, Ingress, ProcessingRules
from apps.tenants.models import SigningKey
from tests.api.keys import make_client
from tests.database import committed
from tests.factories import inside, make_ingress
from tests.ingestion.archives import packed
from tests.ingestion.files import bring_in, codes_of, ecg_file, process_waiting, reloaded

pytestmark = committed

SECOND, HOUR = dt.timedelta(seconds=1), dt.timedelta(hours=1)
NAMES = ("0.dcm", "1.dcm", "2.dcm")


def rules(organization, **fields):
    with inside(organization):
        ProcessingRules.objects.update_or_create(organization=organization, defaults=fields)


def text_of(answer):
    return html.unescape(re.sub(r"<[^>]*>", "", answer.content.decode()))


@pytest.fixture
def browser(client_of, technician):
    return client_of(technician)


def test_refused_and_given_up_files_are_listed_and_run_again(mercy, browser):
    refused = bring_in(mercy, b"Rota", filename="rota.txt")
    dead = make_ingress(mercy, state=Leased.State.DEAD, error_code="stored-bytes-missing")
    page = text_of(browser.get("/arrivals/stopped"))
    assert "unknown-format" in page
    assert "stored-bytes-missing" in page
    names = [str(refused.public_id), str(dead.public_id)]
    answer = browser.post("/arrivals/stopped", {"a": names}, follow=True)
    assert "2 files are back in the queue" in text_of(answer)
    assert {reloaded(row).state for row in (refused, dead)} == {"received"}
    assert codes_of(mercy).count("ingestion.file.replayed") == 2


def lose_lease(row):
    """Its worker died as often as a file is tried."""
    with inside(row.organization):
        changed = {"state": "processing", "attempts": 5, "lease_token": uuid.uuid4()}
        Ingress.objects.filter(pk=row.pk).update(**changed, lease_until=timezone.now() - HOUR)
    assert leases.reclaim(Ingress) == 1


def use_up(row):
    """Its work failed as often as a file is tried."""
    lease = leases.claim_row(Ingress, row.pk)
    with inside(row.organization):
        leases.release(replace(lease, attempts=5), "decoder-unavailable")


def find_nothing(row):
    """Its storage is there and holds another file's bytes only."""
    bring_in(row.organization, b"Rota")


GIVEN_UP = {
    "lease-lost": lose_lease,
    "decoder-unavailable": use_up,
    "stored-bytes-missing": find_nothing,
}


@pytest.mark.parametrize("code", sorted(GIVEN_UP))
def test_a_file_says_when_and_why_it_was_given_up_then_and_after_it_ran_again(mercy, browser, code):
    row, before = make_ingress(mercy), timezone.now() - SECOND
    GIVEN_UP[code](row)
    given_up = reloaded(row)
    assert given_up.state == "dead"
    assert before < given_up.available_at < timezone.now() + SECOND
    page, moment = (
        f"/arrivals/{row.public_id}",
        f'datetime="{given_up.available_at:%Y-%m-%dT%H:%M:%S}',
    )
    for _ in ("then", "after"):
        shown = browser.get(page).content.decode()
        [told] = re.findall(r"<b>Given up</b>(.*?)</li>", shown, re.DOTALL)
        assert moment in told
        assert f"code: {code}" in told
        browser.post("/arrivals/stopped", {"a": str(row.public_id)})
    assert shown.index("Given up") < shown.index("File put back in the queue")


def test_a_file_that_was_refused_was_not_given_up(mercy, browser):
    row = bring_in(mercy, b"Rota")
    browser.post("/arrivals/stopped", {"a": str(row.public_id)})
    shown = browser.get(f"/arrivals/{row.public_id}").content.decode()
    assert "File put back in the queue" in shown
    assert "<b>Given up</b>" not in shown


def test_older_stopped_files_are_on_the_next_page(mercy, browser, monkeypatch):
    monkeypatch.setattr("apps.ingestion.file_queries.PAGE", 2)
    for name in NAMES:
        make_ingress(mercy, state=Leased.State.DEAD, filename=name)
    answer = browser.get("/arrivals/stopped")
    assert [name in text_of(answer) for name in NAMES] == [False, True, True]
    older = re.search(r'href="([^"]+)" rel="next"', answer.content.decode())[1]
    second = text_of(browser.get(html.unescape(older)))
    assert [name in second for name in NAMES] == [True, False, False]
    assert "Older" not in second


def test_one_file_is_run_again_from_its_own_page(mercy, browser):
    row = bring_in(mercy, b"Rota")
    answer = browser.post("/arrivals/stopped", {"a": str(row.public_id), "back": "yes"})
    assert answer.url == f"/arrivals/{row.public_id}"
    process_waiting()
    assert reloaded(row).state == "quarantined"


def test_a_held_file_is_released_by_an_administrator_with_a_reason(
    mercy, browser, client_of, admin_user
):
    rules(mercy, unscanned="hold")
    row = bring_in(mercy, ecg_file())
    address = f"/arrivals/{row.public_id}"
    assert browser.post(f"{address}/release", {"reason": "ours"}).status_code == 403
    admin = client_of(admin_user)
    assert admin.post(f"{address}/release", {"reason": " "}).status_code == 409
    assert admin.post(f"{address}/release", {"reason": "Our own cart"}).status_code == 302
    process_waiting()
    assert reloaded(row).outcome == Ingress.Outcome.NEW
    assert "Our own cart" in text_of(admin.get(address))


def test_an_original_leaves_only_once_it_may(mercy, browser):
    rules(mercy, unscanned="hold")
    row = bring_in(mercy, b"Rota")
    address = f"/arrivals/{row.public_id}/original"
    assert browser.get(address).status_code == 403
    rules(mercy, unscanned="pass")
    answer = browser.get(address)
    assert answer.content == b"Rota"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert codes_of(mercy)[-1] == "ingestion.original.downloaded"


def test_a_document_is_not_opened_while_the_rules_hold_what_is_not_scanned(mercy, browser):
    row = bring_in(mercy, b"%PDF-1.7 about a trace\n%%EOF")
    assert (row.outcome, row.format) == ("document", "pdf")
    address = f"/arrivals/{row.public_id}/document.pdf"
    assert browser.get(address).content.startswith(b"%PDF-1.7 about")
    rules(mercy, unscanned="hold")
    assert browser.get(address).status_code == 404


def test_a_file_shows_every_transition_in_order(mercy, browser):
    row = bring_in(mercy, ecg_file())
    page = text_of(browser.get(f"/arrivals/{row.public_id}"))
    words = ["File accepted", "Checked for malware", "File decoded", "Recording created"]
    places = [page.index(word) for word in [*words, "File linked to a recording"]]
    assert places == sorted(places)
    assert "Not scanned by antivirus" in page


def test_one_page_by_hash_tells_doors_senders_patient_and_transitions(
    mercy, lakeside, browser, technician
):
    data = ecg_file()
    bring_in(mercy, data, source="smb")
    bring_in(mercy, data, sender=technician, filename="again.dcm")
    bring_in(lakeside, data, filename="elsewhere.dcm")
    sha256 = hashlib.sha256(data).hexdigest()
    assert browser.get("/by-hash", {"sha256": sha256.upper()}).url == f"/by-hash/{sha256}"
    page = text_of(browser.get(f"/by-hash/{sha256}"))
    assert "2 arrivals of the same" in page
    assert "elsewhere.dcm" not in page
    for word in ("File share", "Web upload", "Tim Technician", "ASHDOWN", "Already here"):
        assert word in page, word
    with inside(mercy):
        event = AuditEvent.objects.filter(code="ecg.arrivals.viewed").order_by("-seq").first()
    assert sha256 in event.details


def test_a_file_tells_the_device_the_share_and_the_key_it_came_by(mercy, browser):
    data, client = ecg_file(), make_client(mercy)[0]
    with inside(mercy):
        key = SigningKey.objects.create(
            organization=mercy, client=client, version=2, public_key="00" * 32, fingerprint="a" * 64
        )
        share = ShareSource.objects.create(organization=mercy, name="Ward carts")
    by_cart, by_share = bring_in(mercy, data, source="dicom"), bring_in(mercy, data, source="smb")
    with inside(mercy):
        titles = {"calling_title": "CART7", "called_title": "MERCY_ECG"}
        DicomObject.objects.create(organization=mercy, ingress=by_cart, **titles)
        Ingress.objects.filter(pk=by_share.pk).update(signing_key=key)
        lying = {"size": 1, "version": "1", "path_sealed": b"x", "ingress": by_share}
        times = dict.fromkeys(("first_seen_at", "unchanged_since", "last_seen_at"), timezone.now())
        ShareFile.objects.create(organization=mercy, source=share, **lying, **times)
    page = text_of(browser.get(f"/by-hash/{by_cart.sha256}"))
    for words in (
        "AE title CART7, calling MERCY_ECG",
        f"share Ward carts · signed by {client}, key 2",
    ):
        assert words in page
    assert "share Ward carts" in text_of(browser.get(f"/arrivals/{by_share.public_id}"))


@pytest.mark.parametrize("wrong", ["hello", "a" * 63, "g" * 64])
def test_what_is_no_hash_is_told(browser, wrong):
    answer = browser.get("/by-hash", {"sha256": wrong})
    assert answer.status_code == 400
    assert "no SHA-256" in text_of(answer)
    assert browser.get(f"/by-hash/{wrong}").status_code == 404


def test_an_archive_and_its_files_lead_to_one_another(mercy, browser):
    row = bring_in(mercy, packed({"one.dcm": ecg_file(1)}), filename="ward.zip")
    with inside(mercy):
        member = Ingress.objects.get(parent_id=row.pk)
    page = browser.get(f"/arrivals/{row.public_id}").content.decode()
    assert f'href="/arrivals/{member.public_id}"' in page
    assert "ward.zip" in text_of(browser.get(f"/arrivals/{member.public_id}"))


def test_a_file_whose_bytes_are_not_yet_taken_over_has_a_page_without_a_hash(mercy, browser):
    row = make_ingress(mercy, sha256="")
    page = browser.get(f"/arrivals/{row.public_id}")
    assert page.status_code == 200
    assert b'href="/by-hash/' not in page.content
