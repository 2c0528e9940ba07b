"""How often a partner may call, and how often an address may ask for tokens: counted by each process for itself (ADR 45).

GCRA, as in ATM networks (https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm): of each caller one moment is kept, until
which its calls are paid up. Nothing of it leaves the process, so a call costs no round trip and Redis may be away.
"""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Hashable

from django.conf import settings

from wallet.snap.codes import Case, SnapError

AT_ONCE_SECONDS = 2  # what a partner may call at once: as much as in so many seconds
MINUTE = 60
MOST_KNOWN = 10_000  # callers that are remembered; who calls slowly is forgotten first

_paid_until: dict[Hashable, float] = {}
_turn = threading.Lock()  # of this process's threads


def of_partner(partner: int) -> None:
    """Counts a call of the partner, which has proved who it is. Raises SnapError (429/00): not counted, nothing done.

    settings.WALLET["partner_calls_a_second"] a second and process, twice that at once; 0 for any number.
    """
    rate: int = settings.WALLET["partner_calls_a_second"]
    if rate and not admits(("partner", partner), float(rate), rate * AT_ONCE_SECONDS):
        raise SnapError(Case.TOO_MANY)


def of_address(address: str) -> None:
    """Counts a request for a token, which anybody may send, at its address. Raises SnapError (429/00).

    settings.WALLET["tokens_a_minute"] a minute and process, as many at once; 0 for any number.
    """
    rate: int = settings.WALLET["tokens_a_minute"]
    if rate and not admits(("address", _place(address)), rate / MINUTE, rate):
        raise SnapError(Case.TOO_MANY)


def admits(who: Hashable, a_second: float, at_once: int, now: float | None = None) -> bool:
    """True if `who` may do one more thing now (seconds of the monotonic clock), and then that is counted."""
    now = time.monotonic() if now is None else now
    interval = 1 / a_second
    with _turn:
        until = max(_paid_until.get(who, now), now) + interval
        if until - now > (at_once + 0.5) * interval:  # half of one more: sums of fractions are not exact
            return False
        if len(_paid_until) >= MOST_KNOWN and who not in _paid_until:
            _forget_idle(now)
        _paid_until[who] = until
    return True


def forget() -> None:
    """Everybody begins anew."""
    with _turn:
        _paid_until.clear()


def _forget_idle(now: float) -> None:
    for who in [who for who, until in _paid_until.items() if until <= now]:
        del _paid_until[who]
    if len(_paid_until) >= MOST_KNOWN:  # that many at once are no partners: better a few let in than memory filled
        _paid_until.clear()


def _place(address: str) -> str:
    """An IPv4 address; of IPv6 the network of 64 bits, in which one subscriber has as many addresses as it likes."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address[:45]
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return str(ip) if ip.version == 4 else str(ipaddress.ip_network((ip, 64), strict=False))
