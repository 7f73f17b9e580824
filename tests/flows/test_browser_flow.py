"""The main job in a browser: upload, read, sign, delivered; and nothing of it elsewhere."""

from __future__ import annotations

import base64
import datetime as dt
import re
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from pydicom.data import get_testdata_file

from apps.billing.models import Meter, Price
from apps.inference.actions import register_builtin_rules
from tests.database import committed
from tests.factories import PASSWORD, inside
from tests.flows.running import Platform, running_platform
from tests.flows.visitor import Visitor
from tests.integrations.sent import make_destination, payloads, stored
from tests.simulators.ehr_process import running_ehr

pytestmark = [committed, pytest.mark.browser, pytest.mark.slow]

ECG = Path(str(get_testdata_file("waveform_ecg.dcm", download=False)))
# What the file says of its patient, and what the sender called the other one.
SECRETS = ("Anonymous", "642341", "1971-01-23", "waveform_ecg", "quillfeather")
READING = "Sinus rhythm, 70/min. Normal intervals."

TRACE_PIXELS = """() => {
  const canvas = document.querySelectorAll('.ecg canvas')[1];
  const name = getComputedStyle(document.querySelector('.ecg')).getPropertyValue('--trace').trim();
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(name.slice(at, at + 2), 16));
  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  let found = 0;
  for (let i = 0; i < data.length; i += 4)
    if (data[i] === r && data[i + 1] === g && data[i + 2] === b && data[i + 3] === 255) found += 1;
  return found;
}"""


@pytest.fixture
def people(reader, technician, stranger):
    return {"reader": reader.email, "technician": technician.email, "stranger": stranger.email}


@pytest.fixture
def ehr(tmp_path):
    with running_ehr(tmp_path / "ehr") as running:
        yield running


@pytest.fixture
def platform(mercy, people, ehr, tmp_path):
    """Mercy with an algorithm, prices and an EHR, and everything running."""
    make_destination(mercy, ehr.port)
    with inside(mercy):
        register_builtin_rules(mercy)
        for meter in Meter:
            Price.objects.create(
                organization=mercy,
                meter=meter,
                unit_price=Decimal("1.50"),
                currency="GBP",
                effective_from=dt.date(2020, 1, 1),
            )
    with running_platform(tmp_path / "platform") as running:
        yield running


@pytest.fixture
def visit(platform: Platform, chromium: Browser):
    visitors = []

    def come_in(email: str) -> Visitor:
        visitor = Visitor(chromium, platform.url, SECRETS)
        visitors.append(visitor)
        visitor.sign_in(email)
        return visitor

    yield come_in
    for visitor in visitors:
        visitor.leave()


def upload(technician: Visitor, *files: Path) -> None:
    """Both files to their outcome, each with its stages."""
    technician.go("/upload")
    page = technician.page
    page.set_input_files("#id_file", [str(path) for path in files])
    rows = page.locator("ul[aria-label=Files] .file")
    good, bad = rows.filter(has_text=files[0].name), rows.filter(has_text=files[1].name)
    expect(good).to_contain_text("Ready", timeout=60_000)
    expect(good.locator(".stages li")).to_have_count(5)
    expect(good.locator(".stages li:not([data-state=done])")).to_have_count(0)
    expect(bad).to_contain_text("Refused", timeout=60_000)
    expect(bad.locator(".file-message")).to_have_text(re.compile(r"\w+ \w+ \w+.*Reference"))
    technician.look()


def open_first_study(reader: Visitor) -> str:
    """The study's path, its trace drawn."""
    reader.go("/worklist")
    page = reader.page
    row = page.locator("[data-row]")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("642341")
    row.get_by_role("link").first.click()
    page.wait_for_selector(".ecg[data-drawn]")
    assert page.evaluate(TRACE_PIXELS) > 2000
    expect(page.locator("#measurements")).to_contain_text("QTc")
    expect(page.get_by_text("unconfirmed").first).to_be_visible()
    reader.look()
    return page.url.removeprefix(reader.url)


def write_and_sign(reader: Visitor, email: str) -> None:
    page = reader.page
    page.get_by_role("textbox", name="Interpretation").fill(READING)
    expect(page.locator("[data-draft-state]")).to_contain_text("Draft saved")
    page.get_by_role("button", name="Sign…").click()
    page.wait_for_url("**/sign")
    expect(page.locator("main")).to_contain_text(READING)
    reader.look()
    reader.expected.add(400)
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was signed")
    reader.look()
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign", exact=True).click()
    page.wait_for_url("**/recordings/*")


def see_it_delivered(reader: Visitor) -> None:
    page = reader.page
    expect(page.locator("#deliveries")).to_contain_text("Acknowledged", timeout=60_000)
    versions = page.get_by_role("region", name="Versions")
    expect(versions.get_by_role("listitem")).to_have_count(1)
    expect(versions).to_contain_text("Dr Ada Reader")
    expect(versions).to_contain_text(re.compile(r"SHA-256 [0-9a-f]{64}"))
    expect(page.locator(".banner")).to_contain_text("Signed")
    reader.look()


def download(reader: Visitor) -> tuple[str, bytes]:
    """The signed PDF's path and bytes."""
    link = reader.page.get_by_role("region", name="Versions").get_by_role("link", name="PDF")
    path = link.get_attribute("href")
    answer = reader.context.request.get(reader.url + path)
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    return path, answer.body()


def look_back(reader: Visitor, study: str) -> None:
    """What the organization makes of it: dashboards, how files come in, the patient's timeline."""
    page = reader.page
    reader.go("/dashboards")
    table = page.get_by_role("group", name="Volume by day")
    expect(table).not_to_be_visible()
    page.get_by_text("Show as table").first.focus()
    page.keyboard.press("Enter")
    expect(table).to_be_visible()
    reader.look()
    reader.go("/ingestion")
    expect(page.get_by_role("group", name="Files by path")).to_contain_text("Web upload")
    reader.go(study)
    page.get_by_role("link", name="Timeline").click()
    expect(page.get_by_role("group", name="Timeline")).to_contain_text("Locked")
    reader.look()
    reader.go(study)


def see_nothing(stranger: Visitor, *paths: str) -> None:
    expect(stranger.page.locator("main")).to_contain_text("Nothing to read")
    expect(stranger.page.locator("[data-row]")).to_have_count(0)
    for path in paths:
        stranger.go_expecting(404, path)
        expect(stranger.page.locator("body")).not_to_contain_text("642341")


def test_from_upload_to_the_delivered_report_and_nothing_elsewhere(
    visit, people, platform, tmp_path
):
    notes = tmp_path / "quillfeather-notes.txt"
    notes.write_text("Rota for the week\n")
    upload(visit(people["technician"]), ECG, notes)
    reader = visit(people["reader"])
    study = open_first_study(reader)
    write_and_sign(reader, people["reader"])
    see_it_delivered(reader)
    look_back(reader, study)
    report, pdf = download(reader)
    see_nothing(visit(people["stranger"]), study, f"{study}/waveform", report)
    [entry] = stored(tmp_path / "ehr")
    assert (entry["patient_id"], entry["status"]) == ("642341", "F")
    [message] = payloads(tmp_path / "ehr")
    assert READING.encode() in message
    assert base64.b64encode(pdf) in message
    assert not [word for word in SECRETS if word in platform.logged()]
