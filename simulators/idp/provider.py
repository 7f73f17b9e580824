"""What the provider knows: people, clients, codes it gave out, and how to misbehave."""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from .tokens import b64, new_key, public_jwk, signed

CODE_S = 60


class RefusedError(Exception):
    """The request does not follow the protocol; the code is OAuth's."""


@dataclass(frozen=True)
class Person:
    sub: str
    email: str
    name: str
    email_verified: bool = True


@dataclass
class Granted:
    """One code: for whom, to whom, with what question."""

    person: Person
    asked: dict[str, str]
    signed_in_at: float
    made_at: float = field(default_factory=time.time)


@dataclass
class Provider:
    issuer: str
    client_id: str
    client_secret: str
    people: dict[str, Person]
    codes: dict[str, Granted] = field(default_factory=dict)
    # Browser's cookie → person and time of signing in.
    sessions: dict[str, tuple[Person, float]] = field(default_factory=dict)
    tokens: dict[str, Person] = field(default_factory=dict)
    faults: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.key, self.other_key = new_key(), new_key()

    def configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.faults.get("issuer", self.issuer),
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": self.faults.get("token_endpoint", f"{self.issuer}/token"),
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }

    def keys(self) -> dict[str, Any]:
        return {"keys": [public_jwk(self.key)]}

    def check_question(self, asked: dict[str, str]) -> None:
        right = asked.get("response_type") == "code" and asked.get("client_id") == self.client_id
        proof = asked.get("code_challenge_method") == "S256" and asked.get("code_challenge")
        if not right or not proof or "openid" not in asked.get("scope", "").split():
            raise RefusedError("invalid_request")
        if not asked.get("redirect_uri", "").startswith(("http://", "https://")):
            raise RefusedError("invalid_request")

    def must_sign_in(self, asked: dict[str, str], session: str) -> bool:
        if asked.get("prompt") == "login" and not self.faults.get("ignore_prompt"):
            return True
        known = self.sessions.get(session)
        if known is None:
            return True
        longest = asked.get("max_age")
        if longest is None or self.faults.get("ignore_prompt"):
            return False
        return time.time() - known[1] >= float(longest)

    def sign_in(self, sub: str) -> str:
        """A new session of the person."""
        session = secrets.token_urlsafe(16)
        self.sessions[session] = (self.people[sub], time.time())
        return session

    def grant(self, session: str, asked: dict[str, str]) -> str:
        person, at = self.sessions[session]
        code = secrets.token_urlsafe(24)
        self.codes[code] = Granted(person, asked, at)
        return code

    def redeem(self, form: dict[str, str], client: tuple[str, str]) -> dict[str, Any]:
        """Each code once, to the client that asked, with the verifier it kept."""
        if client != (self.client_id, self.client_secret):
            raise RefusedError("invalid_client")
        granted = self.codes.pop(form.get("code", ""), None)
        if granted is None or time.time() - granted.made_at > CODE_S:
            raise RefusedError("invalid_grant")
        challenge = b64(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        same = granted.asked["redirect_uri"] == form.get("redirect_uri")
        if challenge != granted.asked["code_challenge"] or not same:
            raise RefusedError("invalid_grant")
        access = secrets.token_urlsafe(24)
        self.tokens[access] = granted.person
        answer = {"access_token": access, "token_type": "Bearer", "expires_in": 300}
        return answer | {"id_token": self.id_token(granted)}

    def id_token(self, granted: Granted) -> str:
        now = time.time()
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "sub": granted.person.sub,
            "aud": self.client_id,
            "iat": int(now),
            "exp": int(now) + 300,
            "nonce": granted.asked.get("nonce", ""),
            "auth_time": int(granted.signed_in_at),
            **self.about(granted.person),
        }
        claims |= self.faults.get("claims", {})
        said = {name: value for name, value in claims.items() if value is not None}
        key = self.other_key if self.faults.get("other_key") else self.key
        return signed(said, key, self.faults.get("algorithm", "RS256"))

    def about(self, person: Person) -> dict[str, Any]:
        found = {"email": person.email, "email_verified": person.email_verified}
        return found | {"name": person.name}
