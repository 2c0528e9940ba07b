"""One-time payment codes. The holder proves the PIN first (`pins.check`); the code then speaks for one payment."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from wallet import ledger
from wallet.errors import WalletInactive
from wallet.models import PaymentCode, Wallet

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U to misread
LENGTH = 26  # 130 bits


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """What the holder shows to the till. `qr_content` exists here only: the database keeps its digest."""

    qr_content: str
    expires_at: datetime


def issue(wallet: Wallet, *, ceiling: int | None = None) -> IssuedCode:
    """Makes a code that pays once, up to `ceiling` rupiah. Raises InvalidAmount, WalletInactive."""
    if ceiling is not None:
        ledger.check_amount(ceiling)
    if not Wallet.objects.filter(pk=wallet.pk, status=Wallet.Status.ACTIVE).exists():
        raise WalletInactive
    content = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    expires_at = timezone.now() + settings.WALLET["code_lifetime"]
    PaymentCode.objects.create(wallet=wallet, digest=digest(content), ceiling=ceiling, expires_at=expires_at)
    return IssuedCode(content, expires_at)


def digest(qr_content: str) -> bytes:
    """What the database knows a code by: keyed, so that a stolen table does not tell codes."""
    return hmac.digest(settings.PIN_PEPPER, b"code|" + qr_content.encode(), "sha256")


def kill_open(wallet: Wallet) -> int:
    """No code that was made so far pays any more; returns how many could have. Needs a transaction.

    Waits for the payments that are using one now. They lock a code before its wallet: call it before locking the wallet,
    and again after, for a code that was made in between.
    """
    now = timezone.now()
    unspent = PaymentCode.objects.filter(wallet=wallet, used_at__isnull=True, expires_at__gt=now)
    alive = list(unspent.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    return PaymentCode.objects.filter(pk__in=alive).update(used_at=now)
