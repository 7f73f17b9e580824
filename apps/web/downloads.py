"""Files of patients, always as attachments; from an address of their own where one is set.

With DOWNLOAD_ORIGIN a page's link leads to that origin, which serves nothing but these files and
knows no cookie. The link names a row among the sessions: random, signed, good for one download
within minutes, and only while the session that asked for it lives and may still see the file.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import get_user
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from apps.tenants.access import Active, active_organization
from apps.tenants.models import User
from apps.web.guard import OrganizationRequest

Handler = Callable[[HttpRequest], HttpResponse]

SECONDS = 5 * 60
HELD = "download"
_signer = signing.Signer(salt="einthoven.download")


@dataclass(frozen=True, slots=True)
class File:
    """Its bytes, at once or piece by piece, and a name without patient data."""

    body: bytes | Iterator[bytes]
    name: str
    content_type: str = "application/pdf"


@dataclass(frozen=True, slots=True)
class Kind:
    """`find` raises Http404 or PermissionDenied; `make` reads the bytes and records the reading."""

    find: Callable[[Active, uuid.UUID], Any]
    make: Callable[[Any, User], File]


@dataclass(frozen=True, slots=True)
class Claim:
    """What a link stands for: one person's reading of one thing in one organization."""

    kind: str
    thing: uuid.UUID
    active: Active
    user: User


def answer(
    request: OrganizationRequest, name: str, kind: Kind, thing: uuid.UUID
) -> HttpResponseBase:
    """The file, or the way to it on the other origin."""
    found = kind.find(request.active, thing)
    if not settings.DOWNLOAD_ORIGIN:
        return attachment(kind.make(found, request.user))
    return HttpResponseRedirect(_link(request, name, thing))


def attachment(file: File) -> HttpResponseBase:
    headers = {
        "Content-Disposition": f'attachment; filename="{file.name}"',
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    made = HttpResponse if isinstance(file.body, bytes) else StreamingHttpResponse
    return made(file.body, content_type=file.content_type, headers=headers)


def _link(request: OrganizationRequest, name: str, thing: uuid.UUID) -> str:
    row = _sessions()()
    row[HELD] = {
        "kind": name,
        "thing": str(thing),
        "session": request.session.session_key,
        "user": request.user.pk,
        "organization": request.active.organization_id,
    }
    row.set_expiry(SECONDS)
    row.create()
    query = urlencode({"link": _signer.sign(row.session_key)})
    return f"{settings.DOWNLOAD_ORIGIN}{reverse('download')}?{query}"


def take(link: str) -> Claim | None:
    """What the link stands for; it is used up. None for one that is used, late or not genuine."""
    try:
        key = _signer.unsign(link)
    except signing.BadSignature:
        return None
    held = _sessions()(key).get(HELD)
    if held is None or not _used_up(key):
        return None
    asker = _asker(held["session"])
    if asker is None or asker[0].pk != held["user"]:
        return None
    user, active = asker
    if active is None or active.organization_id != held["organization"]:
        return None
    return Claim(held["kind"], uuid.UUID(held["thing"]), active, user)


def _used_up(key: str) -> bool:
    """True for one caller only."""
    rows = _sessions().get_model_class().objects.filter(session_key=key)
    return bool(rows.delete()[0])


def _asker(session_key: str) -> tuple[User, Active | None] | None:
    """Who is signed in with that session now, and where."""
    looked_at = HttpRequest()
    looked_at.session = _sessions()(session_key)
    looked_at.user = user = get_user(looked_at)
    if not isinstance(user, User):
        return None
    return user, active_organization(looked_at)


def _sessions() -> Any:
    return import_module(settings.SESSION_ENGINE).SessionStore


def on_download_origin(request: HttpRequest) -> bool:
    origin = settings.DOWNLOAD_ORIGIN
    return bool(origin) and request.get_host() == urlsplit(origin).netloc


class SeparateOrigin:
    """On the downloads' host there is one address; the pages are not there."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if on_download_origin(request):
            request.urlconf = "apps.web.download_urls"
        return self.get_response(request)
