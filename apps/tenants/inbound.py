"""Setting and finding what an organization is reached by; an AE title or a port is one's only."""

from __future__ import annotations

import ipaddress
import re
from typing import Any

from django.conf import settings
from django.db import transaction

from apps.core import egress
from apps.core.hosts import LOOPBACK, one_spelling
from apps.tenants.claims import Taken, one_at_a_time
from apps.tenants.model_inbound import CALLING, ApplicationEntity, Hl7Listener
from apps.tenants.models import Organization

AE, PORT = "AE title", "port"
OPEN_TO_ALL = "name the AE titles or the addresses that may call it"


def calling_titles(text: str) -> str:
    """One a line, each once. Raises ValueError naming the one that is no AE title."""
    titles = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    for title in titles:
        if not re.fullmatch(CALLING, title):
            raise ValueError(f"“{title}” is no AE title: 16 printable characters without \\")
    return "\n".join(titles)


def fingerprints(text: str) -> str:
    """SHA-256 of certificates, one a line, however they are written. Raises ValueError."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        digits = line.replace(":", "").lower()
        if not re.fullmatch(r"[0-9a-f]{64}", digits):
            raise ValueError(f"“{line}” is no SHA-256 of a certificate: 64 digits from 0 to f")
        found.append(digits)
    return "\n".join(dict.fromkeys(found))


def may_be_called(address: str) -> bool:
    """Whether a DICOM peer may be there: in networks named for it; this machine in the demo."""
    return egress.is_in_networks(address, settings.DICOM_NETWORKS, loopback=settings.DEMO)


def may_speak_plainly(address: str, link: str = "dicom") -> bool:
    """Whether it may go to or from the address in the clear: this machine's, or a private link."""
    return link in settings.PRIVATE_LINKS or one_spelling(address) == LOOPBACK


def own_address(text: str) -> str:
    """Of an address of the platform's machine its usual form. Raises ValueError."""
    try:
        return str(ipaddress.ip_address(text)) if text else ""
    except ValueError:
        raise ValueError(f"“{text}” is no address of this machine, such as 10.0.0.5") from None


def check_callers(titles: str, hosts: str) -> str:
    """The reason why an AE title may not be open to these, or nothing."""
    return "" if titles or hosts else OPEN_TO_ALL


def title_holder(organization_id: int | None, title: str) -> Taken | None:
    """Who else has the AE title, in use or not. Read as the platform role, which sees all."""
    rows = ApplicationEntity.objects.db_manager("platform").select_related("organization")
    return _taken(
        rows.filter(title=title).exclude(organization_id=organization_id or 0).first(), AE
    )


def port_holder(organization_id: int | None, port: int) -> Taken | None:
    """Who else listens at the port, at whatever address of the machine."""
    rows = Hl7Listener.objects.db_manager("platform").select_related("organization")
    return _taken(
        rows.filter(port=port).exclude(organization_id=organization_id or 0).first(), PORT
    )


def _taken(row: Any, what: str) -> Taken | None:
    return None if row is None else Taken(row.organization, what)


def claim_title(organization_id: int, title: str) -> None:
    """Raises Taken. Until the transaction ends nobody else claims the same title."""
    one_at_a_time(f"ae title {title}")
    if taken := title_holder(organization_id, title):
        raise taken


def claim_port(organization_id: int, port: int) -> None:
    """Raises Taken. Until the transaction ends nobody else claims the same port."""
    one_at_a_time(f"listener {port}")
    if taken := port_holder(organization_id, port):
        raise taken


@transaction.atomic
def set_application_entity(
    organization: Organization, title: str, **fields: Any
) -> ApplicationEntity:
    """Make or change the AE title. Call inside the organization's scope. Raises Taken."""
    claim_title(organization.pk, title)
    row, _ = ApplicationEntity.objects.update_or_create(
        organization=organization, title=title, defaults=fields
    )
    return row


@transaction.atomic
def set_listener(organization: Organization, name: str, *, port: int, **fields: Any) -> Hl7Listener:
    """Make or change the listener of that name. Call inside its scope. Raises Taken."""
    claim_port(organization.pk, port)
    row, _ = Hl7Listener.objects.update_or_create(
        organization=organization, name=name, defaults={"port": port, **fields}
    )
    return row


def application_entity(called: str) -> ApplicationEntity | None:
    """The AE title in use; None elsewhere. Call in the scope `organization_by_ae_title` names."""
    return (
        ApplicationEntity.objects.select_related("site")
        .filter(title=called.strip(" "), is_active=True)
        .first()
    )


def listener_at(port: int) -> Hl7Listener | None:
    """The listener in use; None elsewhere. Call in the scope `organization_by_listener` names."""
    return Hl7Listener.objects.select_related("site").filter(port=port, is_active=True).first()


def listeners() -> list[Hl7Listener]:
    """Those of the scope's organization that are in use, by port; none where it is not live."""
    rows = Hl7Listener.objects.filter(is_active=True, organization__is_live=True)
    return list(rows.order_by("port"))
