"""The tables of the e-money provider, one module per subject."""

from wallet.models.ledger import Account, Checkpoint, Transfer
from wallet.models.merchant import Merchant, Partner, Settlement
from wallet.models.payment import Hold, HoldPart, Payment, PaymentCode, Refund, TopUp
from wallet.models.purse import Purse, PurseTerms, Succession, Wallet, WalletStep
from wallet.models.seal import Seal, SealBlock, Verification
from wallet.models.snap import AccessToken, ExternalId

__all__ = [
    "AccessToken",
    "Account",
    "Checkpoint",
    "ExternalId",
    "Hold",
    "HoldPart",
    "Merchant",
    "Partner",
    "Payment",
    "PaymentCode",
    "Purse",
    "PurseTerms",
    "Refund",
    "Seal",
    "SealBlock",
    "Settlement",
    "Succession",
    "TopUp",
    "Transfer",
    "Verification",
    "Wallet",
    "WalletStep",
]
