"""By TLS, with the certificates that a listener names; in the clear where that is said only."""

from __future__ import annotations

import ssl

import pytest

from apps.core.tls_server import context_of
from tests.admin.people import events
from tests.database import committed
from tests.dicom_network.certificates import authority, certificate, revocation_list
from tests.hl7_listeners.peers import System, listener, listening, said
from tests.orders.messages import order_message

pytestmark = committed


@pytest.fixture
def ca(tmp_path, settings):
    made = authority(tmp_path)
    ours = certificate(tmp_path, "server", made)
    settings.HL7_TLS_CERTIFICATE, settings.HL7_TLS_KEY = str(ours.file), str(ours.key)
    settings.HL7_TLS_CA = str(made.file)
    return made


def client(ca, shown=None):
    context = ssl.create_default_context(cafile=ca.file)
    if shown is not None:
        context.load_cert_chain(shown.file, shown.key)
    return context


def answered(port, wrap):
    try:
        with System(port, wrap=wrap) as system:
            return system.ask(order_message())
    except (ssl.SSLError, ConnectionError):
        return b""


def test_a_message_goes_by_tls_and_in_the_clear_none_does(mercy, ca):
    row = listener(mercy)
    with listening(tls=context_of("HL7")):
        with System(row.port) as plain:
            assert plain.ask(order_message()) == b""
        assert events(mercy, "ingestion.order.placed") == []
        assert said(answered(row.port, client(ca)))[0] == "AA"


def test_a_certificate_that_is_named_must_be_shown(mercy, ca, tmp_path):
    named, other = (certificate(tmp_path, name, ca) for name in ("engine", "other"))
    row = listener(mercy, certificates=named.sha256)
    with listening(tls=context_of("HL7")):
        assert answered(row.port, client(ca)) == b""
        assert answered(row.port, client(ca, other)) == b""
        assert said(answered(row.port, client(ca, named)))[0] == "AA"
    refused = events(mercy, "integrations.connection.refused")
    assert all('"certificate-not-listed"' in one.details for one in refused)


def test_a_certificate_taken_back_is_refused(mercy, ca, tmp_path, settings):
    named = certificate(tmp_path, "engine", ca)
    settings.HL7_TLS_CRL = str(revocation_list(tmp_path / "crl.pem", ca, named))
    row = listener(mercy, certificates=named.sha256)
    with listening(tls=context_of("HL7")):
        assert answered(row.port, client(ca, named)) == b""
    assert "revoked" in events(mercy, "integrations.connection.refused")[0].details


def test_a_look_is_no_fault(mercy, ca, log_text):
    row = listener(mercy)
    with listening(tls=context_of("HL7")):
        System(row.port).connection.close()
        assert said(answered(row.port, client(ca)))[0] == "AA"
    assert "connection.failed" not in log_text()


def test_elsewhere_a_port_without_tls_is_opened_by_decision_only(mercy, settings, log_text):
    everywhere = listener(mercy, host="")
    with listening(ports=0) as opened:
        here = listener(mercy, name="Second")
        assert opened.next() == (here.port, False)
    assert '"listener.not_opened"' in log_text()
    settings.PRIVATE_LINKS = {"dicom"}
    with listening() as opened, pytest.raises(ConnectionRefusedError):
        System(everywhere.port)
    settings.PRIVATE_LINKS = {"hl7"}
    with listening(ports=2), System(everywhere.port) as system:
        assert said(system.ask(order_message()))[0] == "AA"


def test_with_tls_it_is_opened_everywhere(mercy, ca):
    row = listener(mercy, host="")
    with listening(tls=context_of("HL7")):
        assert said(answered(row.port, client(ca)))[0] == "AA"
