"""Refunds: money of a payment back to the purses it came from, with their rules and expiry."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import IntegrityError
from django.db.models import F
from django.utils import timezone

from wallet import ledger
from wallet.errors import IdempotencyConflict, RefundNotPossible, RefundTooLarge
from wallet.models import Partner, Payment, Purse, Refund, Transfer
from wallet.redemption import find, new_reference
from wallet.transactions import retried

SPENDING = (Transfer.Kind.REDEMPTION, Transfer.Kind.CASH_OUT)


@dataclass(frozen=True, slots=True)
class RefundOrder:
    """A refund as a partner asks for it; `amount` None means all that is left of the payment."""

    partner: Partner
    partner_refund_no: str
    request_hash: bytes
    amount: int | None
    reason: str = ""
    original_partner_reference_no: str = ""
    original_reference_no: str = ""


@dataclass(frozen=True, slots=True)
class _Return:
    account: int
    amount: int
    to_fund: bool


@retried
def refund(order: RefundOrder) -> Refund:
    """The refund, made once; an identical retry gets the first one again.

    What came from a purse that has expired meanwhile goes to the fund its terms name, and `to_fund` tells how much.
    Raises PaymentUnknown, RefundNotPossible, RefundTooLarge, InsufficientFunds (the merchant is owed less than that),
    InvalidAmount, IdempotencyConflict.
    """
    if order.amount is not None:
        ledger.check_amount(order.amount)
    found = find(
        order.partner,
        partner_reference_no=order.original_partner_reference_no,
        reference_no=order.original_reference_no,
    )
    payment = Payment.objects.select_for_update(of=("self",)).select_related("merchant").get(pk=found.pk)
    earlier = Refund.objects.filter(partner=order.partner, partner_refund_no=order.partner_refund_no).first()
    if earlier is not None:
        if bytes(earlier.request_hash) != order.request_hash:
            raise IdempotencyConflict(partner_refund_no=order.partner_refund_no)
        return earlier
    if payment.status != Payment.Status.PAID or payment.wallet_id is None:
        raise RefundNotPossible
    left = payment.amount - payment.refunded
    amount = left if order.amount is None else order.amount
    if not 0 < amount <= left:
        raise RefundTooLarge(left=left)
    returns = _distribute(payment, amount)
    made = Refund(
        payment=payment,
        partner=order.partner,
        partner_refund_no=order.partner_refund_no,
        request_hash=order.request_hash,
        refund_no=new_reference(),
        amount=amount,
        to_fund=sum(part.amount for part in returns if part.to_fund),
        reason=order.reason,
    )
    try:
        made.save(force_insert=True)
    except IntegrityError as error:
        # The number was taken meanwhile for another payment: for the same one we had waited.
        if getattr(error.__cause__, "pgcode", None) == "23505":
            raise IdempotencyConflict(partner_refund_no=order.partner_refund_no) from error
        raise
    Payment.objects.filter(pk=payment.pk).update(refunded=F("refunded") + amount)
    ledger.post(
        [
            ledger.Leg(
                debit=payment.merchant.account_id,
                credit=part.account,
                amount=part.amount,
                kind=Transfer.Kind.REFUND,
                key=f"refund:{made.pk}:{number}",
                payment=payment.pk,
            )
            for number, part in enumerate(returns)
        ]
    )
    return made


def _distribute(payment: Payment, amount: int) -> list[_Return]:
    """Back along the way it came: the purse spent last is filled first, none above what it gave.

    All refunds of a payment walk the same line, so `payment.refunded` tells how far the earlier ones came.
    """
    now = timezone.now()
    spent = Transfer.objects.filter(payment=payment, kind__in=SPENDING).order_by("-id")
    ledger.lock_wallets_of(
        [transfer.debit_id for transfer in spent]
    )  # where they are now: a succession may have moved them
    purses = Purse.objects.select_related("terms").in_bulk([transfer.debit_id for transfer in spent])
    passed, returns = payment.refunded, []
    for transfer in spent:
        skipped = min(passed, transfer.amount)
        passed -= skipped
        part = min(amount, transfer.amount - skipped)
        if part == 0:
            continue
        amount -= part
        purse = purses[transfer.debit_id]
        expired = purse.usable_until is not None and purse.usable_until <= now
        fund = purse.terms.lapses_to_id if expired else None
        returns.append(_Return(fund or purse.pk, part, to_fund=fund is not None))
    return returns
