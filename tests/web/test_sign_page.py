"""Before the password: the pages as they are printed, and where the reader differs."""

from __future__ import annotations

import re

import pytest

from tests.database import committed, raw_connection
from tests.factories import inside
from tests.web.kept import find_beats, move
from tests.web.pages import events, measure, report_of, sign_now

pytestmark = committed


@pytest.fixture
def browser(client_of, reader):
    return client_of(reader)


def page_of(browser, recording):
    return browser.get(f"/reports/{report_of(recording).public_id}/sign").content.decode()


def pictures(page):
    return re.findall(r'<img src="([^"]+/page\.png[^"]+)"', page)


def test_every_page_of_the_document_is_shown_and_each_look_recorded(browser, mercy, recording):
    found = pictures(page_of(browser, recording))
    assert len(found) >= 2
    for address in found:
        answer = browser.get(address.replace("&amp;", "&"))
        assert answer["Content-Type"] == "image/png"
        assert answer["Cache-Control"] == "no-store"
    assert len(events(mercy, "reports.report.previewed")) == len(found)


@pytest.mark.parametrize("number", ["0", "99", "-1", "x", "1" * 9])
def test_a_page_that_is_not_there_is_not_found(browser, recording, number):
    address = f"/reports/{report_of(recording).public_id}/page.png"
    assert browser.get(address).status_code == 200
    assert browser.get(address, {"number": number}).status_code == 404


def test_what_a_reader_changed_is_listed_beside_the_machines(browser, recording, reader):
    assert "no number was changed and no statement overridden" in page_of(browser, recording)
    measure(recording, rr_ms=1000, qrs_ms=92)
    find_beats(recording)
    move(browser, recording, "qrs_off", 72)
    page = page_of(browser, recording)
    assert f'<b>QRS</b> 112 ms <span class="muted">machine 92 ms · {reader.full_name}' in page


def test_both_documents_of_a_signed_report_are_a_click_away(browser, recording, reader):
    sign_now(recording, reader)
    page = browser.get(f"/recordings/{recording.public_id}").content.decode()
    names = re.findall(r'href="([^"]+)">(Download report|One-page form)</a>', page)
    bodies = {name: browser.get(address).content for address, name in names}
    assert set(bodies) == {"Download report", "One-page form"}
    assert all(body.startswith(b"%PDF-") for body in bodies.values())
    assert len(set(bodies.values())) == 2


def test_a_version_from_before_there_were_forms_offers_none(browser, recording, reader):
    version = sign_now(recording, reader).versions
    with inside(recording.organization):
        name = version.get().public_id
    with raw_connection("owner") as raw, raw.transaction():
        raw.execute("ALTER TABLE reports_reportversion DISABLE TRIGGER USER")
        raw.execute("ALTER TABLE reports_reportversion NO FORCE ROW LEVEL SECURITY")
        raw.execute("UPDATE reports_reportversion SET form_sha256 = ''")
        raw.execute("ALTER TABLE reports_reportversion FORCE ROW LEVEL SECURITY")
        raw.execute("ALTER TABLE reports_reportversion ENABLE TRIGGER USER")
    assert "One-page form" not in browser.get(f"/recordings/{recording.public_id}").content.decode()
    assert browser.get(f"/report-versions/{name}/form.pdf").status_code == 404
