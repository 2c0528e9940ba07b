"""Six digits that the holder says to the till instead of showing a QR code.

A million is few: digits are unique among live codes, live shortly, pay little, and whoever sends digits that speak for nothing
is counted and stopped, for each merchant and for each partner. All that is not a live code, be it used, expired or never
made, is answered alike.
"""

from __future__ import annotations

import hmac
import re
import secrets
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from wallet import codes, ledger
from wallet.errors import LimitExceeded
from wallet.models import DigitGuesses, Merchant, Partner, PaymentCode, SixDigits, Wallet
from wallet.qr_errors import DigitGuessesExceeded, DigitsExhausted
from wallet.transactions import retried

SHAPE = re.compile(r"[0-9]{6}")
DRAWS = 20  # with half of all digits alive, one in a million finds none free


@retried
def issue(wallet: Wallet, *, ceiling: int | None = None, device: UUID | None = None) -> codes.IssuedCode:
    """Makes six digits that pay once, up to `ceiling` rupiah and never more than settings.WALLET["digits_ceiling"].

    Raises InvalidAmount, LimitExceeded (a ceiling above that), WalletInactive, DigitsExhausted.
    """
    most: int = settings.WALLET["digits_ceiling"]
    if ceiling is not None:
        ledger.check_amount(ceiling)
        if ceiling > most:
            raise LimitExceeded(limit=most)
    now = timezone.now()
    lifetime = settings.WALLET["digits_lifetime"]
    issued = codes.keep(
        wallet, kind=PaymentCode.Kind.DIGITS, ceiling=ceiling or most, device=device, expires_at=now + lifetime
    )
    for _ in range(DRAWS):
        digits = f"{secrets.randbelow(1_000_000):06}"
        if _take(digest(digits), issued.code, now):
            return codes.IssuedCode(digits, issued.code.expires_at)
    raise DigitsExhausted


def digest(digits: str) -> bytes:
    """What the database knows six digits by: keyed, for a million are soon tried."""
    return hmac.digest(settings.PIN_PEPPER, b"six-digits|" + digits.encode(), "sha256")


def code_behind(digits: str, now: datetime) -> PaymentCode | None:
    """The live code that these digits speak for; None if it was used, has expired, or never was."""
    found = SixDigits.objects.select_related("code").filter(digest=digest(digits), expires_at__gt=now).first()
    if found is None or found.code.used_at is not None or found.code.declines >= settings.WALLET["code_declines"]:
        return None
    return found.code


def claim(
    partner: Partner, merchant: Merchant | None, digits: str, now: datetime, *, holder: int | None = None
) -> PaymentCode | None:
    """The live code, or None after counting the guess. Needs a transaction, which must be kept when it is None.

    Where the wallet is known whose code it must be (`holder`), digits of any other are a guess like those of nobody's:
    otherwise whoever names one customer could try out the codes of all.
    Locks what is counted for this partner and merchant, so that guesses made at once are counted one by one.
    Raises DigitGuessesExceeded, whatever the digits are.
    """
    counted = _lock_guesses(partner, merchant, now)
    _refuse_guessers(counted, now)
    code = code_behind(digits, now)
    if code is not None and holder not in (None, code.wallet_id):
        code = None
    if code is None:
        counted.wrong += 1
        if counted.wrong >= settings.WALLET["digits_wrong"]:
            counted.blocked_until = now + settings.WALLET["digits_window"]
        counted.save(update_fields=["since", "wrong", "blocked_until"])
    return code


def _take(key: bytes, code: PaymentCode, now: datetime) -> bool:
    """The digits now speak for the code, unless they speak for another that lives."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO wallet_sixdigits (digest, code_id, expires_at) VALUES (%s, %s, %s)"
            " ON CONFLICT (digest) DO UPDATE SET code_id = excluded.code_id, expires_at = excluded.expires_at"
            " WHERE wallet_sixdigits.expires_at <= %s",
            [key, code.pk, code.expires_at, now],
        )
        return bool(cursor.rowcount)


def _lock_guesses(partner: Partner, merchant: Merchant | None, now: datetime) -> DigitGuesses:
    row = DigitGuesses(partner=partner, merchant=merchant, since=now)
    DigitGuesses.objects.bulk_create([row], ignore_conflicts=True)
    counted = DigitGuesses.objects.select_for_update(no_key=True).get(partner=partner, merchant=merchant)
    if counted.since + settings.WALLET["digits_window"] <= now and (counted.blocked_until or now) <= now:
        counted.since, counted.wrong, counted.blocked_until = now, 0, None
    return counted


def _refuse_guessers(counted: DigitGuesses, now: datetime) -> None:
    window = settings.WALLET["digits_window"]
    if counted.blocked_until is not None and counted.blocked_until > now:
        raise DigitGuessesExceeded(until=_clock(counted.blocked_until))
    lately = DigitGuesses.objects.filter(partner=counted.partner_id, since__gt=now - window)
    if (lately.aggregate(wrong=Sum("wrong"))["wrong"] or 0) >= settings.WALLET["digits_wrong_of_partner"]:
        raise DigitGuessesExceeded(until=_clock(now + window))


def _clock(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%H:%M")
