"""The holder's 6-digit PIN: argon2id under a pepper kept outside the database, with a lockout no rollback can undo.

An attempt is counted, and committed, before the PIN is compared: attempts made at once cannot share one try. Hence
`check` and `change` refuse to run inside a transaction.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import re
import secrets
from datetime import datetime
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from wallet import phone_changes
from wallet.errors import PinAlreadySet, PinInvalid, PinLocked, PinNotSet, PinWrong, ReasonMissing, WalletInactive
from wallet.models import Wallet, WalletStep
from wallet.proposal_errors import PinForgotten, RecoveryTakesTwo
from wallet.transactions import retried

# OWASP's figures: about 20 ms a try. The pepper and the lockout protect six digits, not the hash's slowness.
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
SHAPE = re.compile(r"[0-9]{6}")
RUNS = "01234567890", "09876543210"


def create(wallet: Wallet, pin: str) -> None:
    """Sets the first PIN, or the next after the old one was forgotten.

    Raises PinInvalid, PinAlreadySet, WalletInactive, RecoveryTakesTwo (`phone_changes`).
    """
    _check_shape(pin)
    _check_active(wallet)
    if phone_changes.had_pin(wallet) and phone_changes.takes_two(wallet):
        raise RecoveryTakesTwo
    without_pin = Wallet.objects.filter(pk=wallet.pk, pin_hash="", status=Wallet.Status.ACTIVE)
    if not without_pin.update(pin_hash=_hash(wallet, pin)):
        _check_active(wallet)  # it may have been closed meanwhile
        raise PinAlreadySet


def change(wallet: Wallet, old: str, new: str) -> None:
    """Replaces the PIN. Raises PinInvalid (the new one), and all that `check` raises (the old one)."""
    _check_shape(new)
    proved = _check(wallet, old)
    # Only over the PIN that was proved: one that was reset meanwhile stays forgotten.
    if not Wallet.objects.filter(pk=wallet.pk, pin_hash=proved).update(pin_hash=_hash(wallet, new)):
        raise PinNotSet


@retried
def reset(wallet: Wallet, reason: str, by: str) -> None:
    """Forgets the PIN and its failures, so that the holder, identified in person, can set another. Who and why is recorded.

    Raises ReasonMissing, RecoveryTakesTwo (`phone_changes`).
    """
    if not reason.strip():
        raise ReasonMissing
    if phone_changes.takes_two(wallet):
        raise RecoveryTakesTwo
    forget(wallet, reason.strip(), by)


def forget(wallet: Wallet, reason: str, by: str) -> None:
    """The PIN and its failures are no more, and that is kept, whoever has the telephone; for callers in a transaction."""
    Wallet.objects.filter(pk=wallet.pk).update(pin_hash="", pin_failures=0, pin_locked_until=None)
    WalletStep.objects.create(wallet=wallet, kind=WalletStep.Kind.PIN_RESET, reason=reason, by=by)


def check(wallet: Wallet, pin: str) -> None:
    """Returns if the PIN is right. Raises PinNotSet, PinWrong(left), PinLocked(until), WalletInactive."""
    _check(wallet, pin)


def check_if_made(wallet: Wallet, pin: str) -> None:
    """Returns if the PIN is right, or if there is none and one officer's word is enough: the holder never had one.

    So is what two officers agreed to: somebody without a telephone makes no new one (`wallet.recovery`). Raises PinInvalid
    (none was typed), PinForgotten (by one officer), and all that `check` raises.
    """
    if not Wallet.objects.exclude(pin_hash="").filter(pk=wallet.pk).exists():
        if phone_changes.forgotten_by_one(wallet):
            raise PinForgotten
        return
    if not pin:
        raise PinInvalid
    _check(wallet, pin)


def matches(wallet: Wallet, pin: str) -> bool:
    """Whether it is the PIN, for whoever counts the tries elsewhere (wallet.page_pins): none is counted here or forgiven.

    A PIN that is locked matches nothing. Raises PinNotSet, PinLocked, WalletInactive.
    """
    row = Wallet.objects.get(pk=wallet.pk)
    _refuse_unfit(row, timezone.now())
    try:
        return HASHER.verify(row.pin_hash, _peppered(wallet, pin))
    except VerifyMismatchError:
        return False


def check_nobodys(pin: str) -> None:
    """The work of comparing a PIN, for a holder who is not there: the answer must take as long."""
    peppered = hmac.new(settings.PIN_PEPPER, f"0|{pin}".encode(), hashlib.sha256).digest()
    with contextlib.suppress(VerifyMismatchError):
        HASHER.verify(_nobodys_hash(), peppered)


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return HASHER.hash(secrets.token_bytes(32))


def _check(wallet: Wallet, pin: str) -> str:
    """The hash that the PIN was compared with."""
    _check_active(wallet)
    pin_hash, failures = _count_attempt(wallet)
    try:
        HASHER.verify(pin_hash, _peppered(wallet, pin))
    except VerifyMismatchError:
        left = settings.WALLET["pin_attempts"] - failures
        if left > 0:
            raise PinWrong(left=left) from None
        raise PinLocked(until=_clock(timezone.now() + settings.WALLET["pin_lockout"])) from None
    Wallet.objects.filter(pk=wallet.pk).update(pin_failures=0, pin_locked_until=None)
    return pin_hash


def _count_attempt(wallet: Wallet) -> tuple[str, int]:
    """Commits one more attempt and returns the hash to compare with and the count; the last one allowed also locks."""
    now = timezone.now()
    with transaction.atomic(durable=True):
        row = Wallet.objects.select_for_update().get(pk=wallet.pk)
        _refuse_unfit(row, now)
        if row.pin_locked_until:  # served its time
            row.pin_failures, row.pin_locked_until = 0, None
        row.pin_failures += 1
        if row.pin_failures >= settings.WALLET["pin_attempts"]:
            row.pin_locked_until = now + settings.WALLET["pin_lockout"]
        row.save(update_fields=["pin_failures", "pin_locked_until"])
    return row.pin_hash, row.pin_failures


def _refuse_unfit(row: Wallet, now: datetime) -> None:
    if row.status != Wallet.Status.ACTIVE:
        raise WalletInactive
    if not row.pin_hash:
        raise PinNotSet
    if row.pin_locked_until and row.pin_locked_until > now:
        raise PinLocked(until=_clock(row.pin_locked_until))


def _check_shape(pin: str) -> None:
    if not isinstance(pin, str) or not SHAPE.fullmatch(pin):
        raise PinInvalid
    # What everybody tries first: one digit or a pair or three again and again, and digits in a row.
    if pin[:2] * 3 == pin or pin[:3] * 2 == pin or any(pin in run for run in RUNS):
        raise PinInvalid


def _check_active(wallet: Wallet) -> None:
    if not Wallet.objects.filter(pk=wallet.pk, status=Wallet.Status.ACTIVE).exists():
        raise WalletInactive


def _peppered(wallet: Wallet, pin: str) -> bytes:
    """Binds the PIN to the wallet and the pepper: a stolen table alone cannot be searched."""
    return hmac.new(settings.PIN_PEPPER, f"{wallet.pk}|{pin}".encode(), hashlib.sha256).digest()


def _hash(wallet: Wallet, pin: str) -> str:
    return HASHER.hash(_peppered(wallet, pin))


def _clock(moment: object) -> str:
    return timezone.localtime(moment).strftime("%H:%M")  # type: ignore[arg-type]
