"""A real nginx with the configuration that is shipped, in front of a server that keeps headers."""

from __future__ import annotations

import http.client
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from deploy.embedded.accounts import PROJECT
from deploy.embedded.stopping import die_with_parent
from tests.dicom_network.certificates import Certificate, authority, certificate

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
NAME = "ecg.example.org"
PATIENCE_S = 20
# As Debian's own main file has it: what the shipped one leaves open would be open.
MAIN = """daemon off; master_process off; pid {folder}/pid; error_log {folder}/main.log;
events {{}}
http {{
  ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; ssl_ciphers ALL:@SECLEVEL=0;
  proxy_temp_path {folder}/t1; fastcgi_temp_path {folder}/t2; uwsgi_temp_path {folder}/t3;
  scgi_temp_path {folder}/t4; access_log {folder}/access.log;
  include {folder}/einthoven.conf;
}}
"""


@dataclass
class Proxy:
    folder: Path
    authority: Certificate
    heard: list[dict[str, str]]
    shown: tuple[Path, Path] | None = None

    def context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.authority.file))
        if self.shown:
            context.load_cert_chain(*self.shown)
        return context

    def connect(self, context: ssl.SSLContext) -> ssl.SSLSocket:
        plain = self._socket("tls")
        return context.wrap_socket(plain, server_hostname="127.0.0.1")

    def get(self, path: str, *, tls: bool = True, **headers: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection(NAME)
        connection.sock = self.connect(self.context()) if tls else self._socket("plain")
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET", path, headers=named)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer

    def written(self, *lines: str) -> str:
        """All its logs, once they hold these: it writes them after it has answered."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            logs = "".join(file.read_text() for file in self.folder.glob("*.log"))
            if all(line in logs for line in lines):
                return logs
            assert time.monotonic() < deadline, logs
            time.sleep(0.02)

    def _socket(self, name: str) -> socket.socket:
        found = socket.socket(socket.AF_UNIX)
        found.settimeout(PATIENCE_S)
        found.connect(str(self.folder / name))
        return found


@contextmanager
def proxied(folder: Path, *, asks_for_certificates: bool = False) -> Iterator[Proxy]:
    issuer = authority(folder)
    certificate(folder, "server", issuer)
    heard: list[dict[str, str]] = []
    with _upstream(heard) as port:
        conf = _shipped(folder, port)
        if asks_for_certificates:
            conf = _replaced(conf, "# ssl_verify_client", "ssl_verify_client")
        (folder / "einthoven.conf").write_text(conf)
        (folder / "nginx.conf").write_text(MAIN.format(folder=folder))
        command = [str(NGINX), "-c", str(folder / "nginx.conf"), "-p", str(folder)]
        process = subprocess.Popen(
            command, stderr=subprocess.PIPE, text=True, preexec_fn=die_with_parent
        )
        try:
            _wait_for(folder / "tls", process)
            yield Proxy(folder, issuer, heard)
        finally:
            process.terminate()
            process.communicate(timeout=PATIENCE_S)


def _shipped(folder: Path, port: int) -> str:
    """Only places are changed: sockets, files, the server behind."""
    text = (PROJECT / "deploy/nginx.conf").read_text()
    for was, becomes in {
        "listen 80;": f"listen unix:{folder}/plain;",
        "listen [::]:80;": "",
        "listen 443 ssl http2;": f"listen unix:{folder}/tls ssl http2;",
        "listen [::]:443 ssl http2;": "",
        "/etc/ssl/certs/ecg.example.org.pem": f"{folder}/server.pem",
        "/etc/ssl/private/ecg.example.org.key": f"{folder}/server.key",
        "/var/log/nginx/": f"{folder}/",
        "/dev/shm/einthoven-bodies": f"{folder}/bodies",
        "127.0.0.1:8000": f"127.0.0.1:{port}",
    }.items():
        text = _replaced(text, was, becomes)
    return text


def _replaced(text: str, was: str, becomes: str) -> str:
    assert was in text, was
    return text.replace(was, becomes)


@contextmanager
def _upstream(heard: list[dict[str, str]]) -> Iterator[int]:
    class Keeps(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Keeps) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def _wait_for(place: Path, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not place.exists():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline, "nginx does not listen"
        time.sleep(0.02)
