"""Sign and next: from the press of the button to the next trace, over the pages themselves."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.reports.actions import save_draft, signed_pdf, viewed_digest
from apps.reports.models import Report, ReportVersion
from apps.reports.pdf.content import Document
from apps.web.demo.organizations import PASSWORD
from apps.web.risk import asked_digits
from tests.bench import files
from tests.bench.cost import Cost
from tests.bench.flow import send
from tests.bench.place import demo_organization, reader_of
from tests.bench.rows import Note, Row, Size, within
from tests.bench.services import is_idle, running, wait_for
from tests.factories import inside

NEXT_MS, PAGE_MS = 300.0, 300.0


def signing(size: Size) -> Iterator[Row | Note]:
    organization = demo_organization()
    with running("ehr", "qcluster", "sweep"):
        for data in files.variants(size.runs + 1):
            send(organization, data)
        wait_for(is_idle)
    browser = Client()
    browser.force_login(reader_of(organization))
    spent = [_sign_one(browser, organization, report) for report in _written(organization)]
    pages, nexts = zip(*spent[:-1], strict=True)
    yield within("the sign page with its first page of print", _middle(pages), PAGE_MS, wall=True)
    yield within("sign and next, to the next trace", _middle(nexts), NEXT_MS, wall=True)
    yield Note(
        "Signing prints and stores the report and its one-page form; the password of the signer is"
        f" checked with the tests' cheap hash. {_sizes(organization)}"
    )


def _written(organization: Any) -> list[Report]:
    """Every open report with a text, in the order they are read."""
    with inside(organization):
        reader, now = reader_of(organization), timezone.now()
        rows = Report.objects.filter(status=Report.Status.DRAFT)
        given = {"text": "Sinus rhythm.\nFirst degree AV block.", "editor": reader, "now": now}
        return [
            save_draft(row, revision=row.draft_revision, **given)
            for row in rows.order_by("priority_rank", "waiting_since", "id")
        ]


def _sign_one(browser: Client, organization: Any, report: Report) -> tuple[Cost, Cost]:
    address = reverse("report-sign", args=[report.public_id])
    picture = reverse("report-page", args=[report.public_id])
    page = _timed(lambda: [_ok(browser.get(address)), _ok(browser.get(picture))])
    with inside(organization):
        proof = {"viewed": viewed_digest(report), "digits": asked_digits(report)}
        proof |= {"username": reader_of(organization).email}
    body = {"revision": report.draft_revision, "password": PASSWORD} | proof
    return page, _timed(lambda: _sign_and_next(browser, address, body | {"then": "next"}))


def _sign_and_next(browser: Client, address: str, body: dict[str, Any]) -> None:
    answer = browser.post(address, body)
    assert answer.status_code == 302
    _ok(browser.get(answer["Location"]))
    if answer["Location"].startswith("/recordings/"):
        name = answer["Location"].rpartition("/")[2]
        _ok(browser.get(reverse("waveform", args=[name])))


def _ok(answer: Any) -> None:
    assert answer.status_code == 200, answer.status_code


def _timed(work: Any) -> Cost:
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return Cost((time.process_time() - cpu) * 1000, (time.perf_counter() - wall) * 1000)


def _middle(costs: Any) -> Cost:
    return Cost(
        statistics.median(one.cpu_ms for one in costs),
        statistics.median(one.wall_ms for one in costs),
    )


def _sizes(organization: Any) -> str:
    with inside(organization):
        version = ReportVersion.objects.order_by("-id").first()
        sizes = [len(signed_pdf(version, document)) // 1000 for document in Document]
    return f"They take {sizes[0]} and {sizes[1]} kB."
