"""The addresses that partners call from: single ones and networks, IPv4 and IPv6."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from functools import lru_cache

from wallet.credential_errors import NetworkInvalid

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def normal(text: str) -> str:
    """The network as it is kept, e.g. ``203.0.113.0/24``; a single address is a network of one. Raises NetworkInvalid."""
    try:
        return str(ipaddress.ip_network(text.strip()))
    except ValueError:
        raise NetworkInvalid(text=text.strip()[:60]) from None


def admits(networks: Iterable[str], address: str) -> bool:
    """True if the address is in one of the networks, or there are none. What is no address is in no network."""
    wanted = tuple(networks)
    if not wanted:
        return True
    try:
        caller = ipaddress.ip_address(address)
    except ValueError:
        return False
    # A socket that listens on both kinds tells an IPv4 caller as ::ffff:203.0.113.7.
    caller = getattr(caller, "ipv4_mapped", None) or caller
    return any(caller in _network(text) for text in wanted)


@lru_cache(maxsize=1024)
def _network(text: str) -> Network:
    return ipaddress.ip_network(text)
