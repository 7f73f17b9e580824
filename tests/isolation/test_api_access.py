"""Every reading function of the API asks for its scope first, and finds nothing but that row."""

from __future__ import annotations

import inspect
import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from apps.integrations.api import queries
from apps.tenants.clients import Caller
from apps.tenants.model_api import Scope
from apps.tenants.models import ApiClient
from tests.factories import inside
from tests.isolation.world import things_of

ASKED = {
    queries.get_file_to_follow: (Scope.FILES_READ, ["arrival"]),
    queries.get_upload_to_send: (Scope.FILES_WRITE, ["sending"]),
    queries.uploads_to_finish: (Scope.FILES_WRITE, []),
    queries.get_site_to_send_from: (Scope.FILES_WRITE, ["site"]),
    queries.get_site_to_submit_from: (Scope.SUBMISSIONS_WRITE, ["site"]),
    queries.get_submission_to_follow: (Scope.SUBMISSIONS_READ, ["submission"]),
    queries.get_recording_to_read: (Scope.RECORDINGS_READ, ["recording"]),
    queries.get_report_to_read: (Scope.REPORTS_READ, ["report"]),
    queries.get_version_to_read: (Scope.REPORTS_READ, ["signed", "version"]),
    queries.recordings: (Scope.RECORDINGS_READ, []),
    queries.organization_to_order_in: (Scope.ORDERS_WRITE, []),
    queries.get_order_to_read: (Scope.ORDERS_READ, ["order"]),
    queries.get_order_to_cancel: (Scope.ORDERS_WRITE, ["order"]),
    queries.orders: (Scope.ORDERS_READ, []),
}
BY_NAME = [read for read, (_, kinds) in ASKED.items() if kinds]


def caller(*scopes):
    return Caller(1, ApiClient(), frozenset(scopes), 1, None)


def test_every_reader_is_tried():
    ours = {
        function
        for _, function in inspect.getmembers(queries, inspect.isfunction)
        if function.__module__ == queries.__name__ and not function.__name__.startswith("_")
    }
    assert ours - {queries.admit} == set(ASKED)


@pytest.mark.parametrize("read", ASKED, ids=lambda read: read.__name__)
def test_who_has_all_other_scopes_is_refused_before_anything_is_read(read):
    scope, _ = ASKED[read]
    parameters = inspect.signature(read).parameters.values()
    needed = [one for one in parameters if one.kind is not inspect.Parameter.KEYWORD_ONLY]
    others = [None] * (len(needed) - 1)
    for asker in (caller(), caller(*(set(Scope) - {scope})), None):
        with pytest.raises(PermissionDenied, match=scope.value):
            read(asker, *others)


@pytest.mark.django_db
@pytest.mark.parametrize("read", BY_NAME, ids=lambda read: read.__name__)
def test_a_name_finds_its_row_and_no_other(read, mercy, lakeside):
    scope, kinds = ASKED[read]
    mine, theirs = things_of(mercy), things_of(lakeside)
    with inside(mercy):
        own = [mine[kind] for kind in kinds]
        assert read(caller(scope), *own).public_id == own[-1]
        for place, kind in enumerate(kinds):
            for name in (theirs[kind], uuid.uuid4()):
                with pytest.raises(Http404):
                    read(caller(scope), *own[:place], name, *own[place + 1 :])
