"""What people do with the canary patient's file, step by step."""

from __future__ import annotations

import re

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.ecg.models import Recording
from apps.integrations.models import Destination
from apps.reports.models import Report
from tests.factories import PASSWORD, inside
from tests.flows.canary import FILENAME, NOTE, tokens_in
from tests.web.pages import account_of


def upload(browser, data, name=FILENAME):
    return browser.post(reverse("upload-files"), {"file": SimpleUploadedFile(name, data)})


def only(model, organization):
    with inside(organization):
        return model.objects.get()


def destination(organization, port):
    with inside(organization):
        return Destination.objects.create(
            organization=organization,
            name="EHR",
            host="127.0.0.1",
            port=port,
            transport=Destination.Transport.PRIVATE,
        )


def write_and_sign(browser, report, password=PASSWORD):
    """The draft's form, then the signing page's with what it carries hidden."""
    page = reverse("report-draft", args=[report.public_id])
    browser.post(page, {"text": NOTE, "revision": report.draft_revision})
    page = reverse("report-sign", args=[report.public_id])
    shown = browser.get(page).content.decode()
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', shown))
    assert "revision" in hidden
    proof = {"username": account_of(browser), "password": password}
    return browser.post(page, hidden | proof)


def read_everything(browser, organization):
    """Every page about the patient; they do name the patient, or nothing here is proven."""
    report = only(Report, organization)
    with inside(organization):
        recording = Recording.objects.select_related("patient").get()
    pages = [
        reverse("worklist"),
        reverse("arrivals"),
        reverse("recording", args=[recording.public_id]),
        reverse("waveform", args=[recording.public_id]),
        reverse("trace", args=[recording.public_id]),
        reverse("patient", args=[recording.patient.public_id]),
        reverse("report-sign", args=[report.public_id]),
        reverse("report-preview", args=[report.public_id]),
    ]
    answers = [browser.get(page) for page in pages]
    assert {answer.status_code for answer in answers} == {200}
    seen = tokens_in(b"".join(answer.content for answer in answers))
    assert {"zyxquill", "vorblat", "qx-77519-j", "kryptowax"} <= set(seen)
