"""Offline claims between the partner's fields and the wallet. Not of the standard, which has no such service; in its style.

A batch is no transaction: each claim is adjudicated and kept by itself, so that a batch that was cut off is sent again whole, and
each of its claims gets its first answer.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.conf import settings
from django.utils.translation import gettext

from wallet.errors import WalletError
from wallet.models import OfflineClaim, Partner
from wallet.offline import claims, codes, errors, keys
from wallet.snap import callers
from wallet.snap.authentication import Caller
from wallet.snap.codes import WALLET_CASES, Case, Service, SnapError, of_wallet_error
from wallet.snap.envelope import Reply, refused
from wallet.snap.fields import money, read
from wallet.snap.messages import OfflineClaimItem
from wallet.snap.payments import FAILED, PAID, PENDING
from wallet.snap.timestamps import emit

S = OfflineClaim.Status
# Queued ones are under way (202/00), whatever they wait for. Of the refusals: a code nobody signed is a transaction we never
# heard of, as an unknown code of service 60 is; a sale outside the validity is an expired one.
CASES: dict[str, Case] = {
    errors.CodeMalformed.code: Case.INVALID_FORMAT,
    errors.CodeForged.code: Case.TRANSACTION_NOT_FOUND,
    errors.AllowanceUnknown.code: Case.TRANSACTION_NOT_FOUND,
    errors.TakenOutsideValidity.code: Case.TRANSACTION_EXPIRED,
    errors.OfMerchantElsewhere.code: Case.NOT_PERMITTED,
    errors.AmountNotVouched.code: Case.INVALID_AMOUNT,
    errors.VoucherSpent.code: Case.INVALID_STATUS,
    errors.VoucherDoubled.code: Case.INVALID_STATUS,
    errors.CountReused.code: Case.INVALID_STATUS,
    errors.OverCeiling.code: Case.INSUFFICIENT_FUNDS,
    errors.ClaimLate.code: Case.TRANSACTION_EXPIRED,
}
WAITING = (S.QUEUED, S.PROPOSED)
TOLD = {
    S.PAID: PAID,
    S.COVERED: PAID,
    S.QUEUED: PENDING,
    S.PROPOSED: PENDING,
    S.REFUSED: FAILED,
}


def upload(caller: Caller, fields: dict[str, Any]) -> Reply:
    """Service 97: each claim's first answer, in the order of the batch. Call it outside any transaction."""
    answers = [_answered(caller, fields["partnerBulkId"], item) for item in fields["claims"]]
    return Reply(
        Case.SUCCESSFUL,
        {"partnerBulkId": fields["partnerBulkId"], "claims": answers, "additionalInfo": fields["additionalInfo"]},
    )


def status(caller: Caller, fields: dict[str, Any]) -> Reply:
    """Service 98: where a claim stands now. Raises PaymentUnknown."""
    claim = claims.find(caller.partner, fields["originalPartnerReferenceNo"])
    code, description = TOLD[S(claim.status)]
    return Reply(
        Case.SUCCESSFUL,
        {
            "serviceCode": Service.OFFLINE_CLAIMS,
            "originalPartnerReferenceNo": claim.partner_reference_no,
            "originalReferenceNo": claim.reference_no,
            "latestTransactionStatus": code,
            "transactionStatusDesc": description,
            "amount": money(claim.amount),
            "transactionDate": emit(claim.taken_at),
            "additionalInfo": fields["additionalInfo"] | _why(claim, claim.status, claim.reason) | _paid_as(claim),
        },
    )


def _paid_as(claim: OfflineClaim) -> dict[str, str]:
    """Our number of the payment, by which it is refunded, where the claim's own does not lead to it."""
    if claim.payment is None or claim.payment.reference_no == claim.reference_no:
        return {}
    return {"paymentReferenceNo": claim.payment.reference_no}


def _answered(caller: Caller, bulk: str, item: Any) -> dict[str, Any]:
    """One claim's answer, whatever it is; only what is no JSON object has no number to be told by."""
    number = item.get("partnerReferenceNo") if isinstance(item, dict) else None
    try:
        if not isinstance(item, dict):
            raise SnapError(Case.INVALID_FORMAT, "claims")
        fields = read(OfflineClaimItem, item)
        claim = claims.adjudicate(
            claims.ClaimOrder(
                partner=caller.partner,
                merchant_id=fields["merchantId"],
                code=fields["qrContent"],
                amount=fields["amount"],
                taken_at=fields["transactionDate"],
                partner_reference_no=fields["partnerReferenceNo"],
                external_id=caller.external_id,
                request_hash=_hash(caller.partner, fields),
                bulk_reference_no=bulk,
                cash=callers.may_pay_cash(caller.partner),
            )
        )
    except (SnapError, WalletError) as error:
        refusal = refused(error if isinstance(error, SnapError) else of_wallet_error(error))
        return {"partnerReferenceNo": number if isinstance(number, str) else ""} | refusal.body(Service.OFFLINE_CLAIMS)
    return Reply(
        _case(claim.first_status, claim.first_reason),
        {
            "partnerReferenceNo": claim.partner_reference_no,
            "referenceNo": claim.reference_no,
            "amount": money(claim.amount),
            "transactionDate": emit(claim.taken_at),
            "latestTransactionStatus": TOLD[S(claim.first_status)][0],
            "additionalInfo": fields["additionalInfo"] | _why(claim, claim.first_status, claim.first_reason),
        },
        "qrContent" if claim.first_reason == errors.CodeMalformed.code else "",
    ).body(Service.OFFLINE_CLAIMS)


def _case(status: str, reason: str) -> Case:
    if status == S.PAID:
        return Case.SUCCESSFUL
    if status == S.QUEUED:
        return Case.IN_PROGRESS
    return CASES.get(reason) or WALLET_CASES.get(reason, Case.GENERAL_ERROR)


def _why(claim: OfflineClaim, standing: str, reason: str) -> dict[str, str]:
    """The wallet's code for it, and a sentence for the cashier."""
    return {"reason": reason, "reasonMessage": told(claim, standing, reason)} if reason else {}


def told(claim: OfflineClaim, standing: str, reason: str) -> str:
    """The sentence for this claim: of an unreadable code what is wrong with it, and that an officer decides while one must.

    `standing` and `reason` are the claim's now, or its first ones.
    """
    part = ""
    if reason == errors.CodeMalformed.code:
        part = codes.part_at_fault(claim.code, keys.public_keys())
    said = [sentence(reason, part)]
    if said[0] and standing in WAITING:
        said.append(gettext("Menunggu keputusan petugas."))
    return " ".join(said)


def sentence(reason: str, part: str = "") -> str:
    """What the reason of a claim says, in the reader's language; "" for a code that is none."""
    for kind in _family(WalletError):
        if kind.code == reason:
            limit = f"{settings.WALLET['payment_limit']:,}".replace(",", ".")
            return str(kind(limit=limit, part=part or "text", left=0, most=0))
    return ""


def _family(kind: type[WalletError]) -> list[type[WalletError]]:
    return [one for child in kind.__subclasses__() for one in (child, *_family(child))]


def _hash(partner: Partner, fields: dict[str, Any]) -> bytes:
    """SHA-256 of what a retry must repeat: everything but additionalInfo, and the batch that it came with."""
    content = {name: value for name, value in fields.items() if name != "additionalInfo"}
    content["transactionDate"] = emit(content["transactionDate"])
    said = json.dumps([partner.client_id, Service.OFFLINE_CLAIMS, content], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(said.encode()).digest()
