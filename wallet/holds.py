"""Holds: purse money promised to a merchant now, for an order or a ride whose final amount comes later.

A hold moves nothing. It raises `held` on the purses' accounts, and payments, holds and lapses take only what is above that.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, connection
from django.db.models import F
from django.utils import timezone

from wallet import baskets, ledger, merchant_categories
from wallet.errors import (
    CaptureTooLarge,
    HoldEnded,
    HoldUnknown,
    IdempotencyConflict,
    MerchantSuspended,
    MerchantUnknown,
    SuspectedFraud,
    TransactionSuspended,
)
from wallet.models import FraudHold, Hold, HoldPart, Merchant, Partner, Payment, Transfer
from wallet.redemption import PaymentOrder, digest_behind, is_digits, new_reference, parameters_of
from wallet.transactions import retried, retried_statement

logger = logging.getLogger(__name__)

S = Hold.Status
TRANSITIONS = {  # a hold begins held, or declined for good
    (S.HELD, S.CAPTURED),  # all of it was captured, or a final capture took what it needed and the rest was released
    (S.HELD, S.VOIDED),  # the partner gave up what was not captured
    (S.HELD, S.EXPIRED),  # its time was over before that
}
HOLD_FIELDS = [field.attname for field in Hold._meta.concrete_fields]
AUTHORISE = (
    f"SELECT {', '.join(HOLD_FIELDS)} FROM wallet_authorise("  # noqa: S608
    "%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::wallet_limits, %s, %s::jsonb, %s)"
)


@dataclass(frozen=True, slots=True)
class CaptureOrder:
    """A capture as a partner asks for it: its own number, and the hold's. `final` releases what is then left of the hold."""

    partner: Partner
    amount: int
    partner_reference_no: str
    external_id: str
    request_hash: bytes
    original_partner_reference_no: str = ""
    original_reference_no: str = ""
    final: bool = True
    title: str = ""


def authorise(order: PaymentOrder) -> Hold:
    """The hold: held, or declined with its reason kept for good; an identical retry gets the same hold again.

    The purses' rules are judged now, for the capture too. It ends after settings.WALLET["hold_lifetime"], or with the first
    of its purses to expire. Decided by the function wallet_authorise (wallet/sql), in one round trip when nobody has
    opened a transaction around it.
    Raises InvalidAmount, BasketDiffers, MerchantUnknown, DigitGuessesExceeded (nothing is kept), IdempotencyConflict (the
    reference was used for another).
    """
    ledger.check_amount(order.amount)
    baskets.check_sum(order.items, order.amount)
    hold_for = _authorise_digits if is_digits(order) else _authorise
    hold = hold_for(order, timezone.now())
    if hold is None:
        raise MerchantUnknown(merchant_id=order.merchant_id)
    if bytes(hold.request_hash) != order.request_hash:
        raise IdempotencyConflict(partner_reference_no=order.partner_reference_no)
    return hold


@retried_statement
def _authorise(order: PaymentOrder, now: datetime, digest: bytes | None = None) -> Hold | None:
    with connection.cursor() as cursor:
        cursor.execute(
            AUTHORISE,
            [*parameters_of(order, now, digest), now + settings.WALLET["hold_lifetime"]],
        )
        row = cursor.fetchone()
    return Hold.from_db("default", HOLD_FIELDS, row) if row else None


@retried
def _authorise_digits(order: PaymentOrder, now: datetime) -> Hold | None:
    earlier = Hold.objects.filter(partner=order.partner, partner_reference_no=order.partner_reference_no).first()
    return earlier or _authorise(order, now, digest_behind(order, now))


@retried
def capture(order: CaptureOrder) -> Payment:
    """The payment of part or all of a hold, made once; an identical retry gets the first one again.

    Takes the purses in the hold's order. It is a payment like any other: it is settled, and refunded to the purses. A final
    capture ends the hold; one that is not leaves the rest held, for further captures until the hold's end.

    The holder's part was done when the hold was made, with PIN and code, and the merchant has delivered on it since. So a
    wallet that was frozen meanwhile pays: freezing stops new spending. (None is closed while money is held.) A merchant that
    was suspended meanwhile is paid nothing; the hold stays, so it may still be voided, or captured once the merchant is
    active again.
    Raises InvalidAmount, HoldUnknown, HoldEnded (its time is over, whether or not `expire_due` has come by),
    MerchantSuspended, CaptureTooLarge, IdempotencyConflict.
    """
    ledger.check_amount(order.amount)
    hold = lock(
        find(
            order.partner,
            partner_reference_no=order.original_partner_reference_no,
            reference_no=order.original_reference_no,
        )
    )
    number = order.partner_reference_no
    earlier = Payment.objects.filter(partner=order.partner, partner_reference_no=number).first()
    if earlier is not None:
        if earlier.hold_id != hold.pk or bytes(earlier.request_hash) != order.request_hash:
            raise IdempotencyConflict(partner_reference_no=number)
        return earlier
    now = timezone.now()
    _refuse_ended(hold, now)
    merchant = hold.merchant
    if merchant is None:
        raise HoldUnknown  # the reserve of an offline allowance: only claims draw on it
    if merchant.status != Merchant.Status.ACTIVE:
        raise MerchantSuspended
    if stopped := FraudHold.decline_of(merchant=merchant.pk):
        raise SuspectedFraud if stopped == SuspectedFraud.code else TransactionSuspended
    if order.amount > hold.amount - hold.captured:
        raise CaptureTooLarge(left=hold.amount - hold.captured)
    return draw(hold, order, merchant, now)


def draw(hold: Hold, order: CaptureOrder, merchant: Merchant, now: datetime) -> Payment:
    """The merchant's payment out of a hold that the caller has locked, found held, and large enough. Needs a transaction.

    Raises IdempotencyConflict (the number was used for something else).
    """
    parts = list(hold.parts.order_by("number"))
    taken = take(parts, order.amount)
    # Released first: `ledger.post` takes nothing that is held. Until the end of the transaction the accounts are locked.
    ledger.release_held(_still_held(parts) if order.final else {part.purse_id: amount for part, amount in taken})
    made = _keep_payment(order, hold, merchant, now)
    _keep_captured(hold, taken)
    if order.final or order.amount == hold.amount - hold.captured:
        _end(hold, S.CAPTURED, now)
    cash = merchant.mcc in merchant_categories.CASH
    ledger.post(
        [
            ledger.Leg(
                debit=part.purse_id,
                credit=merchant.account_id,
                amount=amount,
                kind=Transfer.Kind.CASH_OUT if cash else Transfer.Kind.REDEMPTION,
                key=f"pay:{made.pk}:{index}",
                payment=made.pk,
            )
            for index, (part, amount) in enumerate(taken)
        ]
    )
    return made


@retried
def void(partner: Partner, *, partner_reference_no: str = "", reference_no: str = "") -> Hold:
    """Releases what was not captured, and ends the hold; safe to repeat. What was captured stays paid.

    Raises HoldUnknown, HoldEnded (it was declined, captured to the end, or its time is over).
    """
    hold = lock(find(partner, partner_reference_no=partner_reference_no, reference_no=reference_no))
    if hold.merchant is None:
        raise HoldUnknown  # tills rely on the reserve of an offline allowance until its claims are in
    if hold.status == S.VOIDED:
        return hold
    now = timezone.now()
    _refuse_ended(hold, now)
    release_rest(hold, S.VOIDED, now)
    return hold


def expire_due(moment: datetime | None = None) -> Iterator[Hold]:
    """Ends each hold whose time is over and releases what it held; one transaction a hold, safe to repeat and to race.

    A generator: whoever runs it decides how far it goes. Yields the holds that this call ended. The reserve of an offline
    allowance ends with it (wallet.offline.allowances).
    """
    moment = moment or timezone.now()
    due = Hold.objects.filter(status=S.HELD, expires_at__lte=moment, offline=None).order_by("expires_at", "pk")
    for number in due.values_list("pk", flat=True).iterator():
        try:
            ended = _expire(number, moment)
        except IntegrityError:
            # Its books are wrong, which the verification names. The other holds' owners must not wait for that.
            logger.exception("holds: hold %s cannot be released", number)
            continue
        if ended is not None:
            yield ended


@retried
def _expire(number: int, moment: datetime) -> Hold | None:
    hold = lock(Hold(pk=number))
    if hold.status != S.HELD or hold.expires_at > moment:
        return None
    release_rest(hold, S.EXPIRED, timezone.now())
    return hold


def find(partner: Partner, *, partner_reference_no: str = "", reference_no: str = "", external_id: str = "") -> Hold:
    """The partner's own hold by any of its numbers; all that are given must agree. Raises HoldUnknown."""
    given = {
        "partner_reference_no": partner_reference_no,
        "reference_no": reference_no,
        "external_id": external_id,
    }
    wanted = {name: value for name, value in given.items() if value}
    if not wanted:
        raise HoldUnknown
    hold = Hold.objects.select_related("merchant").filter(partner=partner, **wanted).order_by("-id").first()
    if hold is None:
        raise HoldUnknown
    return hold


def take(parts: Iterable[HoldPart], amount: int) -> list[tuple[HoldPart, int]]:
    """The amount out of what the parts still hold, in rupiah of each, in their order; parts that give nothing are left out."""
    taken = []
    for part in parts:
        given = min(amount, part.amount - part.captured)
        if given:
            taken.append((part, given))
            amount -= given
    return taken


def _still_held(parts: Iterable[HoldPart]) -> dict[int, int]:
    return {part.purse_id: part.amount - part.captured for part in parts if part.amount > part.captured}


def lock(hold: Hold) -> Hold:
    """The hold as it is once nobody else decides on it."""
    return Hold.objects.select_for_update(of=("self",), no_key=True).select_related("merchant").get(pk=hold.pk)


def _refuse_ended(hold: Hold, now: datetime) -> None:
    if hold.status != S.HELD or hold.expires_at <= now:
        raise HoldEnded


def release_rest(hold: Hold, ending: Hold.Status, now: datetime) -> None:
    """Gives back what a hold, which the caller has locked, still holds, and ends it. Needs a transaction."""
    ledger.release_held(_still_held(hold.parts.all()))
    _end(hold, ending, now)


def _end(hold: Hold, ending: Hold.Status, now: datetime) -> None:
    origins = [origin for origin, target in TRANSITIONS if target == ending]
    if Hold.objects.filter(pk=hold.pk, status__in=origins).update(status=ending, ended_at=now) != 1:
        raise HoldEnded
    hold.status, hold.ended_at = ending, now


def _keep_captured(hold: Hold, taken: list[tuple[HoldPart, int]]) -> None:
    for part, amount in taken:
        HoldPart.objects.filter(pk=part.pk).update(captured=F("captured") + amount)
    Hold.objects.filter(pk=hold.pk).update(captured=F("captured") + sum(amount for _, amount in taken))


def _keep_payment(order: CaptureOrder, hold: Hold, merchant: Merchant, now: datetime) -> Payment:
    made = Payment(
        partner=order.partner,
        partner_reference_no=order.partner_reference_no,
        external_id=order.external_id,
        request_hash=order.request_hash,
        reference_no=new_reference(),
        merchant=merchant,
        wallet_id=hold.wallet_id,
        hold=hold,
        amount=order.amount,
        status=Payment.Status.PAID,
        title=order.title or hold.title,
        created_at=now,
    )
    try:
        made.save(force_insert=True)
    except IntegrityError as error:
        # The number was taken meanwhile for something else: for a capture of the same hold we had waited.
        if getattr(error.__cause__, "pgcode", None) == "23505":
            raise IdempotencyConflict(partner_reference_no=order.partner_reference_no) from error
        raise
    return made
