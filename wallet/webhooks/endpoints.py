"""Where a notice may go: to a public address, over TLS, and nowhere inside of anybody's network.

A name is looked up once and every address it has is judged; whoever sends connects to those addresses and not to the name,
so that a name which resolves to a public address for the check and to a private one for the call (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import ipaddress
import queue
import re
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from wallet.models import Partner

# IANA's registries of special-purpose addresses, written out: what the standard library calls global changes with its version.
REFUSED = [
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, where clouds keep their metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
        "168.63.129.16/32",  # Azure's wire server: public by number, inside by nature
    )
]
# Of IPv6 only global unicast is left over, and of that not what carries an IPv4 address within, nor what is set aside.
GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
REFUSED_V6 = [
    ipaddress.ip_network(network)
    for network in (
        "2001::/23",  # protocol assignments, Teredo and ORCHID among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
]
LOOPBACK = [ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128")]
SHAPE = re.compile(r"https?://[\x21\x23-\x5b\x5d\x5f\x61-\x7a\x7e]+", re.IGNORECASE)  # no quotes, backslashes, braces
HOST = re.compile(r"[0-9A-Za-z]([0-9A-Za-z.-]*[0-9A-Za-z])?|[0-9A-Fa-f:.]+")  # a name or an address, no IDNA
LONGEST = 512

Lookup = Callable[[str, int], list[str]]


class AddressRefused(Exception):
    """The address is not one that notices may go to; the text says why, and quotes nothing of it."""


class Unresolved(Exception):
    """The name has no address now, or nobody said so in time."""


@dataclass(frozen=True, slots=True)
class Target:
    """A checked address: what is signed, and where the connection goes."""

    url: str
    endpoint_url: str
    addresses: list[str]


def check(url: str) -> SplitResult:
    """The parts of an address that may be written to, as far as its text tells. Raises AddressRefused.

    https, or http where settings.WEBHOOKS["local"] (development and demo); no user, no fragment; one of the ports allowed.
    """
    if len(url) > LONGEST or not SHAPE.fullmatch(url):
        raise AddressRefused("not an http address in ASCII")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise AddressRefused("not an address") from None
    local = settings.WEBHOOKS["local"]
    if parts.scheme != "https" and not local:
        raise AddressRefused("https alone")
    if "@" in parts.netloc:
        raise AddressRefused("a user in the address")
    if parts.fragment or url.endswith("#"):
        raise AddressRefused("a fragment in the address")
    if not HOST.fullmatch(host):
        raise AddressRefused("no host")
    if port is not None and port not in settings.WEBHOOKS["ports"] and not (local and port >= 1024):
        raise AddressRefused("port")
    if _written_as_address(host) and not allowed(host):
        raise AddressRefused("not a public address")
    return parts


def _written_as_address(host: str) -> bool:
    """True for what needs no look-up; in other spellings (``127.1``) it is judged when it was looked up."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def on_registered_host(partner: Partner, url: str) -> bool:
    """True for an address that our page may lead to, and notices go to: https, as text no trick, on a host of the partner's."""
    try:
        parts = check(url)
    except AddressRefused:
        return False
    return (parts.hostname or "").lower() in {host.lower() for host in partner.return_hosts}


def resolve(url: str, lookup: Lookup | None = None) -> Target:
    """The address with every IP address of its host, all of them judged. Raises AddressRefused, Unresolved.

    One address among them that is refused refuses them all: such a name is no honest one.
    """
    parts = check(url)
    found = _look_up(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80), lookup or _system)
    if not found:
        raise Unresolved
    for address in found:
        if not allowed(address):
            raise AddressRefused("not a public address")
    path = parts.path or "/"
    return Target(url, f"{path}?{parts.query}" if parts.query else path, list(dict.fromkeys(found)))


def allowed(address: str) -> bool:
    """True for a public unicast address; for the loopback only where settings.WEBHOOKS["local"]."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:  # a scope ("fe80::1%eth0"), or nothing we know
        return False
    if any(ip in network for network in LOOPBACK):
        return bool(settings.WEBHOOKS["local"])
    if isinstance(ip, ipaddress.IPv4Address):
        return not any(ip in network for network in REFUSED)
    return ip in GLOBAL_UNICAST and not any(ip in network for network in REFUSED_V6)


def _look_up(host: str, port: int, lookup: Lookup) -> list[str]:
    """The lookup, given up on after the time for connecting: the system's own may take half a minute."""
    answer: queue.SimpleQueue[list[str] | None] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answer.put(lookup(host, port))
        except (OSError, UnicodeError):
            answer.put(None)

    threading.Thread(target=ask, daemon=True).start()
    try:
        found = answer.get(timeout=settings.WEBHOOKS["connect_seconds"])
    except queue.Empty:
        raise Unresolved from None
    if found is None:
        raise Unresolved
    return found


def _system(host: str, port: int) -> list[str]:
    entries: list[Any] = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in entries]
