"""Cancelling a payment: taken back whole on the day it was made, as if it had not been. Later, or in part, it is a refund."""

from __future__ import annotations

import hashlib

from django.utils import timezone

from wallet import limits, refunds
from wallet.errors import RefundNotPossible
from wallet.models import Partner, Payment, Refund
from wallet.qr_errors import CancelNotPossible
from wallet.transactions import retried


@retried
def cancel(payment: Payment, *, by: Partner, reason: str = "") -> Refund:
    """The refund that cancels the payment, made once: whoever cancels it again gets the same.

    The day is Jakarta's. Each rupiah goes back to the purse it came from, as in any refund.
    Raises RefundNotPossible (it was declined), CancelNotPossible (of an earlier day, or some of it was refunded),
    InsufficientFunds (the merchant was settled meanwhile).
    """
    payment = Payment.objects.select_for_update(of=("self",)).select_related("merchant").get(pk=payment.pk)
    earlier = payment.refunds.filter(cancels=True).first()
    if earlier is not None:
        return earlier
    if payment.status != Payment.Status.PAID:
        raise RefundNotPossible
    if payment.refunded or payment.created_at < limits.today_began(timezone.now()):
        raise CancelNotPossible
    number = f"CANCEL-{payment.reference_no}"
    order = refunds.RefundOrder(
        partner=by,
        partner_refund_no=number,
        request_hash=hashlib.sha256(number.encode()).digest(),
        amount=None,
        reason=reason,
        cancels=True,
    )
    return refunds.refund(order, of=payment)


def cancelled(payment: Payment) -> bool:
    """True if it was cancelled, and not merely refunded in full."""
    return bool(payment.refunded) and payment.refunds.filter(cancels=True).exists()
