"""Offline allowances, the queue of disputed claims, and the loss fund: who may decide what, with the reason kept."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from wallet import ledger
from wallet.admin import offline_cards
from wallet.admin.decorators import action, display
from wallet.admin.rows import LongTable, ViewOnlyAdmin, ViewOnlyInline, by_number, change_url, link, list_url, money
from wallet.admin.steps import Done, ReasonForm, Step, row_of, take
from wallet.errors import WalletError
from wallet.models import Hold, LossFund, OfflineAllowance, OfflineClaim, OfflineClaimStep
from wallet.money import rupiah
from wallet.offline import allowances, losses
from wallet.offline.errors import OfflineEnded, OfflineUnknown
from wallet.snap.offline import WAITING, sentence, told

S = OfflineClaim.Status
Decision = Callable[[OfflineClaim, Any, str], OfflineClaim]


@admin.register(OfflineAllowance)
class OfflineAllowanceAdmin(LongTable, ViewOnlyAdmin):
    list_display = ("number", "created_at", "kind", "ceiling_shown", "claimed", "state", "valid_until", "wallet")
    list_filter = ("kind", "created_at", by_number("wallet", _("dompet")))
    list_select_related = ("hold", "wallet")
    search_fields = ("number",)
    search_help_text = _("Nomor pagu luring, lengkap")
    fields = (
        "number",
        "kind",
        "state",
        "wallet",
        "alias",
        "money_shown",
        "loss_shown",
        "mccs",
        "regions",
        "cash_allowed",
        "valid_from",
        "valid_until",
        "claims_until",
        "issued_by",
        "issue_reason",
        "revoked_at",
        "revoke_reason",
        "revoked_by",
        "key_id",
        "claims_link",
    )
    readonly_fields = ("state", "money_shown", "loss_shown", "claims_link")
    actions_detail = ("print_pdf", "print_svg", "revoke")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[OfflineAllowance], search_term: str
    ) -> tuple[QuerySet[OfflineAllowance], bool]:
        text = search_term.strip().upper()
        return (queryset.filter(number=text), False) if text else (queryset, False)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        allowance = self.get_object(request, str(object_id))
        if allowance is None:
            return []
        live = allowance.ended_at is None and allowance.revoked_at is None
        card = live and allowance.kind == OfflineAllowance.Kind.CARD
        possible = {"print_pdf": card, "print_svg": card, "revoke": live}
        steps = super().get_actions_detail(request, object_id)
        return [step for step in steps if possible[step.action_name.removeprefix("wallet_offlineallowance_")]]

    @display(
        description=_("keadaan"), label={"open": "success", "revoked": "danger", "claims": "warning", "ended": "none"}
    )
    def state(self, allowance: OfflineAllowance) -> tuple[str, Any]:
        if allowance.ended_at is not None:
            return "ended", _("Berakhir")
        if allowance.revoked_at is not None:
            return "revoked", _("Dicabut")
        if allowance.valid_until <= timezone.now():
            return "claims", _("Menunggu tagihan")
        return "open", _("Berlaku")

    @admin.display(description=_("pagu"))
    def ceiling_shown(self, allowance: OfflineAllowance) -> SafeString:
        return money(allowance.ceiling)

    @admin.display(description=_("sudah ditagih"))
    def claimed(self, allowance: OfflineAllowance) -> SafeString:
        return money(allowance.hold.captured or None)

    @admin.display(description=_("uang"))
    def money_shown(self, allowance: OfflineAllowance) -> SafeString:
        told = offline_cards.in_rupiah(allowance)
        return SafeString(" · ".join(f"{name}: {amount}" for name, amount in told))

    @admin.display(description=_("dibayar dari dana kerugian"))
    def loss_shown(self, allowance: OfflineAllowance) -> SafeString:
        return money(allowance.loss_paid or None)

    @admin.display(description=_("tagihan"))
    def claims_link(self, allowance: OfflineAllowance) -> SafeString:
        return SafeString(
            " · ".join(
                (
                    link(list_url(OfflineClaim, allowance=allowance.pk), _("tagihan luring")),
                    link(change_url(Hold(pk=allowance.hold_id)), _("penahanan")),
                )
            )
        )

    @action(description=_("Cetak PDF"), permissions=["wallet.issue_offline_card"], icon="print")
    def print_pdf(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._printed(request, object_id, "pdf")

    @action(description=_("Unduh SVG"), permissions=["wallet.issue_offline_card"], icon="image")
    def print_svg(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._printed(request, object_id, "svg")

    def _printed(self, request: HttpRequest, object_id: str, kind: str) -> HttpResponse:
        row: OfflineAllowance = row_of(self, request, object_id)
        try:
            return offline_cards.sheet(self, request, _card(row), kind)
        except WalletError as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(change_url(row))

    @action(description=_("Cabut"), permissions=["wallet.revoke_offlineallowance"], icon="block")
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        allowance = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            done = allowances.revoke(allowance.number, data["reason"], by=request.user.get_username())
            until = date_format(timezone.localtime(done.claims_until), "j M Y H:i")
            said = {"until": until, "reason": data["reason"]}
            return Done(gettext("Dicabut; sisanya kembali sesudah %(until)s: %(reason)s") % said)

        step = Step(
            title=_("Cabut pagu luring"),
            button=_("Cabut"),
            text=_(
                "Kasir yang mengambil daftar pencabutan menolak kodenya sejak itu. Yang sudah diterima kasir tanpa sinyal tetap "
                "dibayar; karena itu sisanya baru kembali sesudah masa tenggang."
            ),
            facts=offline_cards.in_rupiah(allowance),
            form=ReasonForm,
            danger=True,
        )
        return take(self, request, step, run, allowance)


def _card(allowance: OfflineAllowance) -> OfflineAllowance:
    """Raises OfflineUnknown (a phone has nothing to print) and OfflineEnded (or revoked: not handed out again)."""
    if allowance.kind != OfflineAllowance.Kind.CARD:
        raise OfflineUnknown
    if allowance.ended_at or allowance.revoked_at:
        raise OfflineEnded
    return allowance


class WaitingFilter(admin.SimpleListFilter):
    """What waits for an officer, and for which."""

    title = _("antrean")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return (("waiting", _("Menunggu")), ("proposed", _("Menunggu persetujuan")))

    def queryset(self, request: HttpRequest, queryset: QuerySet[OfflineClaim]) -> QuerySet[OfflineClaim]:
        wanted = {"waiting": WAITING, "proposed": (S.PROPOSED,)}.get(self.value() or "")
        return queryset.filter(status__in=wanted) if wanted else queryset


class ClaimStepInline(ViewOnlyInline):
    model = OfflineClaimStep
    fields = ("created_at", "kind", "reason", "by")
    ordering = ("-pk",)
    show_change_link = False
    verbose_name_plural = _("Langkah yang diambil")


@admin.register(OfflineClaim)
class OfflineClaimAdmin(LongTable, ViewOnlyAdmin):
    list_display = ("reference_no", "received_at", "merchant", "amount_shown", "status_label", "why", "allowance")
    list_filter = (
        WaitingFilter,
        "status",
        "reason",
        "received_at",
        by_number("allowance", _("pagu luring")),
        by_number("merchant", _("pedagang")),
    )
    list_select_related = ("merchant", "allowance")
    search_fields = ("reference_no",)
    search_help_text = _("Nomor kami atau nomor mitra, lengkap")
    list_before_template = "wallet/admin/offline_queue.html"
    fields = (
        "received_at",
        "taken_at",
        "status_label",
        "why",
        "first_answer",
        "merchant",
        "partner",
        "amount_shown",
        "allowance",
        "number",
        "others",
        "payment",
        "proposed_by",
        "decided_by",
        "decided_at",
        "reference_no",
        "partner_reference_no",
        "bulk_reference_no",
        "code",
    )
    readonly_fields = ("status_label", "why", "first_answer", "amount_shown", "others")
    inlines = (ClaimStepInline,)
    actions_detail = ("propose", "cover", "send_back", "refuse", "judge_again")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[OfflineClaim], search_term: str
    ) -> tuple[QuerySet[OfflineClaim], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        return queryset.filter(reference_no=text) | queryset.filter(partner_reference_no=text), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        rows = OfflineClaim.objects.filter(status__in=WAITING).values("reason").order_by("reason")
        counted = rows.annotate(count=Count("pk"), amount=Sum("amount"))
        waiting = [
            {
                "why": sentence(row["reason"]),
                "count": row["count"],
                "amount": money(row["amount"]),
                "url": list_url(OfflineClaim, queue="waiting", reason__exact=row["reason"]),
            }
            for row in counted
        ]
        answer: HttpResponse = super().changelist_view(request, (extra_context or {}) | {"waiting": waiting})
        return answer

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        claim = self.get_object(request, str(object_id))
        status = "" if claim is None else claim.status
        possible = {
            "propose": status == S.QUEUED,
            "judge_again": status == S.QUEUED,
            "cover": status == S.PROPOSED,
            "send_back": status == S.PROPOSED,
            "refuse": status in WAITING,
        }
        steps = super().get_actions_detail(request, object_id)
        return [step for step in steps if possible[step.action_name.removeprefix("wallet_offlineclaim_")]]

    @display(
        description=_("status"),
        label={S.PAID: "success", S.COVERED: "success", S.REFUSED: "danger", S.QUEUED: "warning", S.PROPOSED: "info"},
    )
    def status_label(self, claim: OfflineClaim) -> tuple[str, str]:
        return claim.status, claim.get_status_display()

    @admin.display(description=_("alasan"))
    def why(self, claim: OfflineClaim) -> str:
        return told(claim, claim.status, claim.reason) or "-"

    @admin.display(description=_("jawaban pertama"))
    def first_answer(self, claim: OfflineClaim) -> str:
        return f"{claim.get_first_status_display()} {told(claim, claim.first_status, claim.first_reason)}".strip()

    @admin.display(description=_("jumlah"))
    def amount_shown(self, claim: OfflineClaim) -> SafeString:
        return money(claim.amount)

    @admin.display(description=_("tagihan lain atas kupon ini"))
    def others(self, claim: OfflineClaim) -> SafeString | str:
        same = OfflineClaim.objects.filter(allowance=claim.allowance_id, number=claim.number).exclude(pk=claim.pk)
        rows = [] if claim.allowance_id is None else same.select_related("merchant").order_by("pk")[:20]
        links = [link(change_url(row), f"{row.merchant}: {row.get_status_display()}") for row in rows]
        return SafeString("<br>".join(links)) if links else "-"

    def _decide(
        self, request: HttpRequest, object_id: str, decide: Decision, said: Any, step: dict[str, Any]
    ) -> HttpResponse:
        claim: OfflineClaim = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            done = decide(claim, cast(User, request.user), data["reason"])
            return Done(said % {"amount": rupiah(done.amount), "status": done.get_status_display(), **data})

        facts = [
            (_("Pedagang"), claim.merchant),
            (_("Jumlah"), money(claim.amount)),
            (_("Mengapa menunggu"), sentence(claim.reason)),
        ]
        if claim.allowance is not None:
            left = claim.allowance.ceiling - claim.allowance.loss_paid
            facts.append((_("Masih dapat ditanggung untuk pagu ini"), money(left)))
        return take(self, request, Step(facts=facts, form=ReasonForm, **step), run, claim)

    @action(description=_("Usulkan dibayar"), permissions=["wallet.work_offlineclaim"], icon="forward")
    def propose(self, request: HttpRequest, object_id: str) -> HttpResponse:
        text = _("Petugas lain yang menyetujui. Uangnya dari dana kerugian, bukan dari penerima.")
        step = {"title": _("Usulkan dibayar dari dana kerugian"), "button": _("Usulkan"), "text": text}
        return self._decide(request, object_id, losses.propose, gettext("Diusulkan dibayar: %(reason)s"), step)

    @action(description=_("Bayar dari dana kerugian"), permissions=["wallet.cover_offlineclaim"], icon="payments")
    def cover(self, request: HttpRequest, object_id: str) -> HttpResponse:
        text = _("Pedagang menerima jumlah ini dari dana kerugian. Langkah ini tidak dapat ditarik kembali.")
        step = {"title": _("Bayar dari dana kerugian"), "button": _("Bayar"), "text": text, "danger": True}
        said = gettext("%(amount)s dibayar dari dana kerugian: %(reason)s")
        return self._decide(request, object_id, losses.cover, said, step)

    @action(description=_("Kembalikan usul"), permissions=["wallet.cover_offlineclaim"], icon="undo")
    def send_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        step = {"title": _("Kembalikan usul"), "button": _("Kembalikan")}
        return self._decide(request, object_id, losses.send_back, gettext("Usul dikembalikan: %(reason)s"), step)

    @action(description=_("Tolak"), permissions=["wallet.work_offlineclaim"], icon="block")
    def refuse(self, request: HttpRequest, object_id: str) -> HttpResponse:
        text = _("Pedagang menanggungnya sendiri. Mitra membaca alasannya lewat status tagihan.")
        step = {"title": _("Tolak tagihan"), "button": _("Tolak"), "text": text, "danger": True}
        return self._decide(request, object_id, losses.refuse, gettext("Ditolak: %(reason)s"), step)

    @action(description=_("Periksa ulang"), permissions=["wallet.work_offlineclaim"], icon="refresh")
    def judge_again(self, request: HttpRequest, object_id: str) -> HttpResponse:
        text = _("Menurut aturan yang sama: bila penghalangnya sudah tiada, pagunya membayar.")
        step = {"title": _("Periksa ulang menurut aturan"), "button": _("Periksa"), "text": text}
        said = gettext("Diperiksa ulang, kini: %(status)s (%(reason)s)")
        return self._decide(request, object_id, losses.judge_again, said, step)


class FundForm(forms.Form):
    amount = forms.IntegerField(
        label=_("Jumlah (Rp)"), min_value=1, max_value=10**12, widget=UnfoldAdminIntegerFieldWidget
    )


@admin.register(LossFund)
class LossFundAdmin(ViewOnlyAdmin):
    list_display = ("__str__", "balance", "created_at")
    fields = ("balance", "created_at")
    readonly_fields = ("balance", "created_at")
    actions_list = ("fund",)

    @admin.display(description=_("saldo"))
    def balance(self, found: LossFund) -> SafeString:
        return money(ledger.balance_of(found.account_id))

    @action(description=_("Isi dana kerugian"), permissions=["wallet.fund_lossfund"], icon="savings")
    def fund(self, request: HttpRequest) -> HttpResponse:
        def run(data: dict[str, Any]) -> Done:
            # The page's own number: sent twice, it is one deed.
            reference = request.POST.get("reference", "")[:36] or uuid.uuid4().hex
            found = losses.fund(data["amount"], reference)
            said = gettext("Dana kerugian diisi %(amount)s dari sumber anggaran.") % {"amount": rupiah(data["amount"])}
            self.log_change(request, found, said)
            return Done(said)

        step = Step(
            title=_("Isi dana kerugian"),
            button=_("Pindahkan dari anggaran"),
            text=_("Membayar tagihan luring yang tidak tertutup pagu siapa pun, dengan persetujuan dua petugas."),
            form=FundForm,
            hidden={"reference": request.POST.get("reference", "") or uuid.uuid4().hex},
        )
        return take(self, request, step, run, back=list_url(LossFund))
