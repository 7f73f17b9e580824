"""Taking a submission in: its row before the answer, its file at once or fetched by the queue."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.db import transaction

from apps.audit import actions as audit
from apps.core import egress
from apps.core.drain import wake_on_commit
from apps.core.insert import insert_unless_there
from apps.core.leases import Leased
from apps.core.scope import required_organization
from apps.ecg.models import Priority
from apps.ingestion.actions import OrganizationClosed, accept, check_may_submit
from apps.ingestion.models import Ingress
from apps.ingestion.signed import NOT_SIGNED, Signed
from apps.integrations.api.problems import Problem
from apps.integrations.models import FetchHost, Submission
from apps.integrations.submissions.asked import Asked
from apps.tenants.models import ApiClient, Organization, Site
from apps.tenants.secrets import set_secret

# Why an address is not fetched from → the answer's code.
REFUSED = {
    "egress-address": "invalid-request",
    "egress-host": "host-not-allowed",
    "egress-plain-http": "plain-http",
}


@dataclass(frozen=True, slots=True)
class Sender:
    """Who asks, what for, and by which name the submission goes."""

    client: ApiClient
    purpose: str
    idem_key: str
    site: Site | None = None
    priority: str = Priority.ROUTINE
    signed: Signed = NOT_SIGNED


@dataclass(frozen=True, slots=True)
class Taken:
    """The row; `is_new` is False when this submission had been taken before."""

    submission: Submission
    is_new: bool


def submit(sender: Sender, asked: Asked, *, url_field: str) -> Taken:
    """Keep what was sent or queue what is to be fetched. What this returns is committed.

    Call in the organization's scope with no transaction open. Raises Problem for a host that is
    not allowed and for a name of another submission, and as `accept` does.
    """
    check_may_submit(required_organization())
    if taken := _taken_before(sender.idem_key, asked.sha256):
        return taken
    row = Submission(
        organization_id=required_organization(),
        client=sender.client,
        idem_key=sender.idem_key,
        request_hash=asked.sha256,
        purpose=sender.purpose,
        digest=asked.digest,
        size=asked.size,
        stated=asked.stated,
        site=sender.site,
        priority=sender.priority,
        signing_key=sender.signed.key,
    )
    if asked.url:
        row.host = host_of(asked.url, url_field)
        set_secret(row, "url_sealed", asked.url)
    else:
        row.ingress = keep(row, asked.data, sender.client, sender.signed)
        row.state = Leased.State.DONE
        row.trace_id = row.ingress.trace_id
    return _enter(row)


def keep(row: Submission, data: bytes, client: ApiClient, signed: Signed) -> Ingress:
    """The file of a submission, through the door that all files come by."""
    return accept(
        source=Ingress.Source.EHR,
        chunks=[data],
        filename="",
        idem_key=file_key(row),
        client=client,
        site=row.site,
        priority=row.priority,
        stated=row.stated,
        signature=lambda _sha256: signed,
    ).ingress


def file_key(row: Submission) -> str:
    """The file's name at the door: no other request can have brought it, whatever its own name."""
    return hashlib.sha256(f"{row.idem_key}\n{row.request_hash}".encode()).hexdigest()


@transaction.atomic
def _taken_before(idem_key: str, request_hash: str) -> Taken | None:
    """The submission of that name. Raises Problem where it asked for something else."""
    rows = Submission.objects.select_related("ingress__recording")
    found = rows.filter(idem_key=idem_key).first()
    if found is not None and found.request_hash != request_hash:
        raise Problem("idempotency-key-reused", field="Idempotency-Key")
    return Taken(found, False) if found else None


@transaction.atomic
def _enter(row: Submission) -> Taken:
    if not Organization.objects.filter(pk=row.organization_id, is_live=True).exists():
        raise OrganizationClosed
    if not insert_unless_there(row):
        taken = _taken_before(row.idem_key, row.request_hash)
        assert taken is not None
        return taken
    audit.record("integrations.submission.taken", row, actor=row.client, purpose=row.purpose)
    wake_on_commit()
    return Taken(row, True)


def allowed_hosts() -> list[str]:
    """Those of the scope's organization that may be fetched from. Call in a transaction."""
    return list(FetchHost.objects.filter(is_active=True).values_list("host", flat=True))


def host_of(url: str, field: str) -> str:
    """Whom the address names, if it is on the organization's list. Raises Problem, naming it."""
    with transaction.atomic():
        allowed = allowed_hosts()
    try:
        return egress.checked_host(url, allow=allowed)
    except egress.Refused as refused:
        raise Problem(REFUSED[refused.code], field=field, detail=_said(url, refused)) from None


def _said(url: str, refused: egress.Refused) -> str:
    """The host and nothing else of the address."""
    if refused.code == "egress-address":
        return "Give an https address without user, password or blanks."
    if refused.code == "egress-plain-http":
        return ""
    host = urlsplit(url).hostname or ""
    known = host.isascii() and len(host) <= 253
    return f"The host {host} is not one that is fetched from." if known else ""
