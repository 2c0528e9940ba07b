"""Response codes of SNAP BI: HTTP status (3 digits), service code (2), case code (2), and the message of each case.

Source: ASPI, SNAP developer pages, "List of Response Code". `WALLET_CASES` says which case each reason is.
"""

from __future__ import annotations

from enum import Enum
from typing import Any

from wallet.errors import WalletError

MESSAGE_LENGTH = 150  # responseMessage is String(150)


class Service:
    """The standard's service codes we answer under; NONE where no service could be told."""

    NONE = "00"
    BALANCE_INQUIRY = "11"
    ACCOUNT_INQUIRY = "37"
    TOPUP = "38"
    TOPUP_STATUS = "39"
    BULK_CASHIN = "40"
    BULK_CASHIN_NOTIFY = "41"
    OTC_CASHOUT = "44"
    OTC_STATUS = "45"
    DEBIT_PAYMENT = "54"
    DEBIT_STATUS = "55"
    DEBIT_CANCEL = "57"
    DEBIT_REFUND = "58"
    QR_MPM_GENERATE = "47"
    QR_MPM_DECODE = "48"
    QR_MPM_PAYMENT = "50"
    QR_MPM_QUERY = "51"
    QR_CPM_GENERATE = "59"
    QR_CPM_PAYMENT = "60"
    QR_CPM_QUERY = "61"
    QR_CPM_CANCEL = "62"
    ACCESS_TOKEN = "73"  # noqa: S105 (a service's number)
    QR_MPM_CANCEL = "77"
    QR_MPM_REFUND = "78"
    QR_CPM_REFUND = "80"
    # What we call at partners, as BULK_CASHIN_NOTIFY is.
    QR_MPM_NOTIFY = "52"
    DEBIT_NOTIFY = "56"
    QR_CPM_NOTIFY = "79"
    # Ours, and no service of the standard's: it has none for payments that were made without a network.
    OFFLINE_CLAIMS = "97"
    OFFLINE_CLAIM_STATUS = "98"


class Case(Enum):
    """HTTP status, case code, message; ``{}`` in a message is the field or the reason."""

    SUCCESSFUL = 200, "00", "Successful"
    IN_PROGRESS = 202, "00", "Request In Progress"
    BAD_REQUEST = 400, "00", "Bad Request. {}"
    INVALID_FORMAT = 400, "01", "Invalid Field Format {}"
    INVALID_MANDATORY = 400, "02", "Invalid Mandatory Field {}"
    UNAUTHORIZED = 401, "00", "Unauthorized. {}"
    INVALID_TOKEN = 401, "01", "Invalid Token (B2B)"
    INVALID_CUSTOMER_TOKEN = 401, "02", "Invalid Customer Token"
    TOKEN_NOT_FOUND = 401, "03", "Token Not Found (B2B)"
    CUSTOMER_TOKEN_NOT_FOUND = 401, "04", "Customer Token Not Found"
    TRANSACTION_EXPIRED = 403, "00", "Transaction Expired"
    FEATURE_NOT_ALLOWED = 403, "01", "Feature Not Allowed"
    EXCEEDS_AMOUNT_LIMIT = 403, "02", "Exceeds Transaction Amount Limit"
    DO_NOT_HONOR = 403, "05", "Do Not Honor"
    ACTIVITY_COUNT_LIMIT = 403, "04", "Activity Count Limit Exceeded"
    OTP_BLOCKED = 403, "11", "OTP Blocked"
    OTP_EXPIRED = 403, "12", "OTP Lifetime Expired"
    SUSPECTED_FRAUD = 403, "03", "Suspected Fraud"
    INSUFFICIENT_FUNDS = 403, "14", "Insufficient Funds"
    NOT_PERMITTED = 403, "15", "Transaction Not Permitted. {}"
    SUSPEND_TRANSACTION = 403, "16", "Suspend Transaction"
    INACTIVE = 403, "18", "Inactive Card/Account/Customer"
    ACCOUNT_LIMIT_EXCEED = 403, "23", "Account Limit Exceed"
    MERCHANT_BLACKLISTED = 403, "19", "Merchant Blacklisted"
    MERCHANT_LIMIT = 403, "20", "Merchant Limit Exceed"
    INVALID_STATUS = 404, "00", "Invalid Transaction Status"
    TRANSACTION_NOT_FOUND = 404, "01", "Transaction Not Found"
    INVALID_ROUTING = 404, "02", "Invalid Routing"
    TRANSACTION_CANCELLED = 404, "04", "Transaction Cancelled"
    INVALID_MERCHANT = 404, "08", "Invalid Merchant"
    INVALID_CUSTOMER = 404, "11", "Invalid Card/Account/Customer {}"
    INVALID_AMOUNT = 404, "13", "Invalid Amount"
    PAID_BILL = 404, "14", "Paid Bill"
    INVALID_OTP = 404, "15", "Invalid OTP"
    INVALID_TERMINAL = 404, "17", "Invalid Terminal"
    INCONSISTENT = 404, "18", "Inconsistent Request"
    NOT_SUPPORTED = 405, "00", "Requested Function Is Not Supported"
    NOT_ALLOWED_NOW = 405, "01", "Requested Operation Is Not Allowed"
    CONFLICT = 409, "00", "Conflict"
    DUPLICATE_REFERENCE = 409, "01", "Duplicate partnerReferenceNo"
    TOO_MANY = 429, "00", "Too Many Requests"
    GENERAL_ERROR = 500, "00", "General Error"

    def __init__(self, status: int, number: str, text: str) -> None:
        self.status, self.number, self.text = status, number, text

    def code(self, service: str) -> str:
        """The seven digits, e.g. ``4036014``."""
        return f"{self.status}{service}{self.number}"

    def message(self, detail: str = "") -> str:
        """The standard's message, at most 150 characters."""
        return self.text.format(detail).removesuffix(". ").strip()[:MESSAGE_LENGTH]


# Where the standard leaves it open: a code presented twice is not a double request (that is a reference used again,
# 404/18) but a payment whose status no longer allows it, 404/00; the same for a refund of a declined payment. An
# unknown code is a transaction we never heard of, 404/01, since 404/11 speaks of an account and would invite guessing
# codes. A frozen wallet is the inactive account of 403/18: 403/05 (frozen, with some providers) hides from the till
# what the holder has to do. A merchant we suspended is 403/19, the only case about a merchant's standing; one that is
# not the partner's is 404/08, whether or not it exists. 404/13 means "not the amount it should be", so a refund above
# what is left belongs there. What a fraud rule holds until somebody has looked is 403/03; what an officer has stopped, 403/16.
# A cancellation that came too late, or after a part was refunded, is 405/01: not this, but a refund, is still allowed. 404/00
# says that there is nothing to take back: it was declined, has failed, or its code was used.
WALLET_CASES: dict[str, Case] = {
    "invalid_amount": Case.INVALID_AMOUNT,
    "insufficient_funds": Case.INSUFFICIENT_FUNDS,
    "idempotency_conflict": Case.INCONSISTENT,
    "not_permitted": Case.NOT_PERMITTED,
    "limit_exceeded": Case.EXCEEDS_AMOUNT_LIMIT,
    "daily_limit_exceeded": Case.ACCOUNT_LIMIT_EXCEED,
    "balance_limit_exceeded": Case.ACCOUNT_LIMIT_EXCEED,
    "monthly_limit_exceeded": Case.ACCOUNT_LIMIT_EXCEED,
    "cash_not_allowed": Case.NOT_PERMITTED,
    "not_an_agent": Case.NOT_PERMITTED,
    "code_ceiling": Case.EXCEEDS_AMOUNT_LIMIT,
    "code_unknown": Case.TRANSACTION_NOT_FOUND,
    "code_expired": Case.TRANSACTION_EXPIRED,
    "code_used": Case.INVALID_STATUS,
    "digit_guesses_exceeded": Case.ACTIVITY_COUNT_LIMIT,
    "qr_not_ours": Case.INVALID_ROUTING,
    "qr_unknown": Case.TRANSACTION_NOT_FOUND,
    "qr_paid": Case.PAID_BILL,
    "qr_cancelled": Case.TRANSACTION_CANCELLED,
    "qr_expired": Case.TRANSACTION_EXPIRED,
    "amount_missing": Case.INVALID_MANDATORY,
    "amount_differs": Case.INVALID_AMOUNT,
    "surcharge_refused": Case.NOT_PERMITTED,
    "tip_refused": Case.NOT_PERMITTED,
    "cancel_not_possible": Case.NOT_ALLOWED_NOW,
    "wallet_inactive": Case.INACTIVE,
    "merchant_unknown": Case.INVALID_MERCHANT,
    "merchant_suspended": Case.MERCHANT_BLACKLISTED,
    "merchant_inactive": Case.INVALID_MERCHANT,
    "merchant_limit_exceeded": Case.MERCHANT_LIMIT,
    "cash_out_not_granted": Case.FEATURE_NOT_ALLOWED,
    "terminal_unknown": Case.INVALID_TERMINAL,
    "items_missing": Case.INVALID_MANDATORY,
    "item_banned": Case.NOT_PERMITTED,
    "item_not_allowed": Case.NOT_PERMITTED,
    "item_too_dear": Case.NOT_PERMITTED,
    "basket_differs": Case.INVALID_AMOUNT,
    "suspected_fraud": Case.SUSPECTED_FRAUD,
    "transaction_suspended": Case.SUSPEND_TRANSACTION,
    "payment_unknown": Case.TRANSACTION_NOT_FOUND,
    "payment_late": Case.TRANSACTION_EXPIRED,
    "hold_unknown": Case.TRANSACTION_NOT_FOUND,
    "hold_ended": Case.INVALID_STATUS,
    "capture_too_large": Case.INVALID_AMOUNT,
    "refund_too_large": Case.INVALID_AMOUNT,
    "refund_not_possible": Case.INVALID_STATUS,
    "payment_cancelled": Case.TRANSACTION_CANCELLED,
    "statement_cursor_invalid": Case.BAD_REQUEST,
    "debit_unknown": Case.TRANSACTION_NOT_FOUND,
    "debit_ended": Case.INVALID_STATUS,
    "debit_partly_refunded": Case.NOT_ALLOWED_NOW,
    "debit_cancelled": Case.TRANSACTION_CANCELLED,
    "debit_expired": Case.TRANSACTION_EXPIRED,
}


class SnapError(Exception):
    """A request refused with a case of the standard. `detail` is the field's name or the reason the case tells."""

    def __init__(self, case: Case, detail: str = "", *, info: dict[str, Any] | None = None) -> None:
        self.case, self.detail, self.info = case, detail, info or {}
        super().__init__(case.name, detail)


# Where the customer's one-time code comes in the field `otp`, the standard has cases for it.
OTP_CASES: dict[str, Case] = {
    "code_unknown": Case.INVALID_OTP,
    "code_used": Case.INVALID_OTP,
    "code_expired": Case.OTP_EXPIRED,
    "digit_guesses_exceeded": Case.OTP_BLOCKED,
}

# Where the request has no place for goods (44, 50), none of its fields is at fault that they are not named.
WITHOUT_GOODS: dict[str, Case] = {"items_missing": Case.NOT_PERMITTED}


def of_wallet_error(error: WalletError) -> SnapError:
    """The wallet's refusal in the standard's terms, its own code as ``additionalInfo.reason``."""
    case = WALLET_CASES.get(error.code, Case.GENERAL_ERROR)
    return refusal(case, error)


def refusal(case: Case, error: WalletError, field: str = "") -> SnapError:
    """The wallet's refusal as this case, for services that have one of their own for it."""
    return SnapError(case, field, info={"reason": error.code, "reasonMessage": str(error)})
