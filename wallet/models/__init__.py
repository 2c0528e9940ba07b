"""The tables of the e-money provider, one module per subject."""

from wallet.models.basket import BasketItem
from wallet.models.bulk_cash_in import BulkCashIn, BulkCashInLine
from wallet.models.credential import Credential, PartnerInvitation
from wallet.models.debit import DebitOrder, PagePinTries
from wallet.models.fraud import DeviceUse, FraudCase, FraudHold, FraudRule, FraudScan, FraudSignal
from wallet.models.ledger import Account, Checkpoint, Transfer
from wallet.models.merchant import DepositBooking, Merchant, Partner, PartnerChange, Settlement
from wallet.models.offline import LossFund, OfflineAllowance, OfflineClaim, OfflineClaimStep
from wallet.models.onboarding import (
    ApplicationDocument,
    ApplicationWriter,
    DocumentView,
    MerchantApplication,
    MerchantChange,
    MerchantStep,
    MerchantUsage,
    Outlet,
    RegulatedPrice,
    Terminal,
)
from wallet.models.payment import Hold, HoldPart, Payment, PaymentCode, Refund, TopUp
from wallet.models.payout import (
    AnswerReturns,
    AnswerReview,
    BankAnswer,
    BankAnswerFile,
    PayoutContent,
    PayoutFile,
    SettlementOutcome,
    SettlementReturn,
    SettlementRun,
)
from wallet.models.purse import Purse, PurseTerms, RecoveryProposal, Succession, SuccessionProposal, Wallet, WalletStep
from wallet.models.qr import CpmCode, DigitGuesses, MpmCode, MpmPayment, SixDigits
from wallet.models.seal import Seal, SealBlock, Verification
from wallet.models.snap import AccessToken, ExternalId, PartnerInfo
from wallet.models.webhook import NotificationKey, Webhook, WebhookAttempt, WebhookEndpoint, WebhookReplay

__all__ = [
    "AccessToken",
    "Account",
    "AnswerReturns",
    "AnswerReview",
    "ApplicationDocument",
    "ApplicationWriter",
    "BankAnswer",
    "BankAnswerFile",
    "BasketItem",
    "BulkCashIn",
    "BulkCashInLine",
    "Checkpoint",
    "CpmCode",
    "Credential",
    "DebitOrder",
    "DepositBooking",
    "DeviceUse",
    "DigitGuesses",
    "DocumentView",
    "ExternalId",
    "FraudCase",
    "FraudHold",
    "FraudRule",
    "FraudScan",
    "FraudSignal",
    "Hold",
    "HoldPart",
    "LossFund",
    "Merchant",
    "MerchantApplication",
    "MerchantChange",
    "MerchantStep",
    "MerchantUsage",
    "MpmCode",
    "MpmPayment",
    "NotificationKey",
    "OfflineAllowance",
    "OfflineClaim",
    "OfflineClaimStep",
    "Outlet",
    "PagePinTries",
    "Partner",
    "PartnerChange",
    "PartnerInfo",
    "PartnerInvitation",
    "Payment",
    "PaymentCode",
    "PayoutContent",
    "PayoutFile",
    "Purse",
    "PurseTerms",
    "RecoveryProposal",
    "Refund",
    "RegulatedPrice",
    "Seal",
    "SealBlock",
    "Settlement",
    "SettlementOutcome",
    "SettlementReturn",
    "SettlementRun",
    "SixDigits",
    "Succession",
    "SuccessionProposal",
    "Terminal",
    "TopUp",
    "Transfer",
    "Verification",
    "Wallet",
    "WalletStep",
    "Webhook",
    "WebhookAttempt",
    "WebhookEndpoint",
    "WebhookReplay",
]
