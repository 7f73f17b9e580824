"""A proxy that ends TLS before the product, asks for certificates and passes them on (RFC 9440)."""

from __future__ import annotations

import base64
import http.client
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        given = {name: value for name, value in self.headers.items() if name != "Client-Cert"}
        shown = self.connection.getpeercert(binary_form=True)
        if shown:
            given["Client-Cert"] = f":{base64.b64encode(shown).decode()}:"
        talk = http.client.HTTPConnection(self.server.behind)
        talk.request("POST", self.path, body, given)
        answer = talk.getresponse()
        content = answer.read()
        talk.close()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.headers["Content-Type"])
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_words):
        pass


@contextmanager
def proxying(url, own, authority) -> Iterator[str]:
    """Its address; whoever shows a certificate must show one of that authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own.file, own.key)
    context.load_verify_locations(authority.file)
    context.verify_mode = ssl.CERT_OPTIONAL
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.behind = urlsplit(url).netloc
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
