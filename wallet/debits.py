"""Direct debit: an order waits on our page until a holder approves it, with a one-time code or with phone and PIN.

The money goes the way of every redemption: the order is held with the code and captured at once, in one transaction, so that
purse rules, limits, region and category are judged by wallet_choose (wallet/sql) and by nothing else. A PIN that was proved
makes a code for this amount, which is used here and shown to nobody.

The order's row is locked before code, wallet and accounts: of two approvals, or an approval and a cancellation, the second
sees what the first did.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.module_loading import import_string

from wallet import (
    baskets,
    codes,
    holds,
    ledger,
    merchant_categories,
    merchant_states,
    page_pins,
    pins,
    refunds,
    six_digits,
)
from wallet.baskets import Item
from wallet.debit_errors import (
    DebitCancelled,
    DebitEnded,
    DebitExpired,
    DebitPartlyRefunded,
    DebitUnknown,
    DigitsNotTaken,
    PayerRefused,
    PinNotEnough,
)
from wallet.errors import (
    IdempotencyConflict,
    LimitExceeded,
    MerchantUnknown,
    PinLocked,
    PinNotSet,
    RefundNotPossible,
    WalletInactive,
)
from wallet.models import BasketItem, DebitOrder, Hold, Merchant, Partner, Payment, Refund, Wallet
from wallet.money import in_message, rupiah
from wallet.redemption import PaymentOrder, lock_number, new_reference
from wallet.transactions import retried
from wallet.webhooks import outbox

logger = logging.getLogger(__name__)
S = DebitOrder.Status
NOTIFY, NOTIFY_PATH = "56", "/v1.0/debit/notify"
TRANSITIONS = {  # the trigger wallet_debit_order_steps says the same
    (S.OPEN, S.PAID),
    (S.OPEN, S.CANCELLED),  # by the partner, or by whoever was to pay
    (S.OPEN, S.EXPIRED),
    (S.OPEN, S.FAILED),  # too many wrong tries
    (S.PAID, S.CANCELLED),  # the partner takes it back whole; a refund says where the money went
}
# latestTransactionStatus of the standard, with its words.
TOLD = {
    S.OPEN: ("01", "Initiated"),
    S.PAID: ("00", "Success"),
    S.CANCELLED: ("05", "Canceled"),
    S.EXPIRED: ("06", "Failed"),
    S.FAILED: ("06", "Failed"),
}
REFUNDED = ("04", "Refunded")


@dataclass(frozen=True, slots=True)
class DebitRequest:
    """An order as a partner asks for it; addresses were checked by whoever read them. `expires_at` None: the usual time.

    `items` are the goods, where the partner tells them: some aid is spent on nothing else. Without `cash`, the partner may not
    hand out cash: at no agent.
    """

    partner: Partner
    merchant_id: str
    amount: int
    partner_reference_no: str
    external_id: str
    request_hash: bytes
    expires_at: datetime | None = None
    title: str = ""
    return_url: str = ""
    notify_url: str = ""
    items: tuple[Item, ...] = ()
    cash: bool = True


@dataclass(frozen=True, slots=True)
class Numbers:
    """How a partner names an order; all that are given must agree."""

    partner_reference_no: str = ""
    reference_no: str = ""
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class Approval:
    """What an approval came to: the order, and why it is not paid, or "", with the good or field that it is about."""

    order: DebitOrder
    decline: str = ""
    detail: str = ""


@retried
def place(asked: DebitRequest) -> DebitOrder:
    """The order, made once; an identical retry gets the first one again, whatever became of it.

    An empty `merchant_id` is the partner's only merchant. Raises InvalidAmount, BasketDiffers, MerchantUnknown,
    CashOutNotGranted, MerchantInactive, MerchantSuspended, LimitExceeded, IdempotencyConflict (the reference was used for
    something else).
    """
    ledger.check_amount(asked.amount)
    baskets.check_sum(asked.items, asked.amount)
    if (earlier := placed(asked.partner, asked.partner_reference_no, asked.request_hash)) is not None:
        return earlier
    known = {"partner": asked.partner, "partner_reference_no": asked.partner_reference_no}
    merchant = _merchant(asked)
    merchant_categories.refuse_cash(merchant.mcc, asked.cash)
    merchant_states.refuse_idle(merchant)
    if asked.amount > settings.WALLET["payment_limit"]:
        raise LimitExceeded(limit=settings.WALLET["payment_limit"])
    # A payment that asks whether there is such an order waits, and so do we for one that found none.
    lock_number(asked.partner, asked.partner_reference_no)
    if Payment.objects.filter(**known).exists():
        raise IdempotencyConflict(partner_reference_no=asked.partner_reference_no)
    now = timezone.now()
    made = DebitOrder(
        partner=asked.partner,
        partner_reference_no=asked.partner_reference_no,
        external_id=asked.external_id,
        request_hash=asked.request_hash,
        reference_no=new_reference(now),
        merchant=merchant,
        amount=asked.amount,
        title=asked.title,
        items=baskets.in_rows(asked.items),
        return_url=asked.return_url,
        notify_url=asked.notify_url,
        expires_at=asked.expires_at or now + settings.WALLET["debit_lifetime"],
        created_at=now,
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        if getattr(error.__cause__, "pgcode", None) != "23505":
            raise
        # Its twin was faster.
        return placed(asked.partner, asked.partner_reference_no, asked.request_hash) or made
    return made


def placed(partner: Partner, partner_reference_no: str, request_hash: bytes) -> DebitOrder | None:
    """The order that the same request made earlier, whatever else has changed meanwhile. Raises IdempotencyConflict."""
    earlier = DebitOrder.objects.filter(partner=partner, partner_reference_no=partner_reference_no).first()
    if earlier is not None and bytes(earlier.request_hash) != request_hash:
        raise IdempotencyConflict(partner_reference_no=partner_reference_no)
    return earlier


def _merchant(asked: DebitRequest) -> Merchant:
    theirs = Merchant.objects.filter(partner=asked.partner)
    if asked.merchant_id:
        theirs = theirs.filter(merchant_id=asked.merchant_id)
    found = list(theirs[:2])
    if len(found) != 1:
        raise MerchantUnknown(merchant_id=asked.merchant_id)
    return found[0]


def find(partner: Partner, numbers: Numbers) -> DebitOrder:
    """The partner's own order by any of its numbers. Raises DebitUnknown."""
    given = {
        "partner_reference_no": numbers.partner_reference_no,
        "reference_no": numbers.reference_no,
        "external_id": numbers.external_id,
    }
    wanted = {name: value for name, value in given.items() if value}
    rows = DebitOrder.objects.select_related("merchant", "payment", "partner")
    found = rows.filter(partner=partner, **wanted).order_by("-id").first() if wanted else None
    if found is None:
        raise DebitUnknown
    return found


def at_page(uid: UUID) -> DebitOrder:
    """The order behind a page's address. Raises DebitUnknown."""
    found = DebitOrder.objects.select_related("merchant", "payment", "partner").filter(uid=uid).first()
    if found is None:
        raise DebitUnknown
    return found


def status_of(order: DebitOrder, now: datetime | None = None) -> DebitOrder.Status:
    """How it stands: one whose time is over is expired whether or not `expire_due` has come by."""
    status = S(order.status)
    return S.EXPIRED if status == S.OPEN and order.expires_at <= (now or timezone.now()) else status


# --- Approving ---


def approve_with_code(uid: UUID, qr_content: str) -> Approval:
    """Pays with a one-time code that the holder typed.

    Raises DigitsNotTaken (no try is counted), DebitUnknown, DebitEnded, DebitCancelled, DebitExpired.
    """
    shown = codes.as_shown(qr_content)
    if six_digits.SHAPE.fullmatch(shown):
        # Their guesses are counted at the till: whoever has one link could stop a merchant's tills with ten.
        raise DigitsNotTaken
    return _approve(uid, shown, _count_try(uid))


def approve_with_pin(uid: UUID, phone: str, pin: str, birth_date: date | None = None, *, address: str = "") -> Approval:
    """Pays for the holder of that phone who knows the PIN, which is typed at `address`. Refuses to run inside a transaction.

    Raises PinNotEnough (above settings.WALLET["page_pin_ceiling"] rupiah), PagePinsStopped (of this partner, or from there),
    PayerRefused, whatever else it was that did not fit, and after the same work; and what `approve_with_code` raises.
    """
    order = at_page(uid)
    if not pin_is_enough(order):
        raise PinNotEnough(limit=rupiah(settings.WALLET["page_pin_ceiling"]))
    page_pins.refuse_stopped(order.partner, address)  # before a try at the order is counted: no PIN would be compared
    number = _count_try(uid)
    found: int | None = import_string(settings.WALLET["wallet_of_phone"])(phone, birth_date)
    wallet = Wallet.objects.filter(pk=found).first() if found is not None else None
    counted = page_pins.count(order.partner, address, wallet.pk if wallet else None)
    if not _knows_the_pin(wallet if counted.allowed else None, pin) or wallet is None:
        raise _payer_refused()
    page_pins.right(counted)
    try:
        code = codes.issue(wallet, ceiling=order.amount)
    except WalletInactive:
        raise _payer_refused() from None
    return _approve(uid, code.qr_content, number)


def pin_is_enough(order: DebitOrder) -> bool:
    """True if phone and PIN may pay the order; above that it takes a code."""
    most: int = settings.WALLET["page_pin_ceiling"]
    return order.amount <= most


def _knows_the_pin(wallet: Wallet | None, pin: str) -> bool:
    try:
        if wallet is not None:
            return pins.matches(wallet, pin)
    except (PinLocked, PinNotSet, WalletInactive):
        pass
    pins.check_nobodys(pin)
    return False


def _payer_refused() -> PayerRefused:
    minutes = int(settings.WALLET["pin_lockout"].total_seconds()) // 60
    return PayerRefused(attempts=settings.WALLET["page_pins_of_wallet"], minutes=minutes)


def _count_try(uid: UUID) -> int:
    """Commits one more try at the order, and returns which it is; after the last one allowed the order has failed."""
    with transaction.atomic(durable=True):
        order = _lock(uid)
        _refuse_ended(order, timezone.now())
        number: int = order.attempts + 1
        if number <= settings.WALLET["debit_attempts"]:
            DebitOrder.objects.filter(pk=order.pk).update(attempts=F("attempts") + 1)
            return number
        _end(order, S.FAILED, timezone.now())
    raise DebitEnded


@retried
def _approve(uid: UUID, qr_content: str, number: int) -> Approval:
    order = _lock(uid)
    now = timezone.now()
    _refuse_ended(order, now)
    hold = holds.authorise(
        PaymentOrder(
            partner=order.partner,
            merchant_id=order.merchant.merchant_id,
            qr_content=qr_content,
            amount=order.amount,
            partner_reference_no=f"{order.reference_no}-{number}",
            external_id=order.external_id,
            request_hash=bytes(order.request_hash),
            title=order.title,
            items=baskets.of_rows(order.items),
        )
    )
    if hold.status == Hold.Status.DECLINED:
        DebitOrder.objects.filter(pk=order.pk).update(decline=hold.decline, decline_detail=hold.decline_detail)
        order.decline, order.decline_detail = hold.decline, hold.decline_detail
        return Approval(order, hold.decline, hold.decline_detail)
    order.payment = holds.capture(
        holds.CaptureOrder(
            partner=order.partner,
            amount=order.amount,
            partner_reference_no=order.partner_reference_no,
            external_id=order.external_id,
            request_hash=bytes(order.request_hash),
            original_reference_no=hold.reference_no,
        )
    )
    # The order is captured whole, so its goods are the payment's: reports and the office look for them there.
    BasketItem.objects.bulk_create(
        [BasketItem(payment=order.payment, number=number, **row) for number, row in enumerate(order.items, 1)]
    )
    order.decline = order.decline_detail = ""
    _end(order, S.PAID, now)
    return Approval(order)


# --- Ending otherwise ---


@retried
def cancel(partner: Partner, numbers: Numbers) -> DebitOrder:
    """The partner takes the order back. Paid already, all of it goes back to its purses; safe to repeat.

    Raises DebitUnknown, DebitExpired, DebitEnded (it failed), DebitPartlyRefunded, InsufficientFunds (the merchant is owed less
    than that).
    """
    order = _lock(find(partner, numbers).uid)
    if order.status == S.CANCELLED:
        return order
    now = timezone.now()
    if order.status == S.PAID:
        payment = Payment.objects.select_for_update(of=("self",)).get(debit_order=order)
        if payment.refunded:
            raise DebitPartlyRefunded
        refunds.refund(
            refunds.RefundOrder(
                partner=partner,
                partner_refund_no=f"BATAL-{order.reference_no}",
                request_hash=hashlib.sha256(f"cancel|{order.uid}".encode()).digest(),
                amount=None,
                cancels=True,
            ),
            of=payment,
        )
    else:
        _refuse_ended(order, now)
    order.cancelled_by = DebitOrder.Canceller.PARTNER
    _end(order, S.CANCELLED, now, tell=False)
    return order


@retried
def give_up(uid: UUID) -> DebitOrder:
    """Whoever was to pay does not want to. Safe to repeat. Raises DebitUnknown, DebitExpired, DebitEnded (it is paid)."""
    order = _lock(uid)
    if order.status == S.CANCELLED:
        return order
    now = timezone.now()
    _refuse_ended(order, now)
    order.cancelled_by = DebitOrder.Canceller.PAYER
    _end(order, S.CANCELLED, now)
    return order


def refund(partner: Partner, numbers: Numbers, asked: refunds.RefundOrder) -> Refund:
    """Money of a paid order back to its purses; `asked` need not name the payment, the order's numbers do.

    Raises DebitUnknown, DebitCancelled or RefundNotPossible (it was never paid), and what `refunds.refund` raises:
    PaymentCancelled, if it was cancelled after it was paid.
    """
    order = find(partner, numbers)
    if order.payment is None:
        raise DebitCancelled if order.status == S.CANCELLED else RefundNotPossible
    return refunds.refund(asked, of=order.payment)


def expire_due(moment: datetime | None = None) -> Iterator[DebitOrder]:
    """Ends each order whose time is over and tells its partner; one transaction each, safe to repeat and to race."""
    moment = moment or timezone.now()
    due = DebitOrder.objects.filter(status=S.OPEN, expires_at__lte=moment).order_by("expires_at", "pk")
    for uid in due.values_list("uid", flat=True).iterator():
        if (ended := _expire(uid, moment)) is not None:
            yield ended


@retried
def _expire(uid: UUID, moment: datetime) -> DebitOrder | None:
    order = _lock(uid)
    if order.status != S.OPEN or order.expires_at > moment:
        return None
    _end(order, S.EXPIRED, timezone.now())
    return order


def _lock(uid: UUID) -> DebitOrder:
    """The order as it is once nobody else decides on it. Raises DebitUnknown."""
    rows = DebitOrder.objects.select_for_update(of=("self",), no_key=True).select_related("merchant", "partner")
    order = rows.filter(uid=uid).first()
    if order is None:
        raise DebitUnknown
    return order


def _refuse_ended(order: DebitOrder, now: datetime) -> None:
    if order.status == S.CANCELLED:
        raise DebitCancelled
    if status_of(order, now) == S.EXPIRED:
        raise DebitExpired
    if order.status != S.OPEN:
        raise DebitEnded


def _end(order: DebitOrder, ending: DebitOrder.Status, now: datetime, *, tell: bool = True) -> None:
    origins = [origin for origin, target in TRANSITIONS if target == ending]
    hit = DebitOrder.objects.filter(pk=order.pk, status__in=origins).update(
        status=ending,
        ended_at=now,
        payment=order.payment_id,
        cancelled_by=order.cancelled_by,
        decline=order.decline,
        decline_detail=order.decline_detail,
    )
    if hit != 1:
        raise DebitEnded
    order.status, order.ended_at = ending, now
    if tell:
        outbox.notify(
            order.partner,
            service=NOTIFY,
            path=NOTIFY_PATH,
            ordering_key=order.reference_no,
            body=notice(order),
            url=order.notify_url,
        )


def notice(order: DebitOrder) -> dict[str, Any]:
    """The body of service 56 for an order that has ended, less what its partner said of it (`webhooks.bodies`)."""
    status, words = TOLD[S(order.status)]
    return {
        "originalPartnerReferenceNo": order.partner_reference_no,
        "originalReferenceNo": order.reference_no,
        "originalExternalId": order.external_id,
        "merchantId": order.merchant.merchant_id,
        "amount": in_message(order.amount),
        "latestTransactionStatus": status,
        "transactionStatusDesc": words,
        "createdTime": _time(order.created_at),
        "finishedTime": _time(order.ended_at or timezone.now()),
        "additionalInfo": {"reason": order.status} if order.status != S.PAID else {},
    }


def _time(moment: datetime) -> str:
    return timezone.localtime(moment).isoformat(timespec="seconds")
