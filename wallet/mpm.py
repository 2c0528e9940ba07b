"""Paying at a code that the merchant presents (QR MPM), finding such payments, and cancelling.

Who pays is proved in one of two ways: the holder's own application with the PIN (`wallet`), or a one-time code of theirs that
another partner sends (`customer_code`). Decided and posted by what decides for the customer's codes too (`redemption.pay`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from wallet import cancellations, mpm_codes, mpm_notices, redemption
from wallet.errors import PaymentUnknown
from wallet.models import MpmCode, MpmPayment, Partner, Payment, Refund, Wallet
from wallet.mpm_codes import EXPIRED_AT_ONCE, Scan, expire_due
from wallet.qr_errors import AmountDiffers, AmountMissing, QrCancelled
from wallet.transactions import retried

__all__ = [
    "EXPIRED_AT_ONCE",
    "Cancelled",
    "PayOrder",
    "cancel",
    "expire_due",
    "find_code",
    "find_received",
    "find_sent",
    "pay",
]

S = MpmCode.State
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class PayOrder:
    """A payment at what was scanned, as the payer's side asks for it: by `wallet`, or by `customer_code`.

    `partner` and `partner_reference_no` number the request; `amount` is rupiah and may be None where the code names it.
    Without `cash`, what a partner sends is declined at an agent.
    """

    scan: Scan
    partner: Partner
    partner_reference_no: str
    external_id: str
    request_hash: bytes
    amount: int | None = None
    wallet: Wallet | None = None
    customer_code: str = ""
    title: str = ""
    cash: bool = True


@dataclass(frozen=True, slots=True)
class Cancelled:
    """What a cancellation ended: a code nobody had paid, or a payment, with the refund that took it back."""

    code: MpmCode | None
    payment: Payment | None
    refund: Refund | None
    at: datetime


@retried
def pay(order: PayOrder) -> Payment:
    """The payment: paid, or declined with its reason kept for good; an identical retry gets the first answer again.

    A dynamic code is paid once; declined, it stays open for another. What is bought is what the code's maker said: whoever
    pays names no goods, or would name what the aid allows. The merchant's partner is told in this transaction.
    Raises InvalidAmount, AmountMissing, AmountDiffers, QrPaid, QrCancelled, QrExpired, DigitGuessesExceeded (nothing is kept),
    IdempotencyConflict.
    """
    scan, now = order.scan, timezone.now()
    code = mpm_codes.lock(scan.code) if scan.code else None
    earlier = redemption.answered(order.partner, order.partner_reference_no, order.request_hash)
    if earlier is not None:
        return earlier
    if code is not None:
        mpm_codes.refuse_ended(code, now)
    payment = redemption.pay(
        redemption.PaymentOrder(
            partner=order.partner,
            merchant_id=scan.merchant.merchant_id,
            qr_content=order.customer_code,
            amount=_amount(order),
            partner_reference_no=order.partner_reference_no,
            external_id=order.external_id,
            request_hash=order.request_hash,
            title=order.title,
            terminal=scan.terminal,
            items=scan.items,
            wallet=order.wallet.pk if order.wallet else None,
            acquirer=scan.merchant.partner_id,
            cash=order.cash,
        )
    )
    way = MpmPayment.Way.APP if order.wallet else MpmPayment.Way.ISSUER
    made, new = MpmPayment.objects.get_or_create(
        payment=payment, defaults={"code": code, "way": way, "store": scan.store, "terminal": scan.terminal}
    )
    if new and payment.status == Payment.Status.PAID:
        if code is not None:
            mpm_codes.end(code, S.PAID, now, payment=payment.pk)
        mpm_notices.paid(made)
    return payment


def find_code(
    partner: Partner, *, partner_reference_no: str = "", reference_no: str = "", external_id: str = ""
) -> MpmCode:
    """The partner's own dynamic code by any of its numbers; all that are given must agree. Raises PaymentUnknown."""
    code = _by_numbers(MpmCode.objects.filter(partner=partner), partner_reference_no, reference_no, external_id)
    if code is None:
        raise PaymentUnknown
    return code


def find_received(
    partner: Partner, *, partner_reference_no: str = "", reference_no: str = "", external_id: str = ""
) -> Payment:
    """A payment at a code of one of the partner's merchants, whoever sent it.

    Of a dynamic code, the partner's number is the code's; of a static one it is ours, as the notice told it. The X-EXTERNAL-ID
    is the one that made the code: that of the payment is its sender's.
    Raises PaymentUnknown.
    """
    found = Payment.objects.select_related("merchant", "mpm__code").filter(
        merchant__partner=partner, mpm__isnull=False, status=Payment.Status.PAID
    )
    if partner_reference_no:
        # As the code's number, and not as the sender's: that one is another partner's affair.
        found = found.filter(
            Q(mpm__code__partner_reference_no=partner_reference_no)
            | Q(mpm__code=None, reference_no=partner_reference_no)
        )
    if reference_no:
        found = found.filter(Q(reference_no=reference_no) | Q(mpm__code__reference_no=reference_no))
    if external_id:
        found = found.filter(mpm__code__external_id=external_id)
    payment = found.order_by("-id").first() if partner_reference_no or reference_no or external_id else None
    if payment is None:
        raise PaymentUnknown
    return payment


def find_sent(
    partner: Partner, *, partner_reference_no: str = "", reference_no: str = "", external_id: str = ""
) -> Payment:
    """A payment that the partner sent for a customer (service 50), by any of its numbers. Raises PaymentUnknown."""
    sent = Payment.objects.select_related("merchant", "mpm").filter(partner=partner, mpm__way=MpmPayment.Way.ISSUER)
    payment = _by_numbers(sent, partner_reference_no, reference_no, external_id)
    if payment is None:
        raise PaymentUnknown
    return payment


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
    """The merchant's side gives up a code nobody has paid, or takes back whole what was paid with it today. Safe to repeat.

    Raises PaymentUnknown, MerchantUnknown, AmountDiffers, QrExpired, and what `cancellations.cancel` raises.
    """
    numbers = {"partner_reference_no": partner_reference_no, "reference_no": reference_no, "external_id": external_id}
    try:
        code = mpm_codes.lock(find_code(partner, **numbers))
    except PaymentUnknown:
        code = None
    if code is None:
        payment = find_received(partner, **numbers)
        redemption.refuse_other_merchant(payment.merchant, merchant_id)
        return _take_back(None, payment, partner, amount, reason)
    redemption.refuse_other_merchant(code.merchant, merchant_id)
    if code.payment is not None:
        return _take_back(code, code.payment, partner, amount, reason)
    if amount not in (None, code.amount):
        raise AmountDiffers
    now = timezone.now()
    try:
        mpm_codes.refuse_ended(code, now)
    except QrCancelled:
        return Cancelled(code, None, None, code.ended_at or now)
    mpm_codes.end(code, S.CANCELLED, now)
    return Cancelled(code, None, None, now)


def _take_back(code: MpmCode | None, payment: Payment, partner: Partner, amount: int | None, reason: str) -> Cancelled:
    if amount not in (None, payment.amount):
        raise AmountDiffers
    refund = cancellations.cancel(payment, by=partner, reason=reason)
    return Cancelled(code, refund.payment, refund, refund.created_at)


def _amount(order: PayOrder) -> int:
    if order.scan.amount is None:
        if order.amount is None:
            raise AmountMissing
        return order.amount
    if order.amount not in (None, order.scan.amount):
        raise AmountDiffers
    return order.scan.amount


def _by_numbers(rows: QuerySet[Row], partner_reference_no: str, reference_no: str, external_id: str) -> Row | None:
    given = {
        "partner_reference_no": partner_reference_no,
        "reference_no": reference_no,
        "external_id": external_id,
    }
    wanted = {name: value for name, value in given.items() if value}
    return rows.filter(**wanted).order_by("-id").first() if wanted else None
