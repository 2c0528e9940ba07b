"""The tables of the e-money provider, one module per subject."""

from wallet.models.ledger import Account, Transfer
from wallet.models.merchant import Merchant, Partner, Settlement
from wallet.models.payment import Payment, PaymentCode, Refund
from wallet.models.purse import Purse, PurseTerms, Wallet
from wallet.models.snap import AccessToken, ExternalId

__all__ = [
    "AccessToken",
    "Account",
    "ExternalId",
    "Merchant",
    "Partner",
    "Payment",
    "PaymentCode",
    "Purse",
    "PurseTerms",
    "Refund",
    "Settlement",
    "Transfer",
    "Wallet",
]
