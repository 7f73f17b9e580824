import http.client

import pytest

from .ehr_process import oru, running_ehr

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def ehr(tmp_path_factory):
    with running_ehr(tmp_path_factory.mktemp("ehr"), "--http", "0") as running:
        running.exchange(oru("P1", SCRIPT), oru("P2", "MRN-2"))
        yield running


def get(ehr, path, host="127.0.0.1"):
    connection = http.client.HTTPConnection("127.0.0.1", ehr.http_port, timeout=5)
    connection.request("GET", path, headers={"Host": host})
    response = connection.getresponse()
    return response, response.read().decode()


def test_the_banner_names_both_ports(ehr):
    expected = f"simulated EHR listening on 127.0.0.1:{ehr.port}, http://127.0.0.1:{ehr.http_port}"
    assert ehr.banner.strip() == expected


def test_results_are_listed_newest_first(ehr):
    response, page = get(ehr, "/")
    assert response.status == 200
    assert "2 results." in page
    assert page.index("MRN-2") < page.index("P1</td>")


def test_one_result_shows_its_observations(ehr):
    key = get(ehr, "/")[1].split("/results/")[1][:40]
    response, page = get(ehr, f"/results/{key}")
    assert response.status == 200
    assert "<td>Heart rate</td><td>61</td><td>/min</td><td>F</td>" in page
    assert "<td>EKG impression</td><td>Sinus rhythm</td><td></td><td>F</td>" in page


def test_content_of_messages_is_never_markup(ehr):
    page = get(ehr, "/")[1]
    assert SCRIPT not in page
    assert "&lt;script&gt;" in page


def test_the_page_may_load_nothing_but_its_style(ehr):
    response, _ = get(ehr, "/")
    policy = response.headers["Content-Security-Policy"]
    assert policy == "default-src 'none'; style-src 'self'; frame-ancestors 'none'"
    assert response.headers["Cache-Control"] == "no-store"
    assert get(ehr, "/style.css")[0].headers["Content-Type"].startswith("text/css")


@pytest.mark.parametrize("path", ["/results/x", "/results/../index.jsonl", "/favicon.ico"])
def test_anything_else_is_not_found(ehr, path):
    assert get(ehr, path)[0].status == 404


def test_a_foreign_host_name_is_not_answered(ehr):
    assert get(ehr, "/", host="evil.example")[0].status == 404
