"""The one way out by HTTP: to hosts that were named, at an address that was looked at first.

A name is resolved once and the connection goes to the address that was checked, so that an answer
of the name service that changes in between reaches nothing inside. Redirects are not followed.
"""

from __future__ import annotations

import http.client
import io
import ipaddress
import socket
import ssl
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from apps.core.errors import PermanentError, RetryableError

SECONDS = 10.0
LIMIT = 1 << 20
PORTS = {"https": 443, "http": 80}
TOO_LONG = "egress-answer-too-long"

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Refused(PermanentError):
    """The request is not made: the address is not one that may be spoken to."""


class Unreachable(RetryableError):
    """The other side does not answer, not in time, or not as the protocol asks."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


def request(
    method: str,
    url: str,
    *,
    allow: Collection[str],
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    seconds: float = SECONDS,
    limit: int = LIMIT,
    trust: ssl.SSLContext | None = None,
    from_settings: bool = False,
) -> Answer:
    """One request to a host of `allow` (names, or name:port), done within `seconds` in all.

    A redirect comes back as it is. `trust` replaces the machine's certificates. `from_settings`
    says that whoever runs the platform wrote the address, which may then be of their own network.
    Raises Refused for what may not be asked, Unreachable for what does not answer or answers more
    than `limit`.
    """
    parts = _checked(url, allow, from_settings)
    address = resolve(parts, from_settings)
    deadline = time.monotonic() + seconds
    try:
        with _connected(parts, address, deadline, trust) as raw:
            return _exchange(_Timed(raw, deadline), method, parts, headers or {}, body, limit)
    except TimeoutError:
        raise Unreachable("egress-timeout") from None
    except ssl.SSLError:
        raise Unreachable("egress-tls") from None
    except (OSError, http.client.HTTPException, ValueError):
        raise Unreachable("egress-connection") from None


def checked_host(url: str, *, allow: Collection[str]) -> str:
    """Whom an address names, as `allow` says it; nothing is connected. Raises Refused."""
    parts = _checked(url, allow, from_settings=False)
    host, port = cast(str, parts.hostname), parts.port
    return host if port in (None, PORTS[parts.scheme]) else f"{host}:{port}"


def _checked(url: str, allow: Collection[str], from_settings: bool) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme)
    except ValueError:
        raise Refused("egress-address") from None
    host = parts.hostname
    if parts.scheme not in PORTS:
        raise Refused("egress-address")
    if not host or not port or "@" in parts.netloc or any(c in url for c in " \r\n\t\\"):
        raise Refused("egress-address")
    named = {name.lower() for name in allow}
    usual = port == PORTS[parts.scheme]
    if f"{host}:{port}" not in named and not (usual and host in named):
        raise Refused("egress-host")
    if parts.scheme == "http" and not (from_settings or _is_internal(host, port)):
        raise Refused("egress-plain-http")
    return parts


def is_internal(parts: SplitResult) -> bool:
    """Whether whoever runs the platform named it as a host of their own network."""
    return _is_internal(parts.hostname or "", parts.port or PORTS[parts.scheme])


def _is_internal(host: str, port: int) -> bool:
    return bool({host, f"{host}:{port}"} & set(settings.EGRESS_INTERNAL_HOSTS))


def resolve(parts: SplitResult, from_settings: bool = False) -> str:
    """The address to connect to. Raises Refused when any address of the name is not public."""
    host = cast(str, parts.hostname)
    port = parts.port or PORTS[parts.scheme]
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable("egress-name") from None
    addresses = [str(entry[4][0]) for entry in found]
    internal = from_settings or _is_internal(host, port)
    for text in addresses:
        if not may_reach(ipaddress.ip_address(text.partition("%")[0]), internal, parts.scheme):
            raise Refused("egress-private-address")
    return addresses[0]


def may_reach(address: Address, internal: bool, scheme: str) -> bool:
    """Public addresses always; those of the own network where the host is named for it.

    Link-local addresses, where clouds keep their credentials, are never reached. Plain HTTP goes
    no further than this machine.
    """
    address = getattr(address, "ipv4_mapped", None) or address
    if scheme == "http":
        return internal and address.is_loopback
    if _is_never_reached(address):
        return False
    return internal or (address.is_global and not address.is_private and not address.is_reserved)


def is_in_networks(text: str, networks: Collection[Network], *, loopback: bool) -> bool:
    """Whether a protocol of the organization's own network may be spoken with the address.

    Nothing but the networks that whoever runs the platform named; this machine where `loopback`.
    """
    bare = ipaddress.ip_address(text.partition("%")[0])
    address = getattr(bare, "ipv4_mapped", None) or bare
    if address.is_loopback:
        return loopback
    return not _is_never_reached(address) and any(address in network for network in networks)


# Where clouds answer with credentials, besides link-local addresses.
METADATA = {
    ipaddress.ip_address(text) for text in ("fd00:ec2::254", "100.100.100.200", "168.63.129.16")
}


def _is_never_reached(address: Address) -> bool:
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        return True
    if address in METADATA:
        return True
    return isinstance(address, ipaddress.IPv6Address) and _carries_ipv4(address)


# RFC 6052 and RFC 8215.
NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))


def _carries_ipv4(address: ipaddress.IPv6Address) -> bool:
    """Forms that a gateway turns into an IPv4 address nobody looked at."""
    return bool(address.sixtofour or address.teredo or any(address in net for net in NAT64))


def _connected(
    parts: SplitResult, address: str, deadline: float, trust: ssl.SSLContext | None
) -> socket.socket:
    port = parts.port or PORTS[parts.scheme]
    raw = socket.create_connection((address, port), timeout=_left(deadline))
    if parts.scheme == "http":
        return raw
    try:
        raw.settimeout(_left(deadline))
        context = trust or ssl.create_default_context()
        return context.wrap_socket(raw, server_hostname=parts.hostname)
    except BaseException:
        raw.close()
        raise


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class _Timed:
    """A socket whose every step ends at the deadline: slow drops do not add up."""

    def __init__(self, raw: socket.socket, deadline: float) -> None:
        self.raw, self.deadline = raw, deadline

    def sendall(self, data: bytes) -> None:
        self.raw.settimeout(_left(self.deadline))
        self.raw.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reading(self))

    def close(self) -> None:
        """The caller of `request` closes the connection."""


class _Reading(io.RawIOBase):
    def __init__(self, timed: _Timed) -> None:
        self.timed = timed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.timed.raw.settimeout(_left(self.timed.deadline))
        return self.timed.raw.recv_into(buffer)


def _exchange(
    timed: _Timed,
    method: str,
    parts: SplitResult,
    headers: Mapping[str, str],
    body: bytes | None,
    limit: int,
) -> Answer:
    talk = http.client.HTTPConnection(parts.netloc)
    talk.sock = timed
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    talk.request(method, path, body, {**headers, "Connection": "close"})
    response = talk.getresponse()
    content = response.read(limit + 1)
    if len(content) > limit:
        raise Unreachable(TOO_LONG)
    if response.length:
        raise Unreachable("egress-answer-cut")
    names = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, names, content)
