"""Seals, and what each verification found."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.formats import date_format, number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wallet import seals
from wallet.admin.decorators import display
from wallet.admin.ledger import finding_rows
from wallet.admin.rows import LongTable, ViewOnlyAdmin, money
from wallet.models import Seal, Verification


@admin.register(Seal)
class SealAdmin(LongTable, ViewOnlyAdmin):
    """What an auditor compares with the published statements."""

    list_display = ("day", "count", "amount_shown", "root_shown", "key_id", "sealed_at")
    list_filter = ("day",)
    fields = ("day", "count", "amount_shown", "statement", "signature_shown", "key_id", "public_key", "sealed_at")
    readonly_fields = ("amount_shown", "statement", "signature_shown", "public_key")

    @admin.display(description=_("jumlah"))
    def amount_shown(self, seal: Seal) -> SafeString:
        return money(seal.amount)

    @admin.display(description=_("akar Merkle"))
    def root_shown(self, seal: Seal) -> str:
        return bytes(seal.root).hex()[:16] + "…"

    @admin.display(description=_("pernyataan yang ditandatangani"))
    def statement(self, seal: Seal) -> SafeString:
        return render_to_string("wallet/admin/statement.html", {"statement": seals.statement_of(seal).decode()})

    @admin.display(description=_("tanda tangan"))
    def signature_shown(self, seal: Seal) -> str:
        return bytes(seal.signature).hex()

    @admin.display(description=_("kunci publik"))
    def public_key(self, seal: Seal) -> str:
        return seals.public_keys().get(seal.key_id, b"").hex() or "-"


def figures(run: Verification) -> list[tuple[Any, str]]:
    """How much was looked at, how far the seals reach, and how many rows differ."""
    counts = ((_("akun diperiksa"), run.accounts), (_("transfer diperiksa"), run.transfers))
    return [
        *((name, number_format(count, force_grouping=True)) for name, count in counts),
        (_("disegel sampai"), date_format(run.sealed_to, "j M Y") if run.sealed_to else "-"),
        (_("temuan"), number_format(len(run.findings), force_grouping=True)),
    ]


@admin.register(Verification)
class VerificationAdmin(LongTable, ViewOnlyAdmin):
    """Every run, nightly or asked for, with the rows it named."""

    list_display = ("started_at", "result", "transfers", "sealed_to", "finished_at")
    list_filter = ("holds", "started_at")
    fields = ("started_at", "finished_at", "result")
    readonly_fields = ("result",)
    change_form_outer_before_template = "wallet/admin/verification_figures.html"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        run = self.get_object(request, object_id)
        shown = {} if run is None else {"run": run, "figures": figures(run), "findings": finding_rows(run.findings)}
        page: HttpResponse = super().change_view(request, object_id, form_url, (extra_context or {}) | shown)
        return page

    @display(description=_("hasil"), label={True: "success", False: "danger"})
    def result(self, run: Verification) -> tuple[bool, str]:
        return run.holds, gettext("Cocok") if run.holds else gettext("Ada selisih")
