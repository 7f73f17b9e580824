"""One request of the table of routes, and all that its answer tells."""

from __future__ import annotations

import copy
import re
from unittest.mock import patch

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.isolation.routes import Route

# New with each request, or as long as the id in the body.
OF_EACH = {"X-Trace-Id", "Content-Length"}


class Counted:
    """How many statements were sent; what they say is not kept."""

    count = 0

    def __call__(self, execute, *sent):
        self.count += 1
        return execute(*sent)


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
        queries = Counted()
        with connection.execute_wrapper(queries), transaction.atomic():
            response = getattr(self.client, self.row.method.lower())(path, data, **headers)
            transaction.set_rollback(True)
        self.client.cookies = cookies
        return response, queries.count

    def status(self, thing) -> int:
        """Where nothing else is looked at, what a refusal says is not drawn."""
        with patch("apps.web.views.errors.render", undrawn):
            return self(thing)[0].status_code


def undrawn(_request, _template, _context, status):
    return HttpResponse(status=status)


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
