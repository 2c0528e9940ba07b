"""One-time payment codes. The holder proves the PIN first (`pins.check`); the code then speaks for one payment."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from wallet import ledger
from wallet.errors import WalletInactive
from wallet.models import PaymentCode, Wallet

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U to misread
LENGTH = 26  # 130 bits
SPOKEN = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None})  # Crockford's reading of what was written


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """What the holder shows to the till, or says. `qr_content` exists here only: the database keeps its digest."""

    qr_content: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class KeptCode:
    """A code's row, and the content that leads to it."""

    qr_content: str
    code: PaymentCode


def issue(
    wallet: Wallet,
    *,
    ceiling: int | None = None,
    device: UUID | None = None,
    kind: PaymentCode.Kind = PaymentCode.Kind.QR,
) -> IssuedCode:
    """Makes a code that pays once, up to `ceiling` rupiah, or shows the balance until it ends; it dies with the device.

    Raises InvalidAmount, WalletInactive.
    """
    if ceiling is not None:
        ledger.check_amount(ceiling)
    kept = keep(
        wallet,
        kind=kind,
        ceiling=ceiling,
        device=device,
        expires_at=timezone.now() + settings.WALLET["code_lifetime"],
    )
    return IssuedCode(kept.qr_content, kept.code.expires_at)


def keep(
    wallet: Wallet,
    *,
    kind: PaymentCode.Kind,
    ceiling: int | None,
    device: UUID | None,
    expires_at: datetime,
    content: str = "",
) -> KeptCode:
    """The row of a new code, under content drawn at random unless some is given. Raises WalletInactive."""
    if not Wallet.objects.filter(pk=wallet.pk, status=Wallet.Status.ACTIVE).exists():
        raise WalletInactive
    content = content or "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    code = PaymentCode.objects.create(
        wallet=wallet, kind=kind, digest=digest(content), ceiling=ceiling, device=device, expires_at=expires_at
    )
    return KeptCode(content, code)


def as_shown(typed: str) -> str:
    """A code as it was shown, from how somebody typed it: any case, in groups, with the letters that look like digits."""
    plain = typed.upper().translate(SPOKEN)
    return plain if len(plain) == LENGTH or plain.isdecimal() else typed.strip()


def digest(qr_content: str) -> bytes:
    """What the database knows a code by: keyed, so that a stolen table does not tell codes."""
    return hmac.digest(settings.PIN_PEPPER, b"code|" + qr_content.encode(), "sha256")


def kill_open(wallet: Wallet, *, device: UUID | None = None) -> int:
    """No code that was made so far (on the device, if one is named) pays any more; returns how many could have.

    Needs a transaction.

    Waits for the payments that are using one now. They lock a code before its wallet: call it before locking the wallet,
    and again after, for a code that was made in between.
    """
    now = timezone.now()
    unspent = PaymentCode.objects.filter(wallet=wallet, used_at__isnull=True, expires_at__gt=now)
    if device is not None:
        unspent = unspent.filter(device=device)
    alive = list(unspent.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    return PaymentCode.objects.filter(pk__in=alive).update(used_at=now)
