"""Where an OpenID Connect provider says that it is to be asked (OpenID Connect Discovery 1.0)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from apps.core import egress
from apps.tenants.models import IdentityProvider
from apps.tenants.sign_on.errors import ProviderFault

WELL_KNOWN = "/.well-known/openid-configuration"
PORTS = {"https": 443, "http": 80}

REFUSED = {
    "egress-host": "The host {host} is not among this provider's hosts. Add it to them.",
    "egress-plain-http": "{host} is not asked in plain text: its address must begin with https://.",
    "egress-private-address": "{host} has an address inside a private network, which the platform"
    " does not ask unless whoever runs it lists the host.",
}
UNREACHABLE = {
    "egress-name": "No host {host} is known.",
    "egress-timeout": "{host} did not answer in time.",
    "egress-tls": "{host} shows a certificate that is not trusted.",
}


@dataclass(frozen=True, slots=True)
class Endpoints:
    authorization: str
    token: str
    keys: str
    person: str
    token_methods: tuple[str, ...]


def hosts_of(provider: IdentityProvider) -> set[str]:
    """The only hosts that are asked: the issuer's and those named beside it."""
    issuer = host_in(provider.issuer)
    return {host for host in (issuer, *provider.endpoint_hosts.lower().split()) if host}


def host_in(url: str) -> str:
    """name, or name:port where the port is not the usual one; empty for no address."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    name = parts.hostname or ""
    return name if port in (None, PORTS.get(parts.scheme)) else f"{name}:{port}"


def discover(provider: IdentityProvider) -> Endpoints:
    """Raises ProviderFault."""
    found = get_json(provider, provider.issuer.rstrip("/") + WELL_KNOWN)
    if found.get("issuer") != provider.issuer:
        raise ProviderFault(
            "other-issuer", "The provider gives another issuer address. Copy it exactly as it is."
        )
    methods = found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return Endpoints(
        _endpoint(provider, found, "authorization_endpoint"),
        _endpoint(provider, found, "token_endpoint"),
        _endpoint(provider, found, "jwks_uri"),
        _endpoint(provider, found, "userinfo_endpoint") if "userinfo_endpoint" in found else "",
        tuple(str(method) for method in methods),
    )


def _endpoint(provider: IdentityProvider, found: Mapping[str, Any], name: str) -> str:
    url = found.get(name)
    if not isinstance(url, str):
        raise ProviderFault("no-endpoint", f"The provider does not name its {name}.")
    host = host_in(url)
    secure = url.startswith("https://") or host in settings.EGRESS_INTERNAL_HOSTS
    if not secure or host not in hosts_of(provider):
        code = "egress-host" if secure else "egress-plain-http"
        raise ProviderFault(code, REFUSED[code].format(host=host))
    return url


def get_json(provider: IdentityProvider, url: str, **headers: str) -> dict[str, Any]:
    return ask(provider, "GET", url, headers={"Accept": "application/json", **headers})


def ask(provider: IdentityProvider, method: str, url: str, **more: Any) -> dict[str, Any]:
    """The JSON object that the provider answers with. Raises ProviderFault."""
    host = host_in(url)
    try:
        answer = egress.request(method, url, allow=hosts_of(provider), **more)
    except egress.Refused as refused:
        words = REFUSED.get(refused.code, "The address of {host} cannot be asked.")
        raise ProviderFault(refused.code, words.format(host=host)) from None
    except egress.Unreachable as failed:
        words = UNREACHABLE.get(failed.code, "{host} does not answer as a web service does.")
        raise ProviderFault(failed.code, words.format(host=host)) from None
    if answer.status != 200:
        raise ProviderFault("status", f"{host} answered with status {answer.status}.")
    try:
        found = json.loads(answer.body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ProviderFault("not-json", f"{host} answered with something else than expected.")
    return found
