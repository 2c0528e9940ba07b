"""Wallets that are to be given back to who lost the way in, while their telephone is new: the second officer's decision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wallet import recovery, wallets
from wallet.admin import above
from wallet.admin.proposals import DECISION, ProposalAdmin
from wallet.admin.rows import change_url, link, money
from wallet.models import RecoveryProposal, Wallet
from wallet.offline import allowances


@admin.register(RecoveryProposal)
class RecoveryProposalAdmin(ProposalAdmin):
    list_display = ("id", "wallet", "status_label", "proposed_by", "decided_by")
    list_select_related = ("wallet", "proposed_by", "decided_by")
    fields = ("wallet", *DECISION)

    def facts(self, row: RecoveryProposal, request: HttpRequest) -> list[tuple[Any, Any]]:
        left, _held = wallets.money_in(row.wallet)
        return [
            (_("Pemegang sekarang"), above.holder(request, row.wallet) or row.wallet.holder),
            (_("Dompet"), link(change_url(row.wallet), row.wallet)),
            (_("Saldo buku"), money(left)),
        ]

    def carried_out(self, row: RecoveryProposal, request: HttpRequest) -> str:
        by: User = request.user  # type: ignore[assignment]
        return recovered(row.wallet, row.reason, by.get_username(), lambda: recovery.agree(row, by))


def recovered(wallet: Wallet, reason: str, by: str, recover: Callable[[], object]) -> str:
    """Ends what the lost phone was signed in with and may spend offline, then recovers; says both. Needs a transaction."""
    # First: a phone that is still signed in could ask for a code, or set the PIN that is about to be forgotten.
    ended = [sign_out(wallet) for sign_out in above.SIGN_OUTS]
    allowances.revoke_of_phone(wallet, reason, by)
    recover()
    said = gettext("Kode, pagu luring dan PIN lama tidak berlaku lagi. Pemegang masuk lagi di telepon barunya.")
    return " ".join([said, *ended])
