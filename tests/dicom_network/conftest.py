"""A listener at work, and devices that call it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.test import override_settings
from pydicom import dcmread
from pynetdicom import AE

from apps.core.tls_server import context_of
from apps.ingestion.dicom.bounded import Caps
from apps.ingestion.dicom.contexts import COMMITMENT, PLAIN
from apps.ingestion.dicom.listener import listening
from apps.tenants.inbound import set_application_entity
from tests.factories import inside

QUICK = Caps(request_s=2, pdu_s=2, idle_s=5)
VERIFICATION = "1.2.840.10008.1.1"
TWELVE_LEAD = "1.2.840.10008.5.1.4.1.1.9.1.1"


def title(organization, name, **fields):
    """An AE title of the organization that anybody on this machine may call."""
    given = {"calling_titles": "", "calling_hosts": "127.0.0.1"} | fields
    with inside(organization):
        return set_application_entity(organization, name, **given)


@pytest.fixture
def port(mercy, lakeside) -> Iterator[int]:
    """Of a listener for both: MERCY_ECG and LAKE_ECG."""
    title(mercy, "MERCY_ECG")
    title(lakeside, "LAKE_ECG")
    with listening("127.0.0.1", 0, caps=QUICK) as (server, _):
        yield server.server_address[1]


class Cart:
    """A device of our own making; leaves every association it made."""

    def __init__(self, port: int) -> None:
        self.port, self.made = port, []

    def call(self, called="MERCY_ECG", calling="CART7", kinds=(TWELVE_LEAD,), port=None, **given):
        entity = AE(calling)
        entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = 10
        entity.add_requested_context(VERIFICATION)
        entity.add_requested_context(COMMITMENT, PLAIN)
        for kind in kinds:
            entity.add_requested_context(kind, PLAIN)
        found = entity.associate("127.0.0.1", port or self.port, ae_title=called, **given)
        self.made.append(found)
        return found

    def leave(self) -> None:
        for association in self.made:
            if association.is_established:
                association.release()


@pytest.fixture
def cart(port: int) -> Iterator[Cart]:
    found = Cart(port)
    yield found
    found.leave()


@pytest.fixture
def stored(cart: Cart) -> Callable[..., int]:
    """Sends one object on an association of its own: the status, None where there was no answer."""

    def send(file, called="MERCY_ECG", **given):
        association = cart.call(called, **given)
        assert association.is_established
        answer = association.send_c_store(file if hasattr(file, "SOPClassUID") else read(file))
        association.release()
        return answer.get("Status")

    return send


def read(file):
    return dcmread(io.BytesIO(file))


@contextmanager
def listener_by_tls(ours, ca, caps=QUICK) -> Iterator[int]:
    """Of a listener with a certificate, that knows who signs those of devices."""
    given = {
        "DICOM_TLS_CERTIFICATE": str(ours.file),
        "DICOM_TLS_KEY": str(ours.key),
        "DICOM_TLS_CA": str(ca.file),
    }
    with override_settings(**given):
        tls = context_of("DICOM")
    with listening("127.0.0.1", 0, caps=caps, tls=tls) as (server, _):
        yield server.server_address[1]
