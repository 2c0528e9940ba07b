"""Redemption: a merchant takes a payment out of the purses of whoever showed the code."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from wallet import codes, ledger, limits
from wallet.errors import IdempotencyConflict, MerchantUnknown, PaymentUnknown
from wallet.models import Partner, Payment
from wallet.transactions import retried_statement

PAYMENT_FIELDS = [field.attname for field in Payment._meta.concrete_fields]
REDEEM = (
    f"SELECT {', '.join(PAYMENT_FIELDS)} FROM wallet_redeem("  # noqa: S608
    "%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::wallet_limits)"
)


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """A payment, or a hold, as a partner asks for it. `request_hash` covers all that must be the same in a retry."""

    partner: Partner
    merchant_id: str
    qr_content: str
    amount: int
    partner_reference_no: str
    external_id: str
    request_hash: bytes
    title: str = ""


def pay(order: PaymentOrder) -> Payment:
    """The payment: paid, or declined with its reason kept for good; an identical retry gets the first answer again.

    At a merchant of a cash category this is a cash-out. Decided and posted by the function wallet_redeem (wallet/sql), in
    one round trip when nobody has opened a transaction around it.
    Raises InvalidAmount, MerchantUnknown (nothing is kept), IdempotencyConflict (the reference was used for another).
    """
    ledger.check_amount(order.amount)
    payment = _redeem(order, timezone.now())
    if payment is None:
        raise MerchantUnknown(merchant_id=order.merchant_id)
    if bytes(payment.request_hash) != order.request_hash:
        raise IdempotencyConflict(partner_reference_no=order.partner_reference_no)
    return payment


@retried_statement
def _redeem(order: PaymentOrder, now: datetime) -> Payment | None:
    with connection.cursor() as cursor:
        cursor.execute(REDEEM, parameters_of(order, now))
        row = cursor.fetchone()
    return Payment.from_db("default", PAYMENT_FIELDS, row) if row else None


def parameters_of(order: PaymentOrder, now: datetime) -> list[Any]:
    """What wallet_redeem and wallet_authorise (wallet/sql) both ask for, in their order."""
    return [
        order.partner.pk,
        order.merchant_id,
        codes.digest(order.qr_content),
        order.amount,
        order.partner_reference_no,
        order.external_id,
        order.request_hash,
        new_reference(now),
        order.title,
        now,
        limits.for_redemption(now),
    ]


def find(partner: Partner, *, partner_reference_no: str = "", reference_no: str = "", external_id: str = "") -> Payment:
    """The partner's own payment by any of its numbers; all that are given must agree. Raises PaymentUnknown."""
    given = {
        "partner_reference_no": partner_reference_no,
        "reference_no": reference_no,
        "external_id": external_id,
    }
    wanted = {name: value for name, value in given.items() if value}
    if not wanted:
        raise PaymentUnknown
    payment = Payment.objects.select_related("merchant").filter(partner=partner, **wanted).order_by("-id").first()
    if payment is None:
        raise PaymentUnknown
    return payment


def new_reference(now: datetime | None = None) -> str:
    """Our number for a payment or refund: the Jakarta date and 16 random hex digits."""
    return f"{limits.today_began(now or timezone.now()):%Y%m%d}{secrets.token_hex(8).upper()}"
