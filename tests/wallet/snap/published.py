"""The fields and codes as ASPI publishes them, as data: what `test_contract` holds the services against.

It guards against drift and not against a wrong reading: bodies of other providers' clients stand beside it (`clients`). The
fields are those of the developer pages on balance, customer top-up, transfer to OTC, MPM, direct debit and CPM; those of bulk
cash-in (40, 41) and the access token (73) are as our notes have them. Services 97 and 98 are ours.

A field is written as its name, M mandatory, C conditional or O optional, and the greatest length of a text. Where we do
otherwise, that stands behind `=`, for a reason that the message's module gives: `O=M` is what the standard leaves open and we
need, `M=O` what it asks for and we can do without, `O32=O64` what we take longer. `+` before a name is a field of ours. Times
have one form and no length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

FIELD = re.compile(r"\+?([A-Za-z]+) ([MCO])([0-9]*)(?:=([MCO])([0-9]*))?")
THE_THREE = "originalReferenceNo O64, originalExternalId O32=O36"
ORIGINAL = f"originalPartnerReferenceNo O64=C64, {THE_THREE}"  # one of the three
NAMED = f"originalPartnerReferenceNo M64, {THE_THREE}"
NAMED_OR_ANOTHER = f"originalPartnerReferenceNo M64=C64, {THE_THREE}"
TOLD = "originalReferenceNo, originalPartnerReferenceNo, originalExternalId?, latestTransactionStatus"
BACK = "originalPartnerReferenceNo, originalReferenceNo, refundNo, partnerRefundNo, refundAmount, refundTime"
GONE = "originalPartnerReferenceNo, originalReferenceNo, originalExternalId?, cancelTime, transactionDate"


@dataclass(frozen=True)
class Published:
    """A service: its path, the fields of its request and of its answer (`?`: may be missing), and fields that we do not read."""

    path: str
    request: str
    response: str
    unread: str = ""


SERVICES: dict[str, Published] = {
    "73": Published("access-token/b2b", "grantType M18", "accessToken, tokenType, expiresIn"),
    "11": Published(
        "balance-inquiry",
        "partnerReferenceNo O64, accountNo C16, balanceTypes O",
        "partnerReferenceNo?, accountNo, name, accountInfos",
        unread="bankCardToken",
    ),
    "37": Published(
        "emoney/account-inquiry",
        "partnerReferenceNo O64, customerNumber C32=M32, amount M, transactionDate O",
        "partnerReferenceNo?, sessionId, customerNumber, customerName, customerMonthlyInLimit, minAmount, maxAmount, amount, "
        "feeAmount, feeType",
    ),
    "38": Published(
        "emoney/topup",
        "partnerReferenceNo M64, customerNumber O32=M32, amount O=M, feeAmount O, transactionDate O, sessionId O25",
        "referenceNo, partnerReferenceNo, sessionId?, customerNumber, amount",
        unread="customerName, categoryId, notes",
    ),
    "39": Published(
        "emoney/topup-status",
        "originalPartnerReferenceNo O64=C64, originalReferenceNo O64, originalExternalId O64, serviceCode M2, "
        "+transactionDate O, +amount O",
        f"{TOLD}, serviceCode, transactionDate, amount",
    ),
    "40": Published(
        "emoney/bulk-cashin-payment",
        "partnerBulkId O64, transactionDate M, currency O3, bulkObject M",
        "bulkId, partnerBulkId?",
    ),
    "44": Published(
        "emoney/otc-cashout",
        "partnerReferenceNo M64, customerNumber M32, otp M8=M64, amount M, +feeAmount O",
        "referenceNo, partnerReferenceNo, transactionDate",
        unread="feeType",
    ),
    "45": Published(
        "emoney/otc-status",
        "originalPartnerReferenceNo M64=C64, originalReferenceNo O64, originalExternalId O32=O64, serviceCode M2, "
        "customerNumber M32=O32, transactionDate O, amount M=O",
        f"{TOLD}, serviceCode, transactionDate, amount",
    ),
    "47": Published(
        "qr/qr-mpm-generate",
        "partnerReferenceNo O64, amount O, feeAmount O, merchantId O64=C64, subMerchantId O32, storeId O64, terminalId O16, "
        "validityPeriod O",
        "referenceNo, partnerReferenceNo, qrContent, merchantName, storeId?, terminalId?",
    ),
    "48": Published(
        "qr/qr-mpm-decode",
        "partnerReferenceNo O64, qrContent M512, amount O, merchantId O64, scanTime M",
        "referenceNo?, partnerReferenceNo?, merchantName, merchantCategory, merchantLocation, merchantInfos, transactionAmount?",
        unread="subMerchantId",
    ),
    "50": Published(
        "qr/qr-mpm-payment",
        "partnerReferenceNo M64, merchantId O64=C64, subMerchantId O32, amount O, feeAmount O, otp O8=M64, "
        "verificationId O32=O64, +title O256",
        "referenceNo, partnerReferenceNo, amount, transactionDate",
    ),
    "51": Published(
        "qr/qr-mpm-query",
        f"{ORIGINAL}, serviceCode M2, merchantId O64, +transactionDate O, +amount O",
        f"{TOLD}, serviceCode, paidTime?, amount?, terminalId?",
        unread="subMerchantId, externalStoreId",
    ),
    "54": Published(
        "debit/payment-host-to-host",
        "partnerReferenceNo M64, merchantId O64=C64, amount O=M, urlParams O, validUpTo O, +urlParam O, +title O256",
        "referenceNo, partnerReferenceNo, webRedirectUrl",
        unread="bankCardToken, chargeToken, otp, otpTrxCode, terminalId, journeyId, subMerchantId, externalStoreId, "
        "pointOfInitiation, feeType, disabledPayMethods, payOptionDetails",
    ),
    "55": Published(
        "debit/status",
        f"{ORIGINAL}, serviceCode M2, transactionDate O, amount O, merchantId O64",
        f"{TOLD}, serviceCode, transAmount, amount, paidTime?, refundHistory?",
        unread="subMerchantId, externalStoreId",
    ),
    "57": Published(
        "debit/cancel",
        f"{NAMED_OR_ANOTHER}, merchantId O64, reason O256, amount O",
        GONE,
        unread="approvalCode, subMerchantId, externalStoreId",
    ),
    "58": Published(
        "debit/refund",
        f"{NAMED_OR_ANOTHER}, merchantId O64, partnerRefundNo M64, refundAmount O, reason O256",
        BACK,
        unread="subMerchantId, externalStoreId",
    ),
    "59": Published(
        "qr/qr-cpm-generate",
        "partnerReferenceNo O64, userAccessToken O64=C64, partnerTrxDate M=O, +otp C6, +amount O, +verificationId O64, "
        "+validityPeriod O",
        "referenceNo, partnerReferenceNo, qrContent, expiryTime",
        unread="merchantId, subMerchantId",
    ),
    "60": Published(
        "qr/qr-cpm-payment",
        "partnerReferenceNo M64, qrContent M512, amount O=M, feeAmount O, merchantId M64, title O256, expiryTime O, items O, "
        "terminalId O32",
        "referenceNo, partnerReferenceNo, amount, transactionDate",
        unread="subMerchantId, externalStoreId, merchantName, merchantLocation, acquirerName, scannerInfo",
    ),
    "61": Published(
        "qr/qr-cpm-query",
        f"{ORIGINAL}, merchantId O64, +serviceCode O2, +transactionDate O, +amount O",
        f"{TOLD}, title?, paidTime, serviceCode, transactionDate, amount",
        unread="subMerchantId, externalStoreId",
    ),
    "62": Published(
        "qr/qr-cpm-cancel",
        f"{NAMED}, merchantId O64, amount O, reason O256",
        GONE,
        unread="subMerchantId, externalStoreId",
    ),
    "77": Published(
        "qr/qr-mpm-cancel",
        f"{ORIGINAL}, merchantId M64=O64, reason M256=O256, amount O",
        GONE,
        unread="subMerchantId, externalStoreId",
    ),
    "78": Published(
        "qr/qr-mpm-refund",
        f"{NAMED}, merchantId O64, partnerRefundNo M64, refundAmount O, reason O256",
        BACK,
        unread="subMerchantId, externalStoreId",
    ),
    "80": Published(
        "qr/qr-cpm-refund",
        f"{NAMED}, merchantId O64, partnerRefundNo M64, refundAmount O, reason O256",
        BACK,
        unread="subMerchantId, externalStoreId",
    ),
    # Ours, in the standard's style: it has none for payments without a network.
    "97": Published("offline/claims", "partnerBulkId O64, claims M", "partnerBulkId, claims"),
    "98": Published(
        "offline/claim-status",
        "serviceCode M2, originalPartnerReferenceNo M64",
        "serviceCode, originalPartnerReferenceNo, originalReferenceNo, latestTransactionStatus, amount, transactionDate",
    ),
}


@dataclass(frozen=True)
class Field:
    """A field of a request as we take it."""

    name: str
    need: str
    length: int | None

    @property
    def mandatory(self) -> bool:
        return self.need == "M"


def fields(service: str) -> list[Field]:
    """The fields of the service's request."""
    found = [FIELD.fullmatch(text) for text in SERVICES[service].request.split(", ")]
    assert all(found), service
    taken = [(one[1], one[4] or one[2], one[5] if one[4] else one[3]) for one in found if one]
    return [Field(name, need, int(length) if length else None) for name, need, length in taken]


NOTICES: dict[str, str] = {
    "41": "bulkId, partnerBulkId, bulkObject",
    "52": "originalReferenceNo, originalPartnerReferenceNo, latestTransactionStatus, transactionStatusDesc, amount, "
    "externalStoreId",
    "56": "originalReferenceNo, originalPartnerReferenceNo, originalExternalId, merchantId, amount, latestTransactionStatus, "
    "transactionStatusDesc, createdTime, finishedTime",
    "79": "originalReferenceNo, originalPartnerReferenceNo, originalExternalId, merchantId, amount, latestTransactionStatus, "
    "transactionStatusDesc, transactionDate",
}
STATUSES = {
    "00": "Success",
    "01": "Initiated",
    "02": "Paying",
    "03": "Pending",
    "04": "Refunded",
    "05": "Canceled",
    "06": "Failed",
    "07": "Not found",
}
# HTTP status, case code, message as it begins; what is told after it (a field, a reason) is the answer's own.
CODES: dict[tuple[int, str], str] = {
    (200, "00"): "Successful",
    (202, "00"): "Request In Progress",
    (400, "00"): "Bad Request",
    (400, "01"): "Invalid Field Format",
    (400, "02"): "Invalid Mandatory Field",
    (401, "00"): "Unauthorized",
    (401, "01"): "Invalid Token (B2B)",
    (401, "02"): "Invalid Customer Token",
    (401, "03"): "Token Not Found (B2B)",
    (401, "04"): "Customer Token Not Found",
    (403, "00"): "Transaction Expired",
    (403, "01"): "Feature Not Allowed",
    (403, "02"): "Exceeds Transaction Amount Limit",
    (403, "03"): "Suspected Fraud",
    (403, "04"): "Activity Count Limit Exceeded",
    (403, "05"): "Do Not Honor",
    (403, "06"): "Feature Not Allowed At This Time",
    (403, "07"): "Card Blocked",
    (403, "08"): "Card Expired",
    (403, "09"): "Dormant Account",
    (403, "10"): "Need To Set Token Limit",
    (403, "11"): "OTP Blocked",
    (403, "12"): "OTP Lifetime Expired",
    (403, "13"): "OTP Sent To Cardholder",
    (403, "14"): "Insufficient Funds",
    (403, "15"): "Transaction Not Permitted",
    (403, "16"): "Suspend Transaction",
    (403, "17"): "Token Limit Exceeded",
    (403, "18"): "Inactive Card/Account/Customer",
    (403, "19"): "Merchant Blacklisted",
    (403, "20"): "Merchant Limit Exceed",
    (403, "21"): "Set Limit Not Allowed",
    (403, "22"): "Token Limit Invalid",
    (403, "23"): "Account Limit Exceed",
    (404, "00"): "Invalid Transaction Status",
    (404, "01"): "Transaction Not Found",
    (404, "02"): "Invalid Routing",
    (404, "03"): "Bank Not Supported By Switch",
    (404, "04"): "Transaction Cancelled",
    (404, "05"): "Merchant Is Not Registered For Card Registration Services",
    (404, "06"): "Need To Request OTP",
    (404, "07"): "Journey Not Found",
    (404, "08"): "Invalid Merchant",
    (404, "09"): "No Issuer",
    (404, "10"): "Invalid API Transition",
    (404, "11"): "Invalid Card/Account/Customer",
    (404, "12"): "Invalid Bill/Virtual Account",
    (404, "13"): "Invalid Amount",
    (404, "14"): "Paid Bill",
    (404, "15"): "Invalid OTP",
    (404, "16"): "Partner Not Found",
    (404, "17"): "Invalid Terminal",
    (404, "18"): "Inconsistent Request",
    (404, "19"): "Invalid Bill/Virtual Account",
    (405, "00"): "Requested Function Is Not Supported",
    (405, "01"): "Requested Operation Is Not Allowed",
    (409, "00"): "Conflict",
    (409, "01"): "Duplicate partnerReferenceNo",
    (429, "00"): "Too Many Requests",
    (500, "00"): "General Error",
    (500, "01"): "Internal Server Error",
    (500, "02"): "External Server Error",
    (504, "00"): "Timeout",
}
