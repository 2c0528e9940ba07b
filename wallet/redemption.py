"""Redemption: a merchant takes a payment out of the purses of whoever showed the code."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from wallet import codes, ledger, purses
from wallet.errors import (
    CodeCeiling,
    CodeExpired,
    CodeUnknown,
    CodeUsed,
    IdempotencyConflict,
    InsufficientFunds,
    LimitExceeded,
    MerchantSuspended,
    MerchantUnknown,
    NotPermitted,
    PaymentUnknown,
    WalletError,
    WalletInactive,
)
from wallet.models import Merchant, Partner, Payment, PaymentCode, Purse, Transfer, Wallet
from wallet.transactions import retried


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """A payment as a partner asks for it. `request_hash` covers all that must be the same in a retry."""

    partner: Partner
    merchant_id: str
    qr_content: str
    amount: int
    partner_reference_no: str
    external_id: str
    request_hash: bytes
    title: str = ""


@retried
def pay(order: PaymentOrder) -> Payment:
    """The payment: paid, or declined with its reason kept for good; an identical retry gets the first answer again.

    Raises InvalidAmount, MerchantUnknown (nothing is kept), IdempotencyConflict (the reference was used for another).
    """
    ledger.check_amount(order.amount)
    if earlier := _earlier(order):
        return earlier
    merchant = Merchant.objects.filter(partner=order.partner, merchant_id=order.merchant_id).first()
    if merchant is None:
        raise MerchantUnknown(merchant_id=order.merchant_id)
    try:
        with transaction.atomic():
            return _decide(order, merchant)
    except IntegrityError:
        # Another request took the reference meanwhile, with another code: for the same code we had waited.
        if earlier := _earlier(order):
            return earlier
        raise


def _earlier(order: PaymentOrder) -> Payment | None:
    payment = (
        Payment.objects.select_related("merchant")
        .filter(partner=order.partner, partner_reference_no=order.partner_reference_no)
        .first()
    )
    if payment is not None and bytes(payment.request_hash) != order.request_hash:
        raise IdempotencyConflict(partner_reference_no=order.partner_reference_no)
    return payment


def _decide(order: PaymentOrder, merchant: Merchant) -> Payment:
    code = PaymentCode.objects.select_for_update().filter(digest=codes.digest(order.qr_content)).first()
    if code is not None and (earlier := _earlier(order)):
        return earlier  # the identical request that held the code's lock before us
    wallet = Wallet.objects.select_for_update().get(pk=code.wallet_id) if code else None
    payment = Payment(
        partner=order.partner,
        partner_reference_no=order.partner_reference_no,
        external_id=order.external_id,
        request_hash=order.request_hash,
        reference_no=new_reference(),
        merchant=merchant,
        wallet=wallet,
        code=code,
        amount=order.amount,
        status=Payment.Status.PAID,
        title=order.title,
    )
    try:
        chosen = _choose_purses(order.amount, merchant, code, wallet)
    except WalletError as reason:
        payment.status, payment.decline = Payment.Status.DECLINED, reason.code
        payment.save(force_insert=True)
        if code is not None:
            PaymentCode.objects.filter(pk=code.pk).update(declines=F("declines") + 1)
        return payment
    payment.save(force_insert=True)
    PaymentCode.objects.filter(digest=codes.digest(order.qr_content)).update(used_at=timezone.now())
    ledger.post(
        [
            ledger.Leg(
                debit=purse.pk,
                credit=merchant.account_id,
                amount=part,
                kind=Transfer.Kind.REDEMPTION,
                key=f"pay:{payment.pk}:{number}",
                payment=payment.pk,
            )
            for number, (purse, part) in enumerate(chosen)
        ]
    )
    return payment


def _choose_purses(
    amount: int, merchant: Merchant, code: PaymentCode | None, wallet: Wallet | None
) -> list[tuple[Purse, int]]:
    """Which purse gives how much. The wallet is locked by now. Raises the reason to decline."""
    now = timezone.now()
    if merchant.status != Merchant.Status.ACTIVE:
        raise MerchantSuspended
    if amount > settings.WALLET["payment_limit"]:
        raise LimitExceeded(limit=settings.WALLET["payment_limit"])
    if code is None or wallet is None:
        raise CodeUnknown
    if code.used_at is not None or code.declines >= settings.WALLET["code_declines"]:
        raise CodeUsed
    if code.expires_at <= now:
        raise CodeExpired
    if code.ceiling is not None and amount > code.ceiling:
        raise CodeCeiling
    if wallet.status != Wallet.Status.ACTIVE:
        raise WalletInactive
    chosen: list[tuple[Purse, int]] = []
    left = amount
    for purse in purses.spendable_at(wallet, merchant, now):
        part = min(left, purse.account.balance)
        chosen.append((purse, part))
        left -= part
        if left == 0:
            return chosen
    # Not by amount: the till would learn from it, try by try, how much the purses hold that it may not touch.
    elsewhere = Purse.objects.filter(purses.usable(now), wallet=wallet, account__balance__gt=0)
    allowed = [purse.pk for purse, _ in chosen]
    raise NotPermitted if elsewhere.exclude(pk__in=allowed).exists() else InsufficientFunds(short=left)


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


def new_reference() -> str:
    """Our number for a payment or refund: the Jakarta date and 16 random hex digits."""
    return f"{timezone.localdate():%Y%m%d}{uuid.uuid4().hex[:16].upper()}"
