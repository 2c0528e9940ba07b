"""Direct debit between the standard's fields and wallet.debits: services 54, 55, 57 and 58.

Each function takes the caller and the fields of its message (`debit_messages`), and returns the reply; refusals that keep
nothing leave as WalletError or SnapError.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from wallet import debits, declines, redemption, refunds
from wallet.baskets import Item
from wallet.debits import DebitRequest, Numbers
from wallet.models import DebitOrder, Partner, Refund
from wallet.snap import callers, goods
from wallet.snap.authentication import Caller
from wallet.snap.codes import Case, Service, SnapError
from wallet.snap.debit_messages import PAY_NOTIFY, PAY_RETURN, Address
from wallet.snap.envelope import Reply
from wallet.snap.fields import money
from wallet.snap.payments import to_fund
from wallet.snap.retries import check_ahead, request_hash, said, said_of
from wallet.snap.timestamps import emit
from wallet.webhooks import endpoints


def place(caller: Caller, fields: dict[str, Any], page_of: Callable[[UUID], str]) -> Reply:
    """Service 54. `page_of` gives the whole address of an order's page."""
    partner, number = caller.partner, fields["partnerReferenceNo"]
    items = goods.of_order(fields["additionalInfo"], fields["amount"])
    asked = request_hash(partner, Service.DEBIT_PAYMENT, fields | goods.repeated(items))
    # First: the partner's merchants and hosts may have changed since, and its moment may be over.
    order = debits.placed(partner, number, asked) or debits.place(_request(caller, fields, asked, items))
    return Reply(
        Case.SUCCESSFUL,
        {
            "referenceNo": order.reference_no,
            "partnerReferenceNo": order.partner_reference_no,
            "webRedirectUrl": page_of(order.uid),
            "additionalInfo": said(caller, Service.DEBIT_PAYMENT, order, fields),
        },
    )


def _request(caller: Caller, fields: dict[str, Any], asked: bytes, items: tuple[Item, ...]) -> DebitRequest:
    partner, addresses, until = caller.partner, fields["urlParams"], fields["validUpTo"]
    if not fields["merchantId"] and partner.merchants.count() != 1:
        raise SnapError(Case.INVALID_MANDATORY, "merchantId")
    check_ahead(until, settings.WALLET["debit_longest"], "validUpTo", DebitOrder.objects.none())
    return DebitRequest(
        partner=partner,
        merchant_id=fields["merchantId"],
        amount=fields["amount"],
        partner_reference_no=fields["partnerReferenceNo"],
        external_id=caller.external_id,
        request_hash=asked,
        expires_at=until,
        title=fields["title"],
        return_url=_registered(partner, addresses, PAY_RETURN),
        notify_url=_registered(partner, addresses, PAY_NOTIFY),
        items=items,
        cash=callers.may_pay_cash(partner),
    )


def _registered(partner: Partner, addresses: dict[str, Address], kind: str) -> str:
    """The address of this kind, if it is on a host of the partner's. Raises SnapError (400/01)."""
    url = addresses.get(kind)
    if url is None:
        return ""
    if not endpoints.on_registered_host(partner, url):
        raise SnapError(Case.INVALID_FORMAT, f"urlParams[{url.place}].url")
    return str(url)


def status(caller: Caller, fields: dict[str, Any]) -> Reply:
    """Service 55. All numbers given must be of one order of the caller's; an `amount` given must be its amount."""
    order = _found(caller, fields)
    if fields["amount"] not in (None, order.amount):
        raise SnapError(Case.INVALID_AMOUNT)
    stands = debits.status_of(order)
    code, words = debits.TOLD[stands]
    paid = order.payment
    if paid is not None and stands == DebitOrder.Status.PAID and paid.refunded == paid.amount:
        code, words = debits.REFUNDED
    told: dict[str, Any] = _original(order) | {
        "serviceCode": Service.DEBIT_PAYMENT,
        "latestTransactionStatus": code,
        "transactionStatusDesc": words,
        "transAmount": money(order.amount),
        "amount": money(order.amount),
    }
    if paid is not None:
        told["paidTime"] = emit(paid.created_at)
        told["refundHistory"] = [_history(made) for made in paid.refunds.order_by("id")]
    reason = {"reason": order.decline or str(stands)} if code == "06" or order.decline else {}
    if order.decline:
        reason["reasonMessage"] = str(declines.error_of(order.decline, order.decline_detail))
    return Reply(
        Case.SUCCESSFUL, told | {"additionalInfo": said_of(caller, Service.DEBIT_PAYMENT, order, fields) | reason}
    )


def cancel(caller: Caller, fields: dict[str, Any]) -> Reply:
    """Service 57, before payment or after it."""
    order = _found(caller, fields)
    if fields["amount"] not in (None, order.amount):
        raise SnapError(Case.INVALID_AMOUNT)
    order = debits.cancel(caller.partner, Numbers(reference_no=order.reference_no))
    return Reply(
        Case.SUCCESSFUL,
        _original(order)
        | {
            "cancelTime": emit(order.ended_at or timezone.now()),
            "transactionDate": emit(order.created_at),
            "additionalInfo": fields["additionalInfo"],
        },
    )


def refund(caller: Caller, fields: dict[str, Any]) -> Reply:
    """Service 58, in part or whole. What went to the programme's fund, its purse having expired, is told."""
    order = _found(caller, fields)
    made = debits.refund(
        caller.partner,
        Numbers(reference_no=order.reference_no),
        refunds.RefundOrder(
            partner=caller.partner,
            partner_refund_no=fields["partnerRefundNo"],
            request_hash=request_hash(caller.partner, Service.DEBIT_REFUND, fields),
            amount=fields["refundAmount"],
            reason=fields["reason"],
        ),
    )
    return Reply(
        Case.SUCCESSFUL,
        _original(order)
        | {
            "refundNo": made.refund_no,
            "partnerRefundNo": made.partner_refund_no,
            "refundAmount": money(made.amount),
            "refundTime": emit(made.created_at),
            "additionalInfo": fields["additionalInfo"] | to_fund(made),
        },
    )


def _found(caller: Caller, fields: dict[str, Any]) -> DebitOrder:
    numbers = Numbers(
        partner_reference_no=fields["originalPartnerReferenceNo"],
        reference_no=fields["originalReferenceNo"],
        external_id=fields["originalExternalId"],
    )
    order = debits.find(caller.partner, numbers)
    redemption.refuse_other_merchant(order.merchant, fields["merchantId"])
    return order


def _original(order: DebitOrder) -> dict[str, Any]:
    return {
        "originalReferenceNo": order.reference_no,
        "originalPartnerReferenceNo": order.partner_reference_no,
        "originalExternalId": order.external_id,
    }


def _history(made: Refund) -> dict[str, Any]:
    return {
        "refundNo": made.refund_no,
        "partnerRefundNo": made.partner_refund_no,
        "refundAmount": money(made.amount),
        "refundStatus": "00",
        "refundDate": emit(made.created_at),
        "reason": made.reason,
        **to_fund(made),
    }
