"""Who may connect: addresses and networks, one a line."""

from __future__ import annotations

import ipaddress

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def read_peers(text: str) -> tuple[Network, ...]:
    """The networks of a list, an address being one of its own. Raises ValueError naming the line.

    Names are no peers: who connects is seen by address, and what a name stands for changes.
    """
    return tuple(_network(line) for line in text.split())


def tidy_peers(text: str) -> str:
    """One spelling of a list, each network once. Raises as `read_peers`."""
    return "\n".join(dict.fromkeys(map(_said, read_peers(text))))


def is_peer(text: str, address: str) -> bool:
    """Whether an address that connected is in the list; an empty list has nobody in it."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    found = getattr(found, "ipv4_mapped", None) or found
    return any(found in network for network in read_peers(text))


def _network(line: str) -> Network:
    try:
        return ipaddress.ip_network(line)
    except ValueError:
        words = "is no address or network, such as 10.1.2.3 or 10.1.0.0/16"
        raise ValueError(f"“{line}” {words}") from None


def _said(network: Network) -> str:
    return str(network.network_address if network.num_addresses == 1 else network)
