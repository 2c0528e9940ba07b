"""What a copy of one's data has of the wallet. The wallet knows no person, so the registry, which does, declares it.

A purse that was inherited is the subject's from then on: what its money did before is of who left it.
"""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from beneficiaries.spans import Span, within
from beneficiaries.subject_rows import Declaration, Subject, Table
from wallet.models import (
    BasketItem,
    BulkCashInLine,
    CpmCode,
    DebitOrder,
    DeviceUse,
    FraudCase,
    FraudHold,
    FraudSignal,
    Hold,
    HoldPart,
    MpmCode,
    MpmPayment,
    OfflineAllowance,
    OfflineClaim,
    OfflineClaimStep,
    Payment,
    PaymentCode,
    Purse,
    RecoveryProposal,
    Refund,
    Succession,
    SuccessionProposal,
    TopUp,
    Transfer,
    Wallet,
    WalletStep,
)

OF_WHO_LEFT_IT = (
    "a purse may have been inherited: what happened before is of who left it; the subject's is told by wallet"
)


def _theirs(subject: Subject) -> Q:
    return Q(pk__in=subject.wallets)


def _moved(subject: Subject) -> Q:
    """Transfers of the purses while they were the subject's."""
    purses: dict[Span, list[int]] = defaultdict(list)
    for purse, span in subject.purses.items():
        purses[span].append(purse)
    wanted = Q(pk__in=[])
    for span, numbers in purses.items():
        wanted |= (Q(debit__in=numbers) | Q(credit__in=numbers)) & within("posted_at", span)
    return wanted


TOLD = Declaration(
    tables=(
        Table(Wallet, where=_theirs, without=("pin_hash", "holder")),
        Table(WalletStep, ("wallet",)),
        Table(RecoveryProposal, ("wallet",), without=("proposed_by", "decided_by"), moment="proposed_at"),
        Table(Purse, ("wallet",), also=((_("saldo"), "account.balance"), (_("ditahan"), "account.held"))),
        Table(Succession, ("predecessor", "successor"), without=("proposal",)),
        Table(
            SuccessionProposal,
            ("predecessor", "successor"),
            without=("proposed_by", "decided_by"),
            moment="proposed_at",
        ),
        Table(Transfer, where=_moved, without=("key",)),
        Table(Transfer, ("payment__wallet",), without=("key",)),
        Table(Payment, ("wallet",), also=((_("nama pedagang"), "merchant.name"),)),
        # The partner's own words to itself stay its own; the address of the page is no longer anybody's.
        Table(DebitOrder, ("payment__wallet",), without=("uid", "notify_url")),
        Table(Refund, ("payment__wallet",)),
        Table(Hold, ("wallet",), also=((_("nama pedagang"), "merchant.name"),)),
        Table(HoldPart, ("hold__wallet",)),
        Table(TopUp, ("wallet",)),
        Table(BulkCashInLine, ("wallet",)),
        Table(BasketItem, ("payment__wallet", "hold__wallet")),
        Table(PaymentCode, ("wallet",)),
        Table(CpmCode, ("code__wallet",)),
        Table(MpmPayment, ("payment__wallet",)),
        Table(MpmCode, ("payment__wallet",)),
        Table(OfflineAllowance, ("wallet",), without=("certificate",)),
        Table(OfflineClaim, ("allowance__wallet",), also=((_("nama pedagang"), "merchant.name"),), without=("code",)),
        Table(OfflineClaimStep, ("claim__allowance__wallet",)),
        Table(DeviceUse, ("wallet",)),
        Table(FraudCase, ("wallet",)),
        Table(FraudSignal, ("case__wallet",), without=("wallets",)),
        Table(FraudHold, ("wallet",)),
    ),
    absent={
        "wallet.SixDigits": "which digits speak for a code, as a digest, for as long as it lives: the code itself is told",
        "wallet.OfflineClaim.payment__wallet": "who is paid from an allowance is told by it",
        "wallet.HoldPart.purse": OF_WHO_LEFT_IT,
        "wallet.TopUp.purse": OF_WHO_LEFT_IT,
        "wallet.BulkCashInLine.top_up__purse": OF_WHO_LEFT_IT,
    },
)
