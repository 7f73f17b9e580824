"""Connections are opened in the few modules that are made for it."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2] / "apps"
CONNECTING = {"aiohttp", "boto3", "ftplib", "http.client", "httpx", "requests", "smtplib"}
CONNECTING |= {"pynetdicom", "smbprotocol.connection", "socket", "ssl", "telnetlib"}
CONNECTING |= {"urllib.request", "urllib3"}

# Each with what it connects to.
WAYS_OUT = {
    "audit/anchors/s3.py": "the store of anchors under object lock",
    "core/hosts.py": "nothing: reads spellings of addresses",
    "core/egress.py": "web services that were named",
    "core/tls_server.py": "nothing: says how the platform's own listeners speak TLS",
    "ecg/formats/sandbox.py": "its own child process",
    "ecg/formats/sandbox_child.py": "its own child process",
    "ecg/formats/sandbox_server.py": "its own child process",
    "ingestion/dicom/address.py": "nothing: says how the platform's own listener is reached",
    "ingestion/dicom/bounded.py": "nothing: puts caps on connections of DICOM devices",
    "ingestion/dicom/contexts.py": "nothing: names services",
    "ingestion/dicom/listener.py": "nothing: takes connections of DICOM devices",
    "ingestion/dicom/report.py": "DICOM peers in networks that were named",
    "ingestion/dicom/unheard.py": "the platform's own listener, on this machine",
    "ingestion/dicom/service.py": "nothing: answers on the connection that came",
    "ingestion/smb/client.py": "file servers in networks that were named",
    "ingestion/scanner.py": "the malware scanner",
    "integrations/destinations/mllp/client.py": "HL7 receivers",
    "integrations/destinations/mllp/tls.py": "nothing: says what its client must be shown",
    "integrations/mllp/connection.py": "nothing: answers on the connection that came",
    "integrations/mllp/listeners.py": "nothing: takes connections of HL7 senders",
    "integrations/mllp/unheard.py": "the platform's own listeners, on this machine",
    "tenants/entry_notice.py": "nothing: names what a mail server may raise",
}


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_only_the_ways_out_connect():
    found = {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*.py")
        if CONNECTING & set(imported(path))
    }
    assert found == set(WAYS_OUT)
