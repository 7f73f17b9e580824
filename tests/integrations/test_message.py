"""What a message says of a signed version: the frozen content and nothing else."""

from __future__ import annotations

import base64

import hl7
import pytest

from apps.ecg.models import Patient
from apps.inference.actions import register_builtin_rules
from apps.integrations.actions import HL7
from apps.integrations.message import build_message, standing_numbers
from apps.integrations.models import Delivery
from apps.reports.actions import signed_pdf
from apps.reports.models import ReadingPolicy, ReportVersion
from apps.reports.pdf.content import Document
from apps.tenants import blobs
from tests.database import committed
from tests.factories import inside
from tests.inference.subjects import NUMBERS
from tests.integrations.sent import deliveries_of, make_destination, queue_messages
from tests.reports.full_recording import make_full_recording
from tests.reports.signing import amend_recording, sign_recording

pytestmark = committed


@pytest.fixture
def full(mercy):
    with inside(mercy):
        register_builtin_rules(mercy)
    return make_full_recording(mercy)


def messages_of(organization):
    rows = deliveries_of(organization)
    return [hl7.parse(blobs.get(organization.pk, HL7, row.message_sha256).decode()) for row in rows]


def sent(organization, recording, reader, **destination):
    make_destination(organization, **destination)
    sign_recording(recording, reader, "Sinus rhythm.\n\nPR & QRS as <before>.")
    queue_messages()
    [message] = messages_of(organization)
    return message


def observations(message, kind):
    return [row for row in message.segments("OBX") if str(row(2)) == kind]


def test_sender_receiver_and_mode_are_the_destinations(mercy, full, reader):
    message = sent(mercy, full, reader, processing_id="T")
    header = [str(message.segment("MSH")(number)) for number in (3, 4, 5, 6, 9, 11, 12)]
    assert header == ["EINTHOVEN", "mercy", "SIMEHR", "WARD", "ORU^R01^ORU_R01", "T", "2.5.1"]


def test_patient_order_and_status_are_the_signed_ones(mercy, full, reader):
    message = sent(mercy, full, reader)
    assert str(message.segment("PID")(3)) == "MRN-88^^^MERCY^MR"
    assert (str(message.segment("PID")(7)), str(message.segment("PID")(8))) == ("19560702", "F")
    assert str(message.segment("OBR")(3)) == str(full.public_id)
    assert str(message.segment("OBR")(25)) == "F"
    assert str(message.segment("OBR")(7)) == "20260701081530+0000"


def test_the_platforms_numbers_are_sent_exactly(mercy, full, reader):
    numbers = observations(sent(mercy, full, reader), "NM")
    assert len(numbers) == len(NUMBERS)
    values = {str(row(3)).split("^")[0]: str(row(5)) for row in numbers}
    assert (values["8625-6"], values["QTC_FRIDERICIA"]) == ("240.5", "421")


def test_the_interpretation_is_sent_line_by_line(mercy, full, reader):
    message = sent(mercy, full, reader)
    lines = [message.unescape(str(row(5))) for row in observations(message, "TX")]
    assert lines == ["Sinus rhythm.", "PR & QRS as <before>."]


def test_machine_statements_are_not_sent_as_findings(mercy, full, reader):
    make_destination(mercy, includes_pdf=False)
    sign_recording(full, reader)
    queue_messages()
    assert "ABNORMAL ECG" not in str(messages_of(mercy)[0])


def test_the_pdf_in_the_message_is_the_signed_one(mercy, full, reader):
    [document] = observations(sent(mercy, full, reader), "ED")
    encoded = str(document(5)).split("^")[-1]
    with inside(mercy):
        assert base64.b64decode(encoded) == signed_pdf(ReportVersion.objects.get())


def test_a_destination_may_do_without_the_pdf(mercy, full, reader):
    assert observations(sent(mercy, full, reader, includes_pdf=False), "ED") == []


def test_an_amendment_is_sent_whole_and_as_a_correction(mercy, full, reader):
    sent(mercy, full, reader)
    amend_recording(full, reader, "Left axis deviation.")
    queue_messages()
    message = messages_of(mercy)[1]
    assert str(message.segment("OBR")(25)) == "C"
    assert {str(row(11)) for row in message.segments("OBX")} == {"C"}
    assert len(observations(message, "NM")) == len(NUMBERS)


def test_a_message_built_again_is_the_same_to_the_byte(mercy, full, reader):
    sent(mercy, full, reader)
    with inside(mercy):
        Patient.objects.update(family_name="Renamed")
        row = Delivery.objects.select_related(
            "destination", "report_version__report__organization"
        ).get()
        assert build_message(row) == blobs.get(mercy.pk, HL7, row.message_sha256)


def test_the_form_is_sent_where_the_organization_says_so(mercy, full, reader):
    with inside(mercy):
        ReadingPolicy.objects.create(organization=mercy, ehr_document="form")
    message = sent(mercy, full, reader)
    [row] = observations(message, "ED")
    encoded = str(row(5)).split("^")[-1]
    with inside(mercy):
        form = signed_pdf(ReportVersion.objects.get(), Document.FORM)
    assert base64.b64decode(encoded) == form


def test_a_readers_number_is_sent_in_place_of_the_machines():
    rows = [
        {"name": "qrs_ms", "value": "92", "source": "platform", "method": "m"},
        {"name": "qrs_ms", "value": "75", "source": "device", "method": ""},
        {"name": "pr_ms", "value": "160", "source": "platform", "method": "m"},
        {"name": "qrs_ms", "value": "112", "source": "human", "method": "borders moved"},
    ]
    sent_numbers = [(row.name, row.value, row.method) for row in standing_numbers(rows)]
    assert sent_numbers == [("qrs_ms", 112, "borders moved"), ("pr_ms", 160, "m")]
