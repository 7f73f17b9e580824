"""The ports of every organization's listeners, opened and closed as their rows say."""

from __future__ import annotations

import ipaddress
import selectors
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from django.db import DatabaseError, close_old_connections, connections, transaction

from apps.core.peers import is_peer
from apps.core.scope import organization_scope
from apps.integrations.mllp.connection import Caps, Connection
from apps.integrations.mllp.refusals import Refusals
from apps.integrations.mllp.senders import UNLISTED, Sender
from apps.tenants.inbound import listeners, may_speak_plainly
from apps.tenants.lookups import organization_ids

log = structlog.get_logger(__name__)

BACKLOG = 64
PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a listener of an organization is to be."""

    organization_id: int
    listener_id: int
    host: str
    port: int


@dataclass(slots=True)
class Open:
    """A port that is open; its end is that of its connections."""

    place: Place
    socket: socket.socket
    peers: str
    stop: threading.Event = field(default_factory=threading.Event)
    threads: set[threading.Thread] = field(default_factory=set)


def wanted() -> dict[Place, str]:
    """Every listener in use, with its senders. Raises DatabaseError."""
    found = {}
    for organization_id in organization_ids():
        with organization_scope(organization_id), transaction.atomic():
            for row in listeners():
                found[Place(organization_id, row.pk, row.host, row.port)] = row.peers
    return found


class Listeners:
    """`say` is told of each port that was opened, with how it is spoken to there."""

    def __init__(
        self, *, caps: Caps, tls: ssl.SSLContext | None, say: Callable[[Place, bool], None]
    ) -> None:
        self.caps, self.tls, self.say = caps, tls, say
        self._refusals = Refusals()
        self._open: dict[Place, Open] = {}
        self._closing: list[Open] = []
        self._failed: dict[Place, str] = {}
        self._selector = selectors.DefaultSelector()

    def serve(self, stop: threading.Event) -> None:
        """Until told to stop; then each message in hand is answered."""
        next_look = time.monotonic()
        try:
            while not stop.is_set():
                if time.monotonic() >= next_look:
                    self.look()
                    next_look = time.monotonic() + self.caps.look_s
                for key, _ in self._selector.select(self.caps.slice_s):
                    self._accept(key.data)
                self._refusals.write()
        finally:
            self._end()

    def look(self) -> None:
        """Open and close what has changed; without a database all stays as it is."""
        try:
            close_old_connections()
            found = wanted()
        except DatabaseError as error:
            log.warning("listeners.not_read", error_class=type(error).__name__)
            connections.close_all()
            return
        for place in self._open.keys() - found.keys():
            self._close(self._open.pop(place))
        self._failed = {place: code for place, code in self._failed.items() if place in found}
        for place, peers in found.items():
            if place in self._open:
                self._open[place].peers = peers
            else:
                self._try(place, peers)

    def _try(self, place: Place, peers: str) -> None:
        """What cannot be opened is tried again at each look, and said once."""
        try:
            if self.tls is None and not may_speak_plainly(place.host, "hl7"):
                raise PermissionError
            opened = _opened(place.host, place.port)
        except OSError as error:
            code = type(error).__name__
            if self._failed.get(place) != code:
                log.error("listener.not_opened", error_class=code, port=place.port)
            self._failed[place] = code
            return
        self._failed.pop(place, None)
        self._open[place] = Open(place, opened, peers)
        self._selector.register(opened, selectors.EVENT_READ, self._open[place])
        self.say(place, self.tls is not None)

    def _close(self, one: Open) -> None:
        self._selector.unregister(one.socket)
        one.socket.close()
        one.stop.set()
        self._closing = [each for each in self._closing if each.threads] + [one]
        log.info("listener.closed", port=one.place.port)

    def _accept(self, one: Open) -> None:
        try:
            raw, (address, *_) = one.socket.accept()
        except OSError:
            return
        place, seen = one.place, _unmapped(str(address))
        sender = Sender(place.organization_id, place.listener_id, place.port, seen)
        code = self._fault(one, seen)
        if not code:
            connection = Connection(raw, sender, self.caps, one.stop, self._refusals, self.tls)
            self._begin(one, connection)
            return
        # This machine only looks whether anybody listens (unheard.py).
        if code != UNLISTED or seen != _unmapped(raw.getsockname()[0]):
            self._refusals.add(sender, code)
        raw.close()

    def _fault(self, one: Open, address: str) -> str:
        if not is_peer(one.peers, address):
            return UNLISTED
        every = [*self._open.values(), *self._closing]
        if sum(len(each.threads) for each in every) >= self.caps.connections:
            return "connections"
        same = [each for each in every if each.place.organization_id == one.place.organization_id]
        held = sum(len(each.threads) for each in same)
        return "connections-of-organization" if held >= self.caps.connections_of_one else ""

    def _begin(self, one: Open, connection: Connection) -> None:
        def work() -> None:
            try:
                connection.serve()
            finally:
                one.threads.discard(threading.current_thread())

        thread = threading.Thread(target=work, name="hl7", daemon=True)
        one.threads.add(thread)
        thread.start()

    def _end(self) -> None:
        for place in list(self._open):
            self._close(self._open.pop(place))
        until = time.monotonic() + PATIENCE_S
        for one in self._closing:
            for thread in list(one.threads):
                thread.join(max(0.0, until - time.monotonic()))
        self._selector.close()
        self._refusals.write()
        connections.close_all()


def _unmapped(address: str) -> str:
    """As it is written in the rows, where a port hears IPv4 by IPv6."""
    found = ipaddress.ip_address(address)
    return str(getattr(found, "ipv4_mapped", None) or found)


def _opened(host: str, port: int) -> socket.socket:
    """At the address, or at all of the machine's. Raises OSError."""
    if not host and socket.has_dualstack_ipv6():
        found = socket.create_server(
            ("", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=BACKLOG
        )
    else:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        found = socket.create_server((host, port), family=family, backlog=BACKLOG)
    found.setblocking(False)
    return found
