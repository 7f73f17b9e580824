"""One request of the table of routes, and all that its answer tells."""

from __future__ import annotations

import copy
import re

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.isolation.routes import Route

# New with each request, or as long as the id in the body.
OF_EACH = {"X-Trace-Id", "Content-Length"}


class Asker:
    """Sends a row's request, with headers as WSGI names them, and undoes whatever it did."""

    def __init__(self, row: Route, client: Client) -> None:
        self.row, self.client = row, client

    def __call__(self, thing, **headers):
        place, _, field = self.row.place.partition(":")
        if self.row.kind == "hash" and not isinstance(thing, str):
            thing = thing.hex * 2
        path = reverse(self.row.name, args=[thing] if self.row.kind and place == "path" else [])
        data = dict(self.row.data)
        if place != "path":
            data[field] = str(thing)
        if self.row.name == "upload-files":
            data["file"] = SimpleUploadedFile("ecg.dcm", b"not an ecg")
        cookies = copy.deepcopy(self.client.cookies)
        with CaptureQueriesContext(connection) as queries, transaction.atomic():
            response = getattr(self.client, self.row.method.lower())(path, data, **headers)
            transaction.set_rollback(True)
        self.client.cookies = cookies
        return response, len(queries)


def shown(response, thing):
    """Status, headers, cookies and body, without the id asked for and what is new each time."""
    given = sorted(item for item in response.headers.items() if item[0] not in OF_EACH)
    head = [response.status_code, *given, *sorted(response.cookies)]
    text = "\n".join([*map(str, head), response.content.decode(errors="replace")])
    text = text.replace(f"/{thing}/" if isinstance(thing, int) else str(thing), "/ID/")
    text = re.sub(r"[\d-]{10}T[\d:.]+", "NOW", text)
    text = re.sub(r'="\d+">\d+:\d\d</span> left', "LEFT", text)
    text = re.sub(
        r'^{"id": "[0-9a-f-]{36}", "state": "open"', '{"id": "A NEW ONE"', text, flags=re.MULTILINE
    )
    text = re.sub(r"\?view=[0-9a-f-]{36}", "?view=A NEW ONE", text)
    text = re.sub(r'(name="csrfmiddlewaretoken" value=|"token": )"\w+"', "", text)
    return re.sub(r"\b[0-9A-F]{8}\b", "REFERENCE", text).splitlines()
