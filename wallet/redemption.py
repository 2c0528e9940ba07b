"""Redemption: a merchant takes a payment out of the purses of whoever showed the code."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from wallet import baskets, codes, ledger, limits, merchant_categories, six_digits
from wallet.baskets import Item
from wallet.errors import IdempotencyConflict, MerchantUnknown, PaymentLate, PaymentUnknown
from wallet.models import DebitOrder, Merchant, Partner, Payment, PaymentCode, Transfer
from wallet.transactions import retried, retried_statement
from wallet.webhooks import outbox

PAYMENT_FIELDS = [field.attname for field in Payment._meta.concrete_fields]
REDEEM = (
    f"SELECT {', '.join(PAYMENT_FIELDS)} FROM wallet_redeem("  # noqa: S608
    "%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::wallet_limits, %s, %s::jsonb, %s, %s, %s)"
)
NO_CODE = ""  # no code was ever made of nothing


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """A payment, or a hold, as a partner asks for it. `request_hash` covers all that must be the same in a retry.

    `qr_content` is the customer's code, or six digits. At the merchant's own code, `wallet` is the payer who proved the PIN
    instead, and `acquirer` the merchant's partner where another one sends the payment (`wallet.mpm`).
    `holder` is the wallet whose code it must be, where the request names the customer too: a code of anybody else, shown or
    said, is one that never was, down to the count of guesses.
    `terminal` and `items` as far as the till told them: some merchants and some purses ask for them.
    Without `cash`, a payment at a merchant of a cash category is declined: the partner was not granted cash-outs.
    After `expires_at` nothing is paid any more: the till no longer waits.
    """

    partner: Partner
    merchant_id: str
    qr_content: str
    amount: int
    partner_reference_no: str
    external_id: str
    request_hash: bytes
    title: str = ""
    terminal: str = ""
    items: tuple[Item, ...] = ()
    wallet: int | None = None
    acquirer: int | None = None
    holder: int | None = None
    cash: bool = True
    expires_at: datetime | None = None


def pay(order: PaymentOrder) -> Payment:
    """The payment: paid, or declined with its reason kept for good; an identical retry gets the first answer again.

    At a merchant of a cash category this is a cash-out. Decided and posted by the function wallet_redeem (wallet/sql), in
    one round trip when nobody has opened a transaction around it (and no six digits have to be looked up).
    Raises InvalidAmount, BasketDiffers, MerchantUnknown, DigitGuessesExceeded, PaymentLate (nothing is kept),
    IdempotencyConflict (the reference was used for another).
    """
    ledger.check_amount(order.amount)
    baskets.check_sum(order.items, order.amount)
    payment = _decide(order) if order.expires_at is None else _decide_in_time(order, order.expires_at)
    if payment is None:
        raise MerchantUnknown(merchant_id=order.merchant_id)
    if bytes(payment.request_hash) != order.request_hash:
        raise IdempotencyConflict(partner_reference_no=order.partner_reference_no)
    if order.partner.notify_url and payment.status == Payment.Status.PAID:
        outbox.ring()  # the notice is there already: wallet_redeem kept it with the money
    return payment


def answered(partner: Partner, partner_reference_no: str, request_hash: bytes) -> Payment | None:
    """The payment that the same request made earlier, whatever else has changed meanwhile. Raises IdempotencyConflict."""
    earlier = Payment.objects.filter(partner=partner, partner_reference_no=partner_reference_no).first()
    if earlier is not None and bytes(earlier.request_hash) != request_hash:
        raise IdempotencyConflict(partner_reference_no=partner_reference_no)
    return earlier


def lock_number(partner: Partner, partner_reference_no: str) -> None:
    """Nobody else gives this number of the partner's to anything until the transaction ends. Taken before any row is locked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT wallet_lock_number(%s, %s)", [partner.pk, partner_reference_no])


def is_taken(partner: Partner, partner_reference_no: str) -> bool:
    """True if a payment of the partner's, or an order of direct debit, has this number; certain under `lock_number`."""
    named = {"partner": partner, "partner_reference_no": partner_reference_no}
    return Payment.objects.filter(**named).exists() or DebitOrder.objects.filter(**named).exists()


def _decide(order: PaymentOrder) -> Payment | None:
    redeem = _redeem_digits if is_digits(order) else _redeem
    return redeem(order, timezone.now())


@retried
def _decide_in_time(order: PaymentOrder, expires_at: datetime) -> Payment | None:
    """As `_decide`, if the order is not late. The clock is read under the number's lock, which wallet_redeem takes too: of two
    requests with one number, none is told that it came late while the other is paid.
    """
    lock_number(order.partner, order.partner_reference_no)
    same = {"partner": order.partner, "partner_reference_no": order.partner_reference_no}
    if expires_at <= timezone.now() and not Payment.objects.filter(**same).exists():
        raise PaymentLate
    return _decide(order)


@retried_statement
def _redeem(order: PaymentOrder, now: datetime, digest: bytes | None = None) -> Payment | None:
    with connection.cursor() as cursor:
        cursor.execute(REDEEM, [*parameters_of(order, now, digest), order.wallet, order.acquirer, order.cash])
        row = cursor.fetchone()
    return Payment.from_db("default", PAYMENT_FIELDS, row) if row else None


@retried
def _redeem_digits(order: PaymentOrder, now: datetime) -> Payment | None:
    """As `_redeem`, for six digits. A request that was answered before, or under a debit order's number, is no guess."""
    same = {"partner": order.partner, "partner_reference_no": order.partner_reference_no}
    if earlier := Payment.objects.filter(**same).first():
        return earlier
    if DebitOrder.objects.filter(**same).exists():
        return _redeem(order, now, codes.digest(NO_CODE))
    return _redeem(order, now, digest_behind(order, now))


def is_digits(order: PaymentOrder) -> bool:
    """True if the customer said six digits instead of showing a QR code."""
    return order.wallet is None and six_digits.SHAPE.fullmatch(order.qr_content) is not None


def digest_behind(order: PaymentOrder, now: datetime) -> bytes:
    """The digest of the code that the six digits speak for, or of none, the guess counted. Needs a transaction.

    Raises MerchantUnknown, DigitGuessesExceeded.
    """
    acquirer = order.acquirer or order.partner.pk
    merchant = Merchant.objects.filter(merchant_id=order.merchant_id, partner=acquirer).first()
    if merchant is None:
        raise MerchantUnknown(merchant_id=order.merchant_id)
    code = six_digits.claim(order.partner, merchant, order.qr_content, now, holder=order.holder)
    return codes.digest(NO_CODE) if code is None else bytes(code.digest)


def parameters_of(order: PaymentOrder, now: datetime, digest: bytes | None = None) -> list[Any]:
    """What wallet_redeem and wallet_authorise (wallet/sql) both ask for, in their order.

    `digest` is the code's where the order's content is not the code itself.
    """
    return [
        order.partner.pk,
        order.merchant_id,
        digest or _digest_shown(order),
        order.amount,
        order.partner_reference_no,
        order.external_id,
        order.request_hash,
        new_reference(now),
        order.title,
        now,
        limits.for_redemption(now),
        order.terminal,
        baskets.in_json(order.items),
    ]


def _digest_shown(order: PaymentOrder) -> bytes:
    shown = codes.digest(order.qr_content)
    if order.holder is not None and PaymentCode.objects.filter(digest=shown).exclude(wallet=order.holder).exists():
        return codes.digest(NO_CODE)
    return shown


def find(
    partner: Partner,
    *,
    partner_reference_no: str = "",
    reference_no: str = "",
    external_id: str = "",
    merchant_id: str = "",
    cash: bool = False,
) -> Payment:
    """The partner's own payment with a code that a customer showed, or, with `cash`, its own cash-out, by any of its numbers.

    All that are given must agree. What was paid stays of the kind that it was posted as, whatever its merchant has become; what
    was declined is of the kind that its merchant is. Payments at codes that merchants present are found by `wallet.mpm`,
    those of debit orders by `wallet.debits`: each kind has services, and so scopes, of its own.
    Raises PaymentUnknown, MerchantUnknown (it was made at another merchant than the one named).
    """
    given = {
        "partner_reference_no": partner_reference_no,
        "reference_no": reference_no,
        "external_id": external_id,
    }
    wanted = {name: value for name, value in given.items() if value}
    if not wanted:
        raise PaymentUnknown
    own = Payment.objects.select_related("merchant").filter(partner=partner, mpm=None, debit_order=None, **wanted)
    drawn = Exists(Transfer.objects.filter(payment=OuterRef("pk"), kind=Transfer.Kind.CASH_OUT))
    declined = Q(status=Payment.Status.DECLINED)
    is_cash = declined & Q(merchant__mcc__in=merchant_categories.CASH) | ~declined & Q(drawn)
    payment = own.filter(is_cash if cash else ~is_cash).order_by("-id").first()
    if payment is None:
        raise PaymentUnknown
    refuse_other_merchant(payment.merchant, merchant_id)
    return payment


def refuse_other_merchant(merchant: Merchant, named: str) -> None:
    """Returns if no merchant is named, or this one: what is wrong where money goes back is refused and never passed over.

    Raises MerchantUnknown.
    """
    if named not in ("", merchant.merchant_id):
        raise MerchantUnknown(merchant_id=named)


def new_reference(now: datetime | None = None) -> str:
    """Our number for a payment or refund: the Jakarta date and 16 random hex digits."""
    return f"{limits.today_began(now or timezone.now()):%Y%m%d}{secrets.token_hex(8).upper()}"
