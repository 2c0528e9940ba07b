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
    BULK_CASHIN_NOTIFY = "41"
    QR_CPM_PAYMENT = "60"
    QR_CPM_QUERY = "61"
    ACCESS_TOKEN = "73"  # noqa: S105 (a service's number)
    QR_CPM_REFUND = "80"


class Case(Enum):
    """HTTP status, case code, message; ``{}`` in a message is the field or the reason."""

    SUCCESSFUL = 200, "00", "Successful"
    BAD_REQUEST = 400, "00", "Bad Request. {}"
    INVALID_FORMAT = 400, "01", "Invalid Field Format {}"
    INVALID_MANDATORY = 400, "02", "Invalid Mandatory Field {}"
    UNAUTHORIZED = 401, "00", "Unauthorized. {}"
    INVALID_TOKEN = 401, "01", "Invalid Token (B2B)"
    TOKEN_NOT_FOUND = 401, "03", "Token Not Found (B2B)"
    TRANSACTION_EXPIRED = 403, "00", "Transaction Expired"
    EXCEEDS_AMOUNT_LIMIT = 403, "02", "Exceeds Transaction Amount Limit"
    INSUFFICIENT_FUNDS = 403, "14", "Insufficient Funds"
    NOT_PERMITTED = 403, "15", "Transaction Not Permitted. {}"
    INACTIVE = 403, "18", "Inactive Card/Account/Customer"
    ACCOUNT_LIMIT_EXCEED = 403, "23", "Account Limit Exceed"
    MERCHANT_BLACKLISTED = 403, "19", "Merchant Blacklisted"
    INVALID_STATUS = 404, "00", "Invalid Transaction Status"
    TRANSACTION_NOT_FOUND = 404, "01", "Transaction Not Found"
    INVALID_ROUTING = 404, "02", "Invalid Routing"
    INVALID_MERCHANT = 404, "08", "Invalid Merchant"
    INVALID_AMOUNT = 404, "13", "Invalid Amount"
    INCONSISTENT = 404, "18", "Inconsistent Request"
    NOT_SUPPORTED = 405, "00", "Requested Function Is Not Supported"
    CONFLICT = 409, "00", "Conflict"
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
# what is left belongs there.
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
    "wallet_inactive": Case.INACTIVE,
    "merchant_unknown": Case.INVALID_MERCHANT,
    "merchant_suspended": Case.MERCHANT_BLACKLISTED,
    "payment_unknown": Case.TRANSACTION_NOT_FOUND,
    "hold_unknown": Case.TRANSACTION_NOT_FOUND,
    "hold_ended": Case.INVALID_STATUS,
    "capture_too_large": Case.INVALID_AMOUNT,
    "refund_too_large": Case.INVALID_AMOUNT,
    "refund_not_possible": Case.INVALID_STATUS,
    "statement_cursor_invalid": Case.BAD_REQUEST,
}


class SnapError(Exception):
    """A request refused with a case of the standard. `detail` is the field's name or the reason the case tells."""

    def __init__(self, case: Case, detail: str = "", *, info: dict[str, Any] | None = None) -> None:
        self.case, self.detail, self.info = case, detail, info or {}
        super().__init__(case.name, detail)


def of_wallet_error(error: WalletError) -> SnapError:
    """The wallet's refusal in the standard's terms, its own code as ``additionalInfo.reason``."""
    case = WALLET_CASES.get(error.code, Case.GENERAL_ERROR)
    return SnapError(case, info={"reason": error.code, "reasonMessage": str(error)})
