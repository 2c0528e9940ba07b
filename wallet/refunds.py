"""Refunds: money of a payment back to the purses it came from, with their rules and expiry."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import IntegrityError
from django.db.models import F
from django.utils import timezone

from wallet import ledger
from wallet.errors import (
    IdempotencyConflict,
    InsufficientFunds,
    PaymentCancelled,
    RefundNotPossible,
    RefundTooLarge,
)
from wallet.models import FraudHold, Merchant, Partner, Payment, Purse, Refund, Transfer
from wallet.redemption import find, new_reference
from wallet.transactions import retried

SPENDING = (Transfer.Kind.REDEMPTION, Transfer.Kind.CASH_OUT)


@dataclass(frozen=True, slots=True)
class RefundOrder:
    """A refund as a partner asks for it; `amount` None means all that is left of the payment.

    `cancels` says that the payment is taken back as if it had not been (`wallet.cancellations`).
    """

    partner: Partner
    partner_refund_no: str
    request_hash: bytes
    amount: int | None
    reason: str = ""
    original_partner_reference_no: str = ""
    original_reference_no: str = ""
    original_external_id: str = ""
    merchant_id: str = ""
    cancels: bool = False


@dataclass(frozen=True, slots=True)
class _Return:
    account: int
    amount: int
    to_fund: bool


@retried
def refund(order: RefundOrder, of: Payment | None = None) -> Refund:
    """The refund, made once; an identical retry gets the first one again. `of` is the payment if the caller has found it.

    What came from a purse that has expired meanwhile goes to the fund its terms name, and `to_fund` tells how much. What the
    merchant is not owed any more, having been settled, is advanced as far as its credit goes: its next settlement is less
    by that (docs/adr/0040).
    Raises PaymentUnknown, MerchantUnknown, RefundNotPossible, PaymentCancelled, RefundTooLarge, InvalidAmount,
    InsufficientFunds (the merchant is owed less than that, and has no such credit), IdempotencyConflict.
    """
    if order.amount is not None:
        ledger.check_amount(order.amount)
    found = of or find(
        order.partner,
        partner_reference_no=order.original_partner_reference_no,
        reference_no=order.original_reference_no,
        external_id=order.original_external_id,
        merchant_id=order.merchant_id,
    )
    payment = Payment.objects.select_for_update(of=("self",)).select_related("merchant").get(pk=found.pk)
    earlier = Refund.objects.filter(partner=order.partner, partner_refund_no=order.partner_refund_no).first()
    if earlier is not None:
        if bytes(earlier.request_hash) != order.request_hash:
            raise IdempotencyConflict(partner_refund_no=order.partner_refund_no)
        return earlier
    if payment.status != Payment.Status.PAID or payment.wallet_id is None:
        raise RefundNotPossible
    if payment.refunds.filter(cancels=True).exists():
        raise PaymentCancelled
    left = payment.amount - payment.refunded
    amount = left if order.amount is None else order.amount
    if not 0 < amount <= left:
        raise RefundTooLarge(left=left)
    returns = _distribute(payment, amount)
    advanced = _advance(payment.merchant, amount)
    made = Refund(
        payment=payment,
        partner=order.partner,
        partner_refund_no=order.partner_refund_no,
        request_hash=order.request_hash,
        refund_no=new_reference(),
        amount=amount,
        to_fund=sum(part.amount for part in returns if part.to_fund),
        reason=order.reason,
        cancels=order.cancels,
    )
    try:
        made.save(force_insert=True)
    except IntegrityError as error:
        # The number was taken meanwhile for another payment: for the same one we had waited.
        if getattr(error.__cause__, "pgcode", None) == "23505":
            raise IdempotencyConflict(partner_refund_no=order.partner_refund_no) from error
        raise
    Payment.objects.filter(pk=payment.pk).update(refunded=F("refunded") + amount)
    legs = []
    if advanced and payment.merchant.advance_id is not None:
        legs.append(
            ledger.Leg(
                debit=payment.merchant.advance_id,
                credit=payment.merchant.account_id,
                amount=advanced,
                kind=Transfer.Kind.ADVANCE,
                key=f"advance:{made.pk}",
            )
        )
    ledger.post(
        legs
        + [
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


def _advance(merchant: Merchant, amount: int) -> int:
    """Rupiah that the merchant is not owed any more and we advance. Its account stays locked against other debits.

    None to one that is closed, or whose money is withheld: no settlement may ever pay it back.
    Raises InsufficientFunds: the merchant would owe us more than its credit.
    """
    if not merchant.refund_credit or merchant.advance_id is None or not _will_be_settled(merchant):
        return 0  # what it is owed decides when the refund is posted
    short = amount - ledger.lock_owed(merchant.account_id)
    if short <= 0:
        return 0
    # Whoever moves the advance holds the merchant's account.
    if short - ledger.balance_of(merchant.advance_id) > merchant.refund_credit:
        raise InsufficientFunds(account=merchant.account_id, short=short)
    return short


def _will_be_settled(merchant: Merchant) -> bool:
    """False if no settlement is to be expected that would pay an advance back."""
    return merchant.status != Merchant.Status.CLOSED and not FraudHold.withholds_settlement(merchant.pk)


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
