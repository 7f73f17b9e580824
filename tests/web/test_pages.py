"""Every page: headers, errors in words, routes that are known for what they show."""

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import URLPattern

from apps.web import urls
from apps.web.routes import OPEN, PHI_FREE
from tests.database import committed
from tests.web.pages import NOWHERE, report_of

pytestmark = committed

TEMPLATES = sorted((Path(__file__).parents[2] / "templates/web").rglob("*.html"))


@pytest.fixture
def addresses(recording):
    report = report_of(recording)
    return [
        "/worklist",
        "/arrivals",
        "/upload",
        "/organizations",
        f"/recordings/{recording.public_id}",
        f"/reports/{report.public_id}/sign",
        f"/patients/{recording.patient.public_id}",
    ]


def test_every_page_is_private_and_runs_only_our_own_scripts(client_of, reader, addresses):
    client = client_of(reader)
    for address in addresses:
        headers = client.get(address).headers
        assert headers["Cache-Control"] == "no-store", address
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_no_page_carries_a_script_or_a_style_of_its_own(client_of, reader, addresses):
    client = client_of(reader)
    for address in addresses:
        page = client.get(address).content.decode()
        assert not re.search(r"<script(?![^>]*\ssrc=)", page), address
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=", page), address


def test_every_form_that_writes_carries_its_token(client_of, reader, addresses):
    client = client_of(reader)
    for address in addresses:
        page = client.get(address).content.decode()
        forms = re.findall(r'<form[^>]*method="post".*?</form>', page, re.DOTALL)
        assert forms
        assert all('name="csrfmiddlewaretoken"' in form for form in forms), address


def test_a_signed_out_visitor_is_sent_to_sign_in_from_every_page(client, addresses):
    for address in addresses:
        response = client.get(address)
        assert (response.status_code, response.url.split("?")[0]) == (302, "/sign-in"), address


def test_a_missing_page_says_so_with_a_reference(client_of, reader):
    response = client_of(reader).get(f"/recordings/{NOWHERE}")
    page = response.content.decode()
    assert response.status_code == 404
    assert "It does not exist or is not in Mercy." in page
    reference = re.search(r'Reference <span class="mono">([0-9A-F]{8})</span>', page)[1]
    assert response.headers["X-Trace-Id"].upper().startswith(reference)


def test_a_role_that_may_not_is_told_which_role_it_is(client_of, technician, recording):
    response = client_of(technician).get(f"/reports/{report_of(recording).public_id}/sign")
    assert response.status_code == 403
    assert "Your role (technician) cannot do this." in response.content.decode()


def test_an_address_of_forms_opened_by_hand_says_where_to_go(client_of, reader, recording):
    response = client_of(reader).get(f"/reports/{report_of(recording).public_id}/draft")
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
    assert "open the ECG from the worklist" in response.content.decode()


def test_a_failure_says_nothing_of_its_cause(client_of, reader, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("LINDQVIST 004417882")

    monkeypatch.setattr("apps.web.views.worklist.queries.worklist", broken)
    client = client_of(reader)
    client.raise_request_exception = False
    response = client.get("/worklist")
    page = response.content.decode()
    assert response.status_code == 500
    assert "Something failed on our side" in page
    assert "LINDQVIST" not in page
    assert re.search(r"[0-9A-F]{8}", page)


def test_scripts_are_told_of_an_error_in_a_sentence(client_of, reader):
    answer = client_of(reader).post(
        f"/reports/{NOWHERE}/draft", {"text": "x"}, headers={"Accept": "application/json"}
    )
    assert answer.status_code == 404
    assert answer.json()["message"].startswith("Nothing here. Reference ")


def test_the_health_page_says_one_word(client):
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")


def test_the_root_leads_to_the_worklist(client_of, reader):
    assert client_of(reader).get("/").url == "/worklist"


def test_a_route_that_is_listed_is_listed_for_a_reason():
    assert all((*PHI_FREE.values(), *OPEN.values()))


def test_addresses_name_rows_by_random_ids_only():
    pages = [pattern for pattern in urls.urlpatterns if isinstance(pattern, URLPattern)]
    assert pages
    for pattern in pages:
        assert not re.search("<(int|str|slug|path):", str(pattern.pattern))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_templates_never_switch_escaping_off(template):
    text = template.read_text()
    assert "|safe" not in text
    assert "autoescape off" not in text


def test_an_unsafe_method_is_refused_where_pages_are_read(client_of, reader, addresses):
    client: Client = client_of(reader)
    readable = [address for address in addresses if "sign" not in address]
    for address in readable:
        if address != "/organizations":
            assert client.post(address).status_code == 405, address
