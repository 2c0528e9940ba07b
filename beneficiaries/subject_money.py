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
    Hold,
    HoldPart,
    Payment,
    PaymentCode,
    Purse,
    Refund,
    Succession,
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
        Table(Purse, ("wallet",), also=((_("saldo"), "account.balance"), (_("ditahan"), "account.held"))),
        Table(Succession, ("predecessor", "successor")),
        Table(Transfer, where=_moved, without=("key",)),
        Table(Transfer, ("payment__wallet",), without=("key",)),
        Table(Payment, ("wallet",), also=((_("nama pedagang"), "merchant.name"),)),
        Table(Refund, ("payment__wallet",)),
        Table(Hold, ("wallet",), also=((_("nama pedagang"), "merchant.name"),)),
        Table(HoldPart, ("hold__wallet",)),
        Table(TopUp, ("wallet",)),
        Table(PaymentCode, ("wallet",)),
    ),
    absent={
        "wallet.HoldPart.purse": OF_WHO_LEFT_IT,
        "wallet.TopUp.purse": OF_WHO_LEFT_IT,
    },
)
