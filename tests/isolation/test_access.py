"""Every reading function asks for its permission first, and finds by name nothing but that row."""

from __future__ import annotations

import inspect
import uuid
from importlib import import_module

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from apps.ecg.queries import (
    get_measurement_to_strike,
    get_patient_to_view,
    get_recording_to_measure,
    get_recording_to_view,
)
from apps.ingestion.case_queries import get_case_to_resolve
from apps.ingestion.file_queries import get_arrival_to_release, get_original_to_download
from apps.ingestion.mismatches import get_mismatch_to_decide
from apps.ingestion.orders.queries import (
    get_order_case_to_resolve,
    get_order_message_to_download,
    get_recording_to_reorder,
)
from apps.ingestion.queries import get_arrival_to_view, get_document_to_view
from apps.ingestion.upload_queries import get_upload_to_send
from apps.reports.criticals import get_result_to_acknowledge
from apps.reports.on_call import get_list_to_cover
from apps.reports.queries import (
    get_listed_report,
    get_report_to_edit,
    get_report_to_hand_on,
    get_report_to_retract,
    get_report_to_sign,
    get_report_to_submit,
    get_report_to_unlock,
    get_report_to_view,
    get_version_to_read,
)
from apps.reports.retractions import get_retraction_to_decide
from apps.tenants.access import Active
from apps.tenants.entry_queries import (
    get_entry_to_end,
    get_entry_to_export,
    get_entry_to_view,
)
from apps.tenants.models import Membership, Site
from apps.tenants.queries import Place, get_site_to_send_from, place_in, places_of
from apps.web.trail import get_patient_to_audit, get_person_to_audit, get_report_to_audit
from tests.factories import inside
from tests.isolation.permitted import modules_of
from tests.isolation.world import things_of

HOLDERS = {"active", "platform"}
LAYERS = ("ecg", "inference", "ingestion", "integrations", "reports", "tenants", "web")
# What is asked for before anything is read, where it is not to see recordings.
OTHERS = {
    "get_measurement_to_strike": "edit_report",
    "get_recording_to_measure": "edit_report",
    "get_listed_report": "edit_report",
    "get_report_to_edit": "edit_report",
    "get_report_to_hand_on": "hand_on_report",
    "assign": "hand_on_report",
    "get_report_to_sign": "sign_report",
    "get_report_to_submit": "submit_report",
    "get_site_to_send_from": "upload_files",
    "recent_uploads_of": "upload_files",
    "unfinished_uploads_of": "upload_files",
    "open_cases": "resolve_identity",
    "decided_cases": "resolve_identity",
    "counts_by_kind": "resolve_identity",
    "get_case_to_resolve": "resolve_identity",
    "copies_of": "resolve_identity",
    "named_by": "resolve_identity",
    "entries_of": "view_entries",
    "looked_at": "view_entries",
    "platform_entries": "view_platform_entries",
    "get_entry_to_decide": "approve_entry",
    "get_entry_to_use": "ask_entry",
    "get_entry_to_view": "view_entries",
    "get_entry_to_export": "export_entries",
    "get_entry_to_end": "end_entry",
    "get_arrival_to_release": "release_files",
    "get_original_to_download": "download_originals",
    "stopped_files": "replay",
    "stopped_named": "replay",
    "get_upload_to_send": "upload_files",
    "get_result_to_acknowledge": "acknowledge_critical",
    "overrides": "view_overrides",
    "set_policy": "change_reading",
    "set_lock_rules": "change_reading",
    "open_order_cases": "resolve_identity",
    "decided_order_cases": "resolve_identity",
    "count_of_order_cases": "resolve_identity",
    "get_order_case_to_resolve": "resolve_identity",
    "orders_to_choose": "resolve_identity",
    "refused_messages": "resolve_identity",
    "get_order_message_to_download": "download_originals",
    "get_recording_to_reorder": "resolve_identity",
    "mismatches": "resolve_identity",
    "mismatches_of": "resolve_identity",
    "get_mismatch_to_decide": "resolve_identity",
    "lists": "view_on_call",
    "get_list_to_cover": "hand_over",
    "get_shift_to_strike": "hand_over",
    "add_list": "change_on_call",
    "add_shift": "change_on_call",
    "hand_over": "hand_over",
    "set_ladder": "change_escalation",
    "views_of": "view_dashboards",
    "permit_view": "view_dashboards",
    "figures_of": "view_dashboards",
    "get_retraction_to_decide": "approve_retraction",
    "waiting_retractions": "approve_retraction",
    "get_report_to_unlock": "unlock_report",
    "get_report_to_retract": "ask_retraction",
    "get_addendum_to_sign": "sign_report",
    "searched": "edit_report",
    "get_template_to_fill": "edit_report",
    "get_patient_to_audit": "view_audit_trail",
    "get_report_to_audit": "view_audit_trail",
    "get_person_to_audit": "view_audit_trail",
    "patients_numbered": "view_audit_trail",
    "people": "view_audit_trail",
    "trail": "view_audit_trail",
    "get_template_to_change": "use_templates",
    "save_template": "use_templates",
}
# The person's own place in the active organization: everyone who is in it has one. What a reader's
# own page and its list hide is asked of that reader, and shows nothing; whether a button is shown
# reads nothing.
OPEN = {"permit", "place_in", "places_of", "hidden_by", "hidden_from", "hidden_on_lists"}
OPEN |= {"may_assign"}

FOUND_BY_NAME = {
    get_arrival_to_release: "arrival",
    get_arrival_to_view: "arrival",
    get_entry_to_end: "entry",
    get_entry_to_export: "entry",
    get_entry_to_view: "entry",
    get_original_to_download: "arrival",
    get_result_to_acknowledge: "critical",
    get_upload_to_send: "upload",
    get_case_to_resolve: "case",
    get_document_to_view: "document",
    get_measurement_to_strike: "kept",
    get_order_case_to_resolve: "order-case",
    get_order_message_to_download: "order-message",
    get_recording_to_reorder: "recording",
    get_patient_to_view: "patient",
    get_patient_to_audit: "patient",
    get_person_to_audit: "person",
    get_report_to_audit: "report",
    get_recording_to_measure: "recording",
    get_listed_report: "report",
    get_recording_to_view: "recording",
    get_report_to_edit: "report",
    get_report_to_hand_on: "report",
    get_report_to_sign: "report",
    get_report_to_submit: "report",
    get_report_to_unlock: "report",
    get_report_to_retract: "report",
    get_report_to_view: "report",
    get_list_to_cover: "duty",
    get_mismatch_to_decide: "mismatch",
    get_retraction_to_decide: "retraction",
    get_site_to_send_from: "site",
    get_version_to_read: "version",
}

# Who reads them, where it is not a reader.
ROLES = {
    get_report_to_submit: "trainee",
    get_case_to_resolve: "technician",
    get_order_case_to_resolve: "technician",
    get_order_message_to_download: "technician",
    get_recording_to_reorder: "technician",
    get_upload_to_send: "technician",
    get_original_to_download: "technician",
    get_arrival_to_release: "administrator",
    get_entry_to_end: "administrator",
    get_entry_to_export: "administrator",
    get_entry_to_view: "administrator",
    get_mismatch_to_decide: "technician",
    get_patient_to_audit: "auditor",
    get_person_to_audit: "auditor",
    get_report_to_audit: "auditor",
}


def _asked_of(read):
    return list(inspect.signature(read).parameters)


def readers():
    for module in map(import_module, modules_of(*LAYERS)):
        for name, function in inspect.getmembers(module, inspect.isfunction):
            ours = function.__module__ == module.__name__ and not name.startswith("_")
            if ours and name not in OPEN and HOLDERS & set(_asked_of(function)):
                yield function


READERS = list(readers())


class Nobody:
    """May nothing, and remembers what was asked."""

    def __init__(self):
        self.asked = []

    def may(self, action):
        self.asked.append(action)
        return False


@pytest.mark.django_db
@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
def test_who_may_not_is_refused_before_anything_is_read(read):
    nobody = Nobody()
    _, *others = inspect.signature(read).parameters.values()
    named = {given.name: None for given in others if given.kind is given.KEYWORD_ONLY}
    with pytest.raises(PermissionDenied):
        read(nobody, *[None] * (len(others) - len(named)), **named)
    assert nobody.asked == [OTHERS.get(read.__name__, "view_recordings")]


def test_every_reader_is_tried():
    assert len(READERS) > 20
    by_name = {read for read in READERS if _asked_of(read)[:2] == ["active", "public_id"]}
    assert by_name == set(FOUND_BY_NAME)


@pytest.mark.django_db
@pytest.mark.parametrize("read", FOUND_BY_NAME, ids=lambda read: read.__name__)
def test_a_name_finds_its_row_and_no_other(read, mercy, lakeside):
    mine, theirs = things_of(mercy), things_of(lakeside)
    kind = FOUND_BY_NAME[read]
    active = Active(mercy.pk, ROLES.get(read, "reader"))
    with inside(mercy):
        assert read(active, mine[kind]).public_id == mine[kind]
        for name in (theirs[kind], uuid.uuid4()):
            with pytest.raises(Http404):
                read(active, name)


@pytest.mark.django_db
def test_a_person_works_at_the_own_place_whoever_joined_first(mercy, technician, reader):
    with inside(mercy):
        site = Site.objects.create(organization=mercy, name="Ward")
        Membership.objects.filter(user=reader).update(site=site)
        active = Active(mercy.pk, "reader")
        assert place_in(active, places_of(active, reader)) == Place(mercy, site)
        assert place_in(active, places_of(active, technician)) == Place(mercy, None)
        entered = Active(mercy.pk, "entered", entered=True)
        assert place_in(entered, places_of(entered, reader)).site is None
