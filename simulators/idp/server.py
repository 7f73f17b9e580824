"""The provider over HTTP, on this machine only."""

from __future__ import annotations

import base64
import binascii
import json
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from .page import sign_in_page
from .provider import Provider, RefusedError

COOKIE = "simulated_idp"
LONGEST = 64 * 1024


class Server(ThreadingHTTPServer):
    daemon_threads = True
    provider: Provider
    takes_faults = False


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        provider, path = self.server.provider, urlsplit(self.path).path
        if path == "/.well-known/openid-configuration":
            self.send_json(provider.configuration())
        elif path == "/jwks":
            self.send_json(provider.keys())
        elif path == "/authorize":
            self.guarded(lambda: self.authorize(dict(parse_qsl(urlsplit(self.path).query))))
        elif path == "/userinfo":
            self.userinfo()
        else:
            self.send_text(404, "Nothing here.")

    def do_POST(self) -> None:
        path, body = urlsplit(self.path).path, self.body()
        form = dict(parse_qsl(body.decode(errors="replace")))
        if path == "/authorize":
            self.guarded(lambda: self.signed_in(form))
        elif path == "/token":
            self.guarded(lambda: self.send_json(self.server.provider.redeem(form, self.client())))
        elif path == "/faults" and self.server.takes_faults:
            self.server.provider.faults = json.loads(body)
            self.send_json({})
        else:
            self.send_text(404, "Nothing here.")

    def guarded(self, work: Any) -> None:
        try:
            work()
        except (RefusedError, KeyError) as error:
            self.send_json({"error": str(error)}, 400)

    def authorize(self, asked: dict[str, str]) -> None:
        provider, session = self.server.provider, self.session()
        provider.check_question(asked)
        if provider.must_sign_in(asked, session):
            self.send_text(200, sign_in_page(list(provider.people.values()), asked))
        else:
            self.send_back(session, asked)

    def signed_in(self, form: dict[str, str]) -> None:
        session = self.server.provider.sign_in(form.pop("person"))
        self.server.provider.check_question(form)
        self.send_back(session, form)

    def send_back(self, session: str, asked: dict[str, str]) -> None:
        code = self.server.provider.grant(session, asked)
        answer = {"code": code, "state": asked.get("state", ""), "iss": self.server.provider.issuer}
        self.send_response(302)
        self.send_header("Location", f"{asked['redirect_uri']}?{urlencode(answer)}")
        self.send_header("Set-Cookie", f"{COOKIE}={session}; HttpOnly; SameSite=Lax; Path=/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def userinfo(self) -> None:
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        person = self.server.provider.tokens.get(token)
        if person is None:
            self.send_json({"error": "invalid_token"}, 401)
        else:
            self.send_json({"sub": person.sub, **self.server.provider.about(person)})

    def client(self) -> tuple[str, str]:
        try:
            given = base64.b64decode(self.headers.get("Authorization", "").removeprefix("Basic "))
        except binascii.Error:
            return "", ""
        name, _, secret = given.decode(errors="replace").partition(":")
        return unquote(name), unquote(secret)

    def session(self) -> str:
        cookie = SimpleCookie(self.headers.get("Cookie", "")).get(COOKIE)
        return cookie.value if cookie else ""

    def body(self) -> bytes:
        return self.rfile.read(min(int(self.headers.get("Content-Length") or 0), LONGEST))

    def send_json(self, content: dict[str, Any], status: int = 200) -> None:
        self.send_text(status, json.dumps(content), "application/json")

    def send_text(self, status: int, text: str, kind: str = "text/html; charset=utf-8") -> None:
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """Addresses hold codes: nothing is logged."""
