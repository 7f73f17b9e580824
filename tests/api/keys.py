"""Programs of an organization, and requests as they send them."""

from __future__ import annotations

import itertools

from django.test import Client

from apps.tenants.clients import add_client
from apps.tenants.model_api import Scope
from tests.factories import inside, make_user

ALL = list(Scope)
_numbers = itertools.count(1)


def make_client(organization, *scopes, **given):
    """A client and its key; with every scope unless some are named."""
    by = make_user(organization, "administrator")
    with inside(organization):
        return add_client(f"Program {next(_numbers)}", scopes or ALL, by=by, **given)


def key_of(organization, *scopes, **given):
    return make_client(organization, *scopes, **given)[1]


class Program:
    """Sends a key with every request and nothing else."""

    def __init__(self, key, **extra):
        self.key = key
        self.client = Client(headers={"Authorization": f"Bearer {key}"} if key else {}, **extra)

    def get(self, path, **query):
        return self.client.get(f"/api/v1/{path}", query)

    def send(self, body=b"an ecg", path="files", kind="application/octet-stream", **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(f"/api/v1/{path}", body, content_type=kind, headers=named)


def program_of(organization, *scopes, **given):
    return Program(key_of(organization, *scopes, **given))
