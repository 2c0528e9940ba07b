"""Claims: what tills accepted without a network, adjudicated by rule in the order of receipt.

A claim that no till which checked its code could have accepted is refused. One that a till may have accepted in good faith is
paid out of the reserve if it is the first of its voucher, in time, and within what is left; else it waits for an officer.
Whatever the order and number of claims, the reserve pays the ceiling at most (docs/adr/0041).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from wallet import holds as reserve
from wallet import ledger, limits, merchant_categories, redemption
from wallet.errors import (
    CashOutNotGranted,
    IdempotencyConflict,
    MerchantSuspended,
    MerchantUnknown,
    NotPermitted,
    PaymentUnknown,
    WalletError,
)
from wallet.models import FraudHold, Hold, Merchant, OfflineAllowance, OfflineClaim, Partner, Payment
from wallet.offline import allowances, codes, keys
from wallet.offline.errors import (
    AllowanceUnknown,
    AmountNotVouched,
    ClaimLate,
    CodeForged,
    CodeMalformed,
    CountReused,
    OfMerchantElsewhere,
    OverCeiling,
    TakenOutsideValidity,
    VoucherDoubled,
    VoucherSpent,
)
from wallet.redemption import new_reference
from wallet.transactions import retried

S = OfflineClaim.Status
CLOCKS = timedelta(minutes=5)  # how far a till's clock may be off
COUNTED = (S.PAID, S.QUEUED, S.PROPOSED, S.COVERED)  # claims whose voucher somebody has shown


@dataclass(frozen=True, slots=True)
class ClaimOrder:
    """A claim as a partner sends it; `taken_at` is the till's clock. `request_hash` covers what must be the same in a retry.

    Without `cash`, the partner may not hand out cash: a claim of an agent is refused.
    """

    partner: Partner
    merchant_id: str
    code: str
    amount: int
    taken_at: datetime
    partner_reference_no: str
    external_id: str
    request_hash: bytes
    bulk_reference_no: str = ""
    cash: bool = True


class _Refused(Exception):
    """Ends a judgement with a refusal."""

    def __init__(self, reason: type[WalletError]) -> None:
        self.reason = reason.code
        super().__init__(reason.code)


@retried
def adjudicate(order: ClaimOrder) -> OfflineClaim:
    """The claim as it was answered: paid, refused or queued; an identical retry gets the same claim again.

    Raises InvalidAmount, MerchantUnknown (nothing is kept), IdempotencyConflict (the number was used for something else: another
    claim, a payment, an order of direct debit).
    """
    ledger.check_amount(order.amount)
    merchant = Merchant.objects.filter(partner=order.partner, merchant_id=order.merchant_id).first()
    if merchant is None:
        raise MerchantUnknown(merchant_id=order.merchant_id)
    # Whoever pays, places an order, or claims under this number waits for us, or we for them.
    redemption.lock_number(order.partner, order.partner_reference_no)
    if earlier := _earlier(order):
        return earlier
    if redemption.is_taken(order.partner, order.partner_reference_no):
        raise IdempotencyConflict(partner_reference_no=order.partner_reference_no)
    try:
        code = codes.read(order.code, keys.public_keys())
    except (CodeMalformed, CodeForged) as error:
        return _keep(order, merchant, None, None, S.REFUSED, error.code)
    allowance = OfflineAllowance.objects.filter(number=code.stated.allowance).first()
    if allowance is None:
        return _keep(order, merchant, None, code.number, S.REFUSED, AllowanceUnknown.code)
    hold = reserve.lock(allowance.hold)
    allowance.refresh_from_db()
    now = timezone.now()
    try:
        _check(order, merchant, allowance, code, now)
        reason = _obstacle(order.code, order.amount, merchant, allowance, code.number, hold, now)
    except _Refused as refusal:
        return _keep(order, merchant, allowance, code.number, S.REFUSED, refusal.reason)
    if reason:
        return _keep(order, merchant, allowance, code.number, S.QUEUED, reason)
    payment = _pay(order.partner, merchant, allowance, hold, order.amount, now, order)
    return _keep(order, merchant, allowance, code.number, S.PAID, "", payment)


@retried
def judge_again(claim: OfflineClaim) -> OfflineClaim:
    """Pays a queued claim out of the reserve if what was in its way has gone; else it stays queued, with what is now.

    Nothing is at anybody's discretion here: it is the same rule, at a later moment. Claims that were proposed or decided stay.
    A number that something else has taken since is no obstacle: the payment then has one of ours, which service 98 tells.
    """
    allowance = claim.allowance
    if allowance is None:
        return claim
    redemption.lock_number(claim.partner, claim.partner_reference_no)
    taken = redemption.is_taken(claim.partner, claim.partner_reference_no)
    hold = reserve.lock(allowance.hold)
    claim = (
        OfflineClaim.objects.select_for_update(of=("self",), no_key=True).select_related("merchant").get(pk=claim.pk)
    )
    allowance.refresh_from_db()
    if claim.status != S.QUEUED or claim.number is None:
        return claim
    now = timezone.now()
    # In time is when it came, not when somebody looks at it.
    reason = _obstacle(
        claim.code, claim.amount, claim.merchant, allowance, claim.number, hold, claim.received_at, but=claim.pk
    )
    if reason:
        claim.reason = reason
        claim.save(update_fields=["reason"])
        return claim
    order = ClaimOrder(
        partner=claim.partner,
        merchant_id=claim.merchant.merchant_id,
        code=claim.code,
        amount=claim.amount,
        taken_at=claim.taken_at,
        partner_reference_no=f"LURING-{claim.reference_no}" if taken else claim.partner_reference_no,
        external_id=claim.external_id,
        request_hash=bytes(claim.request_hash),
    )
    claim.payment = _pay(claim.partner, claim.merchant, allowance, hold, claim.amount, now, order)
    claim.status, claim.reason, claim.decided_at = S.PAID, "", now
    claim.save(update_fields=["payment", "status", "reason", "decided_at"])
    return claim


def find(partner: Partner, partner_reference_no: str) -> OfflineClaim:
    """The partner's own claim. Raises PaymentUnknown."""
    claim = OfflineClaim.objects.filter(partner=partner, partner_reference_no=partner_reference_no).first()
    if claim is None:
        raise PaymentUnknown
    return claim


def _earlier(order: ClaimOrder) -> OfflineClaim | None:
    number = order.partner_reference_no
    found = OfflineClaim.objects.filter(partner=order.partner, partner_reference_no=number).first()
    if found is not None and bytes(found.request_hash) != order.request_hash:
        raise IdempotencyConflict(partner_reference_no=number)
    return found


def _check(
    order: ClaimOrder, merchant: Merchant, allowance: OfflineAllowance, code: codes.OfflineCode, now: datetime
) -> None:
    """What every till, and its partner, could see for itself. Raises _Refused."""
    if not allowance.valid_from - CLOCKS <= order.taken_at <= allowance.valid_until + CLOCKS:
        raise _Refused(TakenOutsideValidity)
    if order.taken_at > now + CLOCKS:
        raise _Refused(TakenOutsideValidity)
    if code.merchant and code.merchant != merchant.merchant_id:
        raise _Refused(OfMerchantElsewhere)
    if not permits(code.stated, merchant.mcc, merchant.region):
        raise _Refused(NotPermitted)
    if merchant.mcc in merchant_categories.CASH and not order.cash:
        raise _Refused(CashOutNotGranted)
    if code.spent is None:
        whole = order.amount <= code.amount
    else:
        whole = order.amount == code.amount and code.spent + code.amount <= code.stated.ceiling
    if not whole:
        raise _Refused(AmountNotVouched)


def permits(stated: codes.Statement, mcc: str, region: str) -> bool:
    """True if a merchant of this category and region may take the money, by the rules that purses follow (wallet_spendable)."""
    return (
        (not stated.mccs or mcc in stated.mccs)
        and (stated.cash or mcc not in merchant_categories.CASH)
        and (not stated.regions or any(region == one or region.startswith(f"{one}.") for one in stated.regions))
    )


def _obstacle(
    code: str,
    amount: int,
    merchant: Merchant,
    allowance: OfflineAllowance,
    number: int,
    hold: Hold,
    received_at: datetime,
    *,
    but: int | None = None,
) -> str:
    """Why the reserve, which is locked, does not pay this now, "" if it does. Raises _Refused (one sale under two numbers)."""
    shown = OfflineClaim.objects.filter(allowance=allowance, number=number, status__in=COUNTED)
    if but is not None:
        shown = shown.exclude(pk=but)
    others = list(shown.order_by("pk").values_list("merchant_id", "code", "status"))
    if but is None and (merchant.pk, code) in {(at, text) for at, text, _ in others}:
        raise _Refused(VoucherSpent)
    paid = [text for _, text, status in others if status in (S.PAID, S.COVERED)]
    if paid:
        return VoucherDoubled.code if code in paid else CountReused.code
    if merchant.status != Merchant.Status.ACTIVE:
        return MerchantSuspended.code
    if stopped := FraudHold.decline_of(merchant=merchant.pk, wallet=allowance.wallet_id):
        return stopped
    if hold.status != Hold.Status.HELD:
        return OverCeiling.code if hold.status == Hold.Status.CAPTURED else ClaimLate.code
    if received_at > allowance.claims_until:
        return ClaimLate.code
    return OverCeiling.code if amount > hold.amount - hold.captured else ""


def _pay(
    partner: Partner,
    merchant: Merchant,
    allowance: OfflineAllowance,
    hold: Hold,
    amount: int,
    now: datetime,
    order: ClaimOrder,
) -> Payment:
    capture = reserve.CaptureOrder(
        partner=partner,
        amount=amount,
        partner_reference_no=order.partner_reference_no,
        external_id=order.external_id,
        request_hash=order.request_hash,
        final=False,
        title="Luring",
    )
    with connection.cursor() as cursor:
        # Before the accounts, as every payment locks them.
        cursor.execute("SELECT wallet_merchant_count(%s, %s, %s)", [merchant.pk, amount, limits.today_began(now)])
    payment = reserve.draw(hold, capture, merchant, now)
    if hold.status != Hold.Status.HELD:
        allowances.note_end(allowance)
    return payment


def _keep(
    order: ClaimOrder,
    merchant: Merchant,
    allowance: OfflineAllowance | None,
    number: int | None,
    status: OfflineClaim.Status,
    reason: str,
    payment: Payment | None = None,
) -> OfflineClaim:
    now = timezone.now()
    return OfflineClaim.objects.create(
        partner=order.partner,
        partner_reference_no=order.partner_reference_no,
        bulk_reference_no=order.bulk_reference_no,
        external_id=order.external_id,
        request_hash=order.request_hash,
        reference_no=payment.reference_no if payment else new_reference(now),
        merchant=merchant,
        allowance=allowance,
        number=number,
        amount=order.amount,
        code=order.code,
        taken_at=order.taken_at,
        received_at=now,
        status=status,
        reason=reason,
        first_status=status,
        first_reason=reason,
        payment=payment,
    )
