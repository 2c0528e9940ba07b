"""Wallets that are to be passed on: what one officer proposed, and the second one's decision."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wallet import succession, wallets
from wallet.admin import above
from wallet.admin.proposals import DECISION, ProposalAdmin
from wallet.admin.rows import change_url, link, money
from wallet.models import SuccessionProposal, Wallet
from wallet.money import rupiah


@admin.register(SuccessionProposal)
class SuccessionProposalAdmin(ProposalAdmin):
    list_display = ("id", "predecessor", "successor", "status_label", "proposed_by", "decided_by")
    list_select_related = ("predecessor", "successor", "proposed_by", "decided_by")
    fields = ("predecessor_shown", "successor_shown", *DECISION)
    readonly_fields = ("predecessor_shown", "successor_shown", "status_label")

    @admin.display(description=_("dompet lama"))
    def predecessor_shown(self, row: SuccessionProposal) -> SafeString:
        return link(change_url(row.predecessor), row.predecessor)

    @admin.display(description=_("dompet penerus"))
    def successor_shown(self, row: SuccessionProposal) -> SafeString:
        return link(change_url(row.successor), row.successor)

    def facts(self, row: SuccessionProposal, request: HttpRequest) -> list[tuple[Any, Any]]:
        left, held = wallets.money_in(row.predecessor)
        return [
            (_("Pemegang sekarang"), above.holder(request, row.predecessor) or row.predecessor.holder),
            (_("Saldo buku"), money(left)),
            (_("Ditahan"), money(held)),
            *heir_facts(request, row.successor),
        ]

    def carried_out(self, row: SuccessionProposal, request: HttpRequest) -> str:
        done = succession.agree(row, request.user)  # type: ignore[arg-type]
        return gettext("%(amount)s diwariskan ke %(wallet)s.") % {
            "amount": rupiah(done.amount),
            "wallet": row.successor,
        }


def heir_facts(request: HttpRequest, heir: Wallet) -> list[tuple[Any, Any]]:
    """Whom a wallet is to be passed on to, before it is."""
    return [
        (_("Penerus"), above.holder(request, heir) or heir.holder),
        (_("Dompet penerus"), link(change_url(heir), heir)),
        (_("Status dompetnya"), heir.get_status_display()),
    ]
