"""PINs typed on payment pages, counted apart from the application's: whoever opens a page has proved nothing yet.

The application asks for a device that was activated; a page is open to anybody who has its address, and a partner has as many
pages as it places orders. So each try is counted, and committed, before the PIN is compared: at the wallet, at the partner
whose order it is, and at the address it comes from. One PIN tried over many telephones stops the partner's pages and the
address; many PINs tried at one telephone stop that wallet at pages for longer each time, up to a day. The application's own
count is not touched: outsiders cannot lock it.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from wallet.debit_errors import PagePinsStopped
from wallet.models import PagePinTries, Partner

NOBODY = 0  # no wallet has this number: what is typed for a telephone that leads to none does the same work
LONGEST = timedelta(days=1)
KEPT = timedelta(days=30)  # a wallet's count begins anew after so long without a wrong try


@dataclass(frozen=True, slots=True)
class Counted:
    """A try that was counted: at which rows, and whether the wallet may be asked for its PIN now."""

    subjects: tuple[str, ...]
    allowed: bool


def count(partner: Partner, address: str, wallet: int | None) -> Counted:
    """Commits one more try, as if it were wrong; `right` takes it back. Refuses to run inside a transaction.

    Raises PagePinsStopped: too many wrong ones for this partner's orders, or from this address. That a wallet is stopped is
    told by `allowed` only, for it tells that there is one.
    """
    now = timezone.now()
    most = _shared(partner, address)
    payer = f"wallet:{wallet or NOBODY}"
    with transaction.atomic(durable=True):
        rows = _lock((*most, payer), now)
        for subject in most:
            _open(rows[subject], most[subject], now)
        allowed = _count_at_wallet(rows[payer], now)
        for subject in most:
            rows[subject].wrong += 1
        PagePinTries.objects.bulk_update(rows.values(), ["since", "wrong", "blocked_until"])
    return Counted((*most, payer), allowed)


def refuse_stopped(partner: Partner, address: str) -> None:
    """Returns if PINs may be typed for this partner's orders and from there, as it stands; counts nothing, locks nothing.

    Raises PagePinsStopped.
    """
    now, most = timezone.now(), _shared(partner, address)
    for row in PagePinTries.objects.filter(subject__in=most):
        _open(row, most[row.subject], now)


def right(counted: Counted) -> None:
    """The PIN was right: its try is no guess. It takes no other tries away but those at its own wallet."""
    *shared, payer = counted.subjects
    with transaction.atomic():
        rows = _lock(counted.subjects, timezone.now())
        for subject in shared:
            rows[subject].wrong = max(rows[subject].wrong - 1, 0)
        rows[payer].wrong, rows[payer].blocked_until = 0, None
        PagePinTries.objects.bulk_update(rows.values(), ["wrong", "blocked_until"])


def forget(now: datetime) -> int:
    """Deletes counts that stop nobody any more; returns how many."""
    old = PagePinTries.objects.filter(since__lt=now - KEPT)
    shared = PagePinTries.objects.filter(since__lt=now - settings.WALLET["page_pins_window"]).exclude(
        subject__startswith="wallet:"
    )
    return int(old.delete()[0]) + int(shared.delete()[0])


def _shared(partner: Partner, address: str) -> dict[str, int]:
    """What a try is counted at besides the wallet, and how many wrong ones stop it."""
    return {
        f"address:{_digest(address)}": settings.WALLET["page_pins_of_address"],
        f"partner:{partner.pk}": settings.WALLET["page_pins_of_partner"],
    }


def _lock(subjects: Sequence[str], now: datetime) -> dict[str, PagePinTries]:
    PagePinTries.objects.bulk_create(
        [PagePinTries(subject=subject, since=now) for subject in sorted(subjects)], ignore_conflicts=True
    )
    # In one order, or two tries would wait for each other.
    rows = PagePinTries.objects.select_for_update(no_key=True).filter(subject__in=subjects).order_by("subject")
    return {row.subject: row for row in rows}


def _open(row: PagePinTries, most: int, now: datetime) -> None:
    window = settings.WALLET["page_pins_window"]
    if row.since + window <= now:
        row.since, row.wrong = now, 0
    if row.wrong >= most:
        raise PagePinsStopped(until=timezone.localtime(row.since + window).strftime("%H:%M"))


def _count_at_wallet(row: PagePinTries, now: datetime) -> bool:
    """False while it is stopped. Each time as many are wrong as stop it, it is stopped for twice as long."""
    if row.blocked_until is not None and row.blocked_until > now:
        return False
    if row.since + KEPT <= now:
        row.wrong, row.blocked_until = 0, None
    row.since = now
    row.wrong += 1
    stops, left = divmod(row.wrong, settings.WALLET["page_pins_of_wallet"])
    if left == 0:
        doubled = settings.WALLET["pin_lockout"] * 2 ** min(stops - 1, 16)
        row.blocked_until = now + min(doubled, LONGEST)
    return True


def _digest(address: str) -> str:
    """The address, or the network of one subscriber for IPv6, keyed: where people pay from is nobody's to read."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        told = address
    else:
        known = getattr(known, "ipv4_mapped", None) or known
        told = str(known) if known.version == 4 else str(ipaddress.ip_network(f"{known}/64", strict=False))
    return hmac.digest(settings.PIN_PEPPER, b"page-address|" + told.encode(), "sha256").hex()
