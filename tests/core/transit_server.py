"""A small key server by the transit protocol, run as a process of its own; shares no code.

python transit_server.py TOKEN — prints its port, serves until it is ended.
"""

import base64
import http.server
import json
import os
import sys

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEYS: dict[str, dict] = {}
TOKEN = sys.argv[1]


class Refusal(Exception):
    pass


def decode(text):
    return base64.b64decode(text, validate=True)


def encode(data):
    return base64.b64encode(data).decode()


def known(name):
    if name not in KEYS:
        raise KeyError(name)
    return KEYS[name]


def read(name, _sent):
    key = known(name)
    first = max(key["trimmed"], 1)
    return {
        "latest_version": len(key["versions"]),
        "keys": {str(number): 0 for number in range(first, len(key["versions"]) + 1)},
    }


def make(name, sent):
    assert sent["type"] == "aes256-gcm96"
    KEYS.setdefault(name, {"versions": [os.urandom(32)], "least": 1, "trimmed": 1, "may": False})
    return {}


def rotate(name, _sent):
    known(name)["versions"].append(os.urandom(32))
    return {}


def configure(name, sent):
    key = known(name)
    key["least"] = sent.get("min_decryption_version", key["least"])
    key["may"] = sent.get("deletion_allowed", key["may"])
    return {}


def trim(name, sent):
    if sent["min_available_version"] > known(name)["least"]:
        raise Refusal
    KEYS[name]["trimmed"] = sent["min_available_version"]
    return {}


def encrypt(name, sent):
    key = known(name)
    nonce = os.urandom(12)
    sealed = AESGCM(key["versions"][-1]).encrypt(
        nonce, decode(sent["plaintext"]), decode(sent["associated_data"])
    )
    return {"ciphertext": f"vault:v{len(key['versions'])}:{encode(nonce + sealed)}"}


def decrypt(name, sent):
    if name not in KEYS:
        raise Refusal
    key = KEYS[name]
    _, version, text = sent["ciphertext"].split(":")
    number, data = int(version[1:]), decode(text)
    if not key["least"] <= number <= len(key["versions"]):
        raise Refusal
    try:
        plain = AESGCM(key["versions"][number - 1]).decrypt(
            data[:12], data[12:], decode(sent["associated_data"])
        )
    except InvalidTag:
        raise Refusal from None
    return {"plaintext": encode(plain)}


def delete(name, _sent):
    if not known(name)["may"]:
        raise Refusal
    del KEYS[name]


ACTIONS = {
    ("GET", "keys", ""): read,
    ("POST", "keys", ""): make,
    ("POST", "keys", "rotate"): rotate,
    ("POST", "keys", "config"): configure,
    ("POST", "keys", "trim"): trim,
    ("DELETE", "keys", ""): delete,
    ("POST", "encrypt", ""): encrypt,
    ("POST", "decrypt", ""): decrypt,
}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_any(self):
        if self.headers["X-Vault-Token"] != TOKEN:
            return self.answer(403, {"errors": ["permission denied"]})
        _, _, mount, what, name, *rest = self.path.split("/")
        assert mount == "transit"
        size = int(self.headers["Content-Length"] or 0)
        sent = json.loads(self.rfile.read(size) or b"{}")
        try:
            done = ACTIONS[self.command, what, "".join(rest)](name, sent)
        except KeyError:
            return self.answer(404, {"errors": []})
        except Refusal:
            return self.answer(400, {"errors": ["refused"]})
        return self.answer(204 if done is None else 200, {"data": done})

    do_GET = do_POST = do_DELETE = do_any  # noqa: N815 - named by the library

    def answer(self, status, content):
        body = b"" if status == 204 else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
    print(server.server_port, flush=True)
    server.serve_forever()
