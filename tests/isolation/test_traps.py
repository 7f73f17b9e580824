"""Work that outlives the request's transaction sees nothing, unless it opens one of its own."""

from __future__ import annotations

import pytest

from apps.core.scope import ScopeError
from apps.ecg.models import Patient
from tests.database import committed
from tests.factories import inside, make_patient
from tests.isolation import trap_views

pytestmark = committed


@pytest.fixture
def get(settings, client_of, reader, mercy, lakeside):
    settings.ROOT_URLCONF = "tests.isolation.trap_views"
    trap_views.seen.clear()
    make_patient(mercy, family_name="Mercyman")
    make_patient(lakeside, family_name="Lakesider")
    client = client_of(reader)
    client.raise_request_exception = False
    return lambda name: client.get(f"/{name}/")


def text(response):
    return b"".join(response.streaming_content).decode()


def test_a_page_shows_its_own_organization(get):
    assert get("plain").content == b"Mercyman"


def test_a_template_rendered_late_still_sees_its_rows(get):
    assert get("late_template").content.split() == [b"Mercyman"]


def test_a_careless_stream_sees_no_row(get):
    assert text(get("careless_stream")) == "0"


def test_a_stream_outside_the_scope_is_refused(get):
    with pytest.raises(ScopeError):
        text(get("unscoped_stream"))


def test_a_stream_that_enters_its_scope_again_sees_its_rows(get):
    assert text(get("careful_stream")) == "Mercyman"


def test_a_careless_callback_sees_no_row(get):
    assert get("careless_callback").content == b"1"
    assert trap_views.seen == [0]


def test_a_callback_with_a_transaction_sees_its_rows(get):
    get("careful_callback")
    assert trap_views.seen == [1]


def test_a_request_that_fails_leaves_no_half_done_work(get, mercy):
    assert get("failing").status_code == 500
    with inside(mercy):
        assert [p.family_name for p in Patient.objects.all()] == ["Mercyman"]


def test_nothing_is_left_over_for_the_next_request(get, client_of, stranger):
    get("plain")
    assert client_of(stranger).get("/plain/").content == b"Lakesider"
    assert trap_views.count_rows() == 0
