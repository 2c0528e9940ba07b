"""Top-ups by partners (services 37, 38 and 39): who would be paid, the payment out of the partner's deposit, its outcome."""

from __future__ import annotations

import hmac
import time
from typing import Any

from django.conf import settings
from django.utils import timezone

from wallet import account_numbers, bulk_cash_ins, customers, limits, top_ups
from wallet.customers import Customer
from wallet.models import BulkCashInLine, Partner, TopUp, Wallet
from wallet.snap.authentication import Caller
from wallet.snap.codes import WALLET_CASES, Case, Service, SnapError
from wallet.snap.envelope import Reply
from wallet.snap.fields import money
from wallet.snap.payments import FAILED, PAID, PENDING
from wallet.snap.retries import request_hash, said, said_of
from wallet.snap.timestamps import emit

SESSION_MINUTES = 30
LEAST = 1  # rupiah
FEE, FEE_TYPE = 0, "OUR"
DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def inquire(caller: Caller, fields: dict[str, Any]) -> Reply:
    """Service 37. The amount is judged as the top-up would judge it now."""
    customer = customer_of(fields["customerNumber"])
    wallet = customer.wallet
    limits.check_top_up(wallet, fields["amount"])
    limits.check_incoming(wallet, fields["amount"], timezone.now())
    room = limits.room(wallet, timezone.now())
    return Reply(
        Case.SUCCESSFUL,
        {
            **({"partnerReferenceNo": fields["partnerReferenceNo"]} if fields["partnerReferenceNo"] else {}),
            "sessionId": _session(caller.partner, wallet, int(time.time()) // 60),
            "customerNumber": account_numbers.masked(fields["customerNumber"]),
            "customerName": customer.name,
            "customerMonthlyInLimit": str(room.month),
            "minAmount": money(LEAST),
            "maxAmount": money(min(room.balance, room.month)),
            "amount": money(fields["amount"]),
            "feeAmount": money(FEE),
            "feeType": FEE_TYPE,
            "additionalInfo": fields["additionalInfo"],
        },
    )


def top_up(caller: Caller, fields: dict[str, Any]) -> Reply:
    """Service 38. A top-up that is refused leaves nothing, so its number may be used again once the reason is gone."""
    partner, number = caller.partner, fields["partnerReferenceNo"]
    asked = request_hash(partner, Service.TOPUP, fields)
    earlier = TopUp.objects.filter(partner=partner, partner_reference_no=number).first()
    if earlier is not None and bytes(earlier.request_hash) == asked:
        # Before the customer is looked up: a number that leads elsewhere by now does not change the answer.
        return _told(caller, earlier, fields)
    line = BulkCashInLine.objects.filter(partner=partner, partner_reference_no=number).first()
    if line is not None and line.state == BulkCashInLine.State.PAID:
        # "Already success", says the standard: a line that waits, or was refused, must not be taken for one that was paid.
        raise SnapError(Case.DUPLICATE_REFERENCE, info={"reason": bulk_cash_ins.ReferenceTaken.code})
    if earlier is not None or line is not None:
        raise SnapError(Case.INCONSISTENT, info={"reason": "idempotency_conflict"})
    if fields["feeAmount"] != FEE:
        raise SnapError(Case.INVALID_AMOUNT)
    customer = customer_of(fields["customerNumber"])
    if fields["sessionId"] and not _session_holds(partner, customer.wallet, fields["sessionId"]):
        raise SnapError(Case.INVALID_FORMAT, "sessionId")
    made = top_ups.top_up(
        top_ups.TopUpOrder(
            partner=partner,
            partner_reference_no=number,
            request_hash=asked,
            wallet=customer.wallet,
            amount=fields["amount"],
            from_deposit=True,
            external_id=caller.external_id,
        )
    )
    return _told(caller, made, fields)


def status(caller: Caller, fields: dict[str, Any]) -> Reply:
    """Service 39. All numbers given must be of one transaction of the caller's; an `amount` given must be its amount."""
    if fields["serviceCode"] == Service.BULK_CASHIN:
        return _status_of_line(caller, fields)
    given = {
        "partner_reference_no": fields["originalPartnerReferenceNo"],
        "reference_no": fields["originalReferenceNo"],
        "external_id": fields["originalExternalId"],
    }
    wanted = {name: value for name, value in given.items() if value}
    found = TopUp.objects.filter(partner=caller.partner, from_deposit=True, bulk_line__isnull=True, **wanted)
    made = found.order_by("-id").first()
    if made is None:
        raise SnapError(Case.TRANSACTION_NOT_FOUND)
    fields = fields | {"additionalInfo": said_of(caller, Service.TOPUP, made, fields)}
    return _stands(fields, made, made.external_id, PAID)


def _status_of_line(caller: Caller, fields: dict[str, Any]) -> Reply:
    line = bulk_cash_ins.find(
        caller.partner,
        partner_reference_no=fields["originalPartnerReferenceNo"],
        reference_no=fields["originalReferenceNo"],
    )
    if line is None or fields["originalExternalId"] not in ("", line.bulk.external_id):
        raise SnapError(Case.TRANSACTION_NOT_FOUND)
    stands = {BulkCashInLine.State.PAID: PAID, BulkCashInLine.State.WAITING: PENDING}
    reason = {"reason": line.refusal} if line.refusal else {}
    return _stands(fields, line, line.bulk.external_id, stands.get(BulkCashInLine.State(line.state), FAILED), reason)


def _stands(
    fields: dict[str, Any],
    of: TopUp | BulkCashInLine,
    external_id: str,
    status: tuple[str, str],
    reason: dict[str, str] | None = None,
) -> Reply:
    if fields["amount"] not in (None, of.amount):
        raise SnapError(Case.INVALID_AMOUNT)
    at = of.created_at if isinstance(of, TopUp) else of.bulk.created_at
    return Reply(
        Case.SUCCESSFUL,
        {
            "originalReferenceNo": of.reference_no,
            "originalPartnerReferenceNo": of.partner_reference_no,
            "originalExternalId": external_id,
            "serviceCode": fields["serviceCode"],
            "latestTransactionStatus": status[0],
            "transactionStatusDesc": status[1],
            "transactionDate": emit(at),
            "amount": money(of.amount),
            "additionalInfo": fields["additionalInfo"] | (reason or {}),
        },
    )


def _told(caller: Caller, made: TopUp, fields: dict[str, Any]) -> Reply:
    return Reply(
        Case.SUCCESSFUL,
        {
            "referenceNo": made.reference_no,
            "partnerReferenceNo": made.partner_reference_no,
            **({"sessionId": fields["sessionId"]} if fields["sessionId"] else {}),
            "customerNumber": account_numbers.masked(fields["customerNumber"]),
            "amount": money(made.amount),
            "transactionDate": emit(made.created_at),
            "additionalInfo": said(caller, Service.TOPUP, made, fields),
        },
    )


def customer_of(number: str) -> Customer:
    """The customer to be paid. Raises SnapError: 404/11 unknown or not one alone, 403/05 frozen, 403/18 closed."""
    customer = customers.find_one(number)
    if customer is None:
        raise SnapError(Case.INVALID_CUSTOMER)
    if refused := case_of_standing(customer.wallet):
        raise SnapError(refused, info={"reason": "wallet_inactive"})
    return customer


def case_of_standing(wallet: Wallet) -> Case | None:
    """Why nothing may be paid in. A frozen wallet is an account whose status is abnormal (403/05), a closed one is no account
    any more (403/18): who pays in has to ask the holder about the one, and need not try the other again.
    """
    match wallet.status:
        case Wallet.Status.FROZEN:
            return Case.DO_NOT_HONOR
        case Wallet.Status.CLOSED:
            return Case.INACTIVE
    return None


def case_of_refusal(line: BulkCashInLine) -> Case:
    """The standard's case for a line of a bulk cash-in that was not paid."""
    if line.refusal == bulk_cash_ins.CustomerUnknown.code:
        return Case.INVALID_CUSTOMER
    if line.refusal == "wallet_inactive" and line.wallet is not None:
        return case_of_standing(line.wallet) or Case.INACTIVE
    return WALLET_CASES.get(line.refusal, Case.GENERAL_ERROR)


# --- sessionId: proves that this customer was asked about lately, and is kept nowhere ---


def _session(partner: Partner, wallet: Wallet, minute: int) -> str:
    """25 characters: the minute, and a MAC of whom it is for and about (100 bits)."""
    place = "".join(DIGITS[minute >> shift & 31] for shift in (20, 15, 10, 5, 0))
    text = f"topup|{partner.pk}|{wallet.pk}|{minute & 0x1FFFFFF}"
    mac = hmac.digest(settings.PIN_PEPPER, text.encode(), "sha256")
    return place + "".join(DIGITS[byte & 31] for byte in mac[:20])


def _session_holds(partner: Partner, wallet: Wallet, session: str) -> bool:
    now = int(time.time()) // 60
    minutes = range(now, now - SESSION_MINUTES - 1, -1)
    matches = [hmac.compare_digest(session, _session(partner, wallet, minute)) for minute in minutes]
    return any(matches)  # all of them were compared: no early end
