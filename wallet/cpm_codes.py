"""Codes of customers by way of a partner: six digits exchanged for a QR code (service 59), and cancelling (62)."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from wallet import cancellations, codes, ledger, redemption, six_digits
from wallet.errors import CodeExpired, CodeUsed, IdempotencyConflict, PaymentUnknown
from wallet.models import CpmCode, Partner, Payment, PaymentCode, Refund
from wallet.qr_errors import AmountDiffers
from wallet.transactions import retried

SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class ExchangeOrder:
    """What a partner asks for its customer: a QR code for the digits that the customer gave it.

    `amount` (rupiah) and `expires_at` can only make the code smaller and shorter than the holder did. Without
    `partner_reference_no`, our number is the partner's too, and no retry is known as one.
    """

    partner: Partner
    digits: str
    amount: int | None
    partner_reference_no: str
    external_id: str
    request_hash: bytes
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Exchanged:
    """The QR code, its row; `content` is None if the digits spoke for no live code, and the guess was counted."""

    content: str | None
    made: CpmCode | None


@dataclass(frozen=True, slots=True)
class Cancelled:
    """What a cancellation ended: a code nobody had paid with, or a payment with the refund that took it back."""

    made: CpmCode | None
    payment: Payment | None
    refund: Refund | None
    at: datetime


@retried
def exchange(order: ExchangeOrder) -> Exchanged:
    """The QR code, made once; an identical retry gets the same. The digits are spent by it.

    Raises InvalidAmount, DigitGuessesExceeded, IdempotencyConflict, WalletInactive. A wrong guess is an answer and no error:
    its count must be kept, and with an error the caller's transaction would go.
    """
    if order.amount is not None:
        ledger.check_amount(order.amount)
    made = _made(order)
    if made is not None:
        return Exchanged(_content(bytes(made.salt)), made)
    now = timezone.now()
    digits = six_digits.claim(order.partner, None, order.digits, now)
    if digits is None:
        made = _made(order)  # an identical request was first, and spent them
        return Exchanged(_content(bytes(made.salt)), made) if made else Exchanged(None, None)
    held = PaymentCode.objects.select_for_update(of=("self",), no_key=True).select_related("wallet").get(pk=digits.pk)
    if held.used_at is not None:  # somebody was faster
        return Exchanged(None, None)
    held.used_at = now
    held.save(update_fields=["used_at"])
    salt, reference = secrets.token_bytes(SALT_BYTES), redemption.new_reference(now)
    ends = now + settings.WALLET["code_lifetime"]
    kept = codes.keep(
        held.wallet,
        kind=PaymentCode.Kind.QR,
        ceiling=min((limit for limit in (held.ceiling, order.amount) if limit is not None), default=None),
        device=held.device,
        expires_at=min(ends, order.expires_at or ends),
        content=_content(salt),
    )
    made = CpmCode(
        code=kept.code,
        partner=order.partner,
        partner_reference_no=order.partner_reference_no or reference,
        external_id=order.external_id,
        request_hash=order.request_hash,
        reference_no=reference,
        salt=salt,
        created_at=now,
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        # Two requests with one number and different digits: those with the same had met at the guesses' lock.
        if getattr(error.__cause__, "pgcode", None) == "23505":
            raise IdempotencyConflict(partner_reference_no=order.partner_reference_no) from error
        raise
    return Exchanged(kept.qr_content, made)


@retried
def cancel(
    partner: Partner,
    *,
    partner_reference_no: str,
    reference_no: str = "",
    external_id: str = "",
    merchant_id: str = "",
    amount: int | None = None,
    reason: str = "",
) -> Cancelled:
    """Takes back whole what the partner's till was paid today (60), or kills the code it had made (59). Safe to repeat.

    A code that was made for a customer is at no merchant yet, so any may be named with it.
    Raises PaymentUnknown, MerchantUnknown, AmountDiffers, CodeUsed, CodeExpired, and what `cancellations.cancel` raises.
    """
    numbers = {"partner_reference_no": partner_reference_no, "reference_no": reference_no, "external_id": external_id}
    try:
        payment = redemption.find(
            partner,
            partner_reference_no=partner_reference_no,
            reference_no=reference_no,
            external_id=external_id,
            merchant_id=merchant_id,
        )
    except PaymentUnknown:
        return _kill(partner, numbers)
    if amount not in (None, payment.amount):
        raise AmountDiffers
    refund = cancellations.cancel(payment, by=partner, reason=reason)
    return Cancelled(None, refund.payment, refund, refund.created_at)


def _kill(partner: Partner, numbers: dict[str, str]) -> Cancelled:
    wanted = {name: value for name, value in numbers.items() if value}
    found = CpmCode.objects.filter(partner=partner, **wanted).first()
    if found is None:
        raise PaymentUnknown
    code = PaymentCode.objects.select_for_update(no_key=True).get(pk=found.pk)
    made = CpmCode.objects.get(pk=found.pk)  # as it is under the lock
    if made.cancelled_at is not None:
        return Cancelled(made, None, None, made.cancelled_at)
    now = timezone.now()
    if code.used_at is not None:
        raise CodeUsed
    if code.expires_at <= now:
        raise CodeExpired
    code.used_at = made.cancelled_at = now
    code.save(update_fields=["used_at"])
    made.save(update_fields=["cancelled_at"])
    return Cancelled(made, None, None, now)


def _made(order: ExchangeOrder) -> CpmCode | None:
    if not order.partner_reference_no:
        return None
    found = CpmCode.objects.select_related("code").filter(
        partner=order.partner, partner_reference_no=order.partner_reference_no
    )
    made = found.first()
    if made is not None and bytes(made.request_hash) != order.request_hash:
        raise IdempotencyConflict(partner_reference_no=order.partner_reference_no)
    return made


def _content(salt: bytes) -> str:
    """The QR's content that the salt leads to, under the pepper: as long and as hard to guess as one drawn at random."""
    number = int.from_bytes(hmac.digest(settings.PIN_PEPPER, b"cpm-code|" + salt, "sha256"))
    letters = []
    for _ in range(codes.LENGTH):
        number, letter = divmod(number, len(codes.ALPHABET))
        letters.append(codes.ALPHABET[letter])
    return "".join(letters)
