"""The door of the API: a key is shown with every request, and its organization's scope opened."""

from __future__ import annotations

import json
from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from apps.audit.actions import record_alone
from apps.core import revocation
from apps.core.client_certificate import NoCertificate, shown_certificate
from apps.core.network import household_of
from apps.core.scope import organization_scope
from apps.integrations.api.problems import API, CONTENT_TYPE, problem
from apps.integrations.submissions.task import outcome_of
from apps.tenants.actions import platform_organization_id
from apps.tenants.certificates import UNKNOWN, fault_of_client
from apps.tenants.clients import Caller, note_use, recognise
from apps.tenants.limits import spend_as_address
from apps.tenants.model_limits import Door

GUARDED = f"{API}v1/"
FHIR = f"{GUARDED}fhir/"
CHALLENGE = 'Bearer realm="einthoven"'


class ApiDoor:
    """Cookies are nothing here: a browser's session opens no operation."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.caller = None  # type: ignore[attr-defined]
        if not request.path.startswith(API):
            return self.get_response(request)
        if request.path.startswith(FHIR):
            return in_fhir(self._answer(request))
        return self._answer(request)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        if settings.SECURE_SSL_REDIRECT and not request.is_secure():
            return problem("tls-required")
        request.META.pop("HTTP_COOKIE", None)
        if not request.path.startswith(GUARDED):
            return self.get_response(request)
        key = shown_key(request)
        if not key:
            return problem("key-missing", headers={"WWW-Authenticate": CHALLENGE})
        caller = recognise(key)
        return self._admit(request, caller) if caller else refuse(request)

    def _admit(self, request: HttpRequest, caller: Caller) -> HttpResponse:
        request.caller = caller  # type: ignore[attr-defined]
        with organization_scope(caller.organization_id):
            if fault := certificate_fault(request, caller):
                code = "tenants.certificate.refused"
                record_alone(caller.organization_id, code, actor=caller.client, code=fault)
                return problem(fault)
            note_use(caller)
            return self.get_response(request)


def certificate_fault(request: HttpRequest, caller: Caller) -> str:
    """Why the caller's certificate is not taken; empty where it is, or none is asked for."""
    try:
        shown = shown_certificate(request)
    except NoCertificate:
        return UNKNOWN
    if shown is None and not caller.needs_certificate:
        return ""
    lists, needs = revocation.of_clients(), caller.needs_certificate
    with transaction.atomic():
        return fault_of_client(caller.client, shown, lists, required=needs, now=timezone.now())


def shown_key(request: HttpRequest) -> str:
    """RFC 6750 2.1; empty where none is shown so. Never taken from an address or a body."""
    kind, _, key = request.headers.get("Authorization", "").partition(" ")
    return key.strip() if kind.lower() == "bearer" else ""


def refuse(request: HttpRequest) -> HttpResponse:
    """Guessing is slowed down for the address, and each guess counted is on the record."""
    wait_s = spend_as_address(Door.API_KEY, household_of(request))
    if wait_s:
        return problem("too-many-requests", headers={"Retry-After": str(wait_s)})
    record_alone(platform_organization_id(), "tenants.key.refused")
    said = f'{CHALLENGE}, error="invalid_token"'
    return problem("key-invalid", headers={"WWW-Authenticate": said})


def in_fhir(answer: HttpResponse) -> HttpResponse:
    """A refusal as FHIR has it, whoever refused; all else as it is."""
    if answer.headers.get("Content-Type") != CONTENT_TYPE:
        return answer
    answer.content = json.dumps(outcome_of(json.loads(answer.content)))
    answer.headers["Content-Type"] = "application/fhir+json"
    if "Content-Length" in answer.headers:
        answer.headers["Content-Length"] = str(len(answer.content))
    return answer
