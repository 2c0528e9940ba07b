"""What widens what a partner may do: proposed on the partner's page, agreed to or dropped here by another officer."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from wallet import partner_changes
from wallet.admin.decorators import action
from wallet.admin.proposals import DECISION, ProposalAdmin
from wallet.admin.rows import change_url, mono
from wallet.admin.steps import Done, ReasonForm, Step, take
from wallet.models import Credential, Partner, PartnerChange
from wallet.partner_page import OVERLAP_CHOICES, OVERLAPS
from wallet.snap.scopes import services

K = PartnerChange.Kind


def _page(admin_page: ModelAdmin, request: HttpRequest, partner: Partner, title: Any) -> dict[str, Any]:
    context: dict[str, Any] = admin_page.admin_site.each_context(request)
    return context | {
        "title": title,
        "subtitle": partner,
        "opts": admin_page.opts,
        "partner": partner,
        "back": change_url(partner),
    }


def show_secret(admin_page: ModelAdmin, request: HttpRequest, partner: Partner, secret: str) -> HttpResponse:
    """In the answer itself, never in a message: those travel through a cookie or the session."""
    context = _page(admin_page, request, partner, _("Rahasia mitra")) | {"secret": secret}
    return TemplateResponse(request, "wallet/admin/secret.html", context)


def show_half(
    admin_page: ModelAdmin, request: HttpRequest, partner: Partner, *, link: str = "", code: str = ""
) -> HttpResponse:
    """The half of an invitation that this officer is told, in the answer itself: its link or its code."""
    context = _page(admin_page, request, partner, _("Undangan mitra")) | {"link": link, "code": code}
    return TemplateResponse(request, "wallet/admin/invitation.html", context)


def ask_invitation(admin_page: ModelAdmin, request: HttpRequest, partner: Partner) -> HttpResponse:
    """The step on the partner's page; its answer shows the code."""
    made: list[partner_changes.Asked] = []

    def run(data: dict[str, Any]) -> Done:
        made[:] = [partner_changes.ask_invitation(partner, reason=data["reason"], by=request.user)]  # type: ignore[arg-type]
        return Done(gettext("Diusulkan. Petugas lain yang menyetujuinya memegang tautannya."))

    step = Step(
        title=_("Undang mitra"),
        button=_("Usulkan"),
        text=_(
            "Dengan undangan, mitra sendiri memasang kunci publik dan membuat rahasianya. Anda memegang kodenya, petugas lain "
            "yang menyetujui memegang tautannya; masing-masing menyampaikan bagiannya kepada mitra. Undangan yang lama "
            "berakhir bila yang baru disetujui."
        ),
        form=ReasonForm,
        as_one=True,
    )
    answer = take(admin_page, request, step, run, partner)
    return show_half(admin_page, request, partner, code=made[0].code) if made else answer


@admin.register(PartnerChange)
class PartnerChangeAdmin(ProposalAdmin):
    list_display = ("id", "partner", "kind", "changed", "status_label", "proposed_by", "proposed_at", "decided_by")
    list_display_links = ("id", "partner")
    list_filter = ("status", "kind", "partner")
    list_select_related = ("partner", "proposed_by", "decided_by")
    fields = ("partner", "kind", "changed", *DECISION)
    readonly_fields = ("changed", "status_label")

    @admin.display(description=_("perubahan"))
    def changed(self, row: PartnerChange) -> SafeString:
        return format_html_join("; ", "{}: {}", self._lines(row))

    def facts(self, row: PartnerChange, request: HttpRequest) -> list[tuple[Any, Any]]:
        about = [(_("Mitra"), f"{row.partner} ({row.partner.client_id})"), (_("Jenis"), row.get_kind_display())]
        return [*about, *self._lines(row), *(self._standing(row) if "active" in row.after else [])]

    def carried_out(self, row: PartnerChange, request: HttpRequest) -> str:
        request.agreed = None  # type: ignore[attr-defined]  # a try that was rolled back tells nothing
        request.agreed = done = partner_changes.agree(row, request.user)  # type: ignore[attr-defined, arg-type]
        return gettext("%(kind)s %(partner)s: disetujui.") % {
            "kind": row.get_kind_display(),
            "partner": done.change.partner,
        }

    @action(description=_("Setujui"), permissions=["agree"], icon="verified")
    def agree(self, request: HttpRequest, object_id: str) -> HttpResponse:
        answer = super().agree(request, object_id)
        done: partner_changes.Agreed | None = getattr(request, "agreed", None)
        if done is not None and answer.status_code == 302:
            if done.secret:
                return show_secret(self, request, done.change.partner, done.secret)
            if done.token:
                link = request.build_absolute_uri(reverse("partner-page-enter", args=[done.token]))
                return show_half(self, request, done.change.partner, link=link)
        return answer

    def _lines(self, row: PartnerChange) -> list[tuple[Any, Any]]:
        if row.kind == K.DATA:
            return [
                (
                    Partner._meta.get_field(name).verbose_name,  # type: ignore[union-attr]
                    f"{_in_words(name, row.before[name])} → {_in_words(name, row.after[name])}",
                )
                for name in row.after
            ]
        lines: list[tuple[Any, Any]] = [(_("sidik"), mono(row.fingerprint))] if row.fingerprint else []
        if row.kind in (K.KEY, K.SECRET):
            lines.append((_("yang lama masih berlaku"), _days(row)))
        return lines or [(_("halaman mitra"), gettext("dibuka satu kali oleh mitra, dengan tautan dan kode"))]

    def _standing(self, row: PartnerChange) -> list[tuple[Any, Any]]:
        """All that will count: what was seen when it was proposed, for nothing else is agreed to."""
        about = [
            (Partner._meta.get_field(name).verbose_name, _in_words(name, row.before[name]))  # type: ignore[union-attr]
            for name in ("scopes", "networks", "notify_url", "return_hosts")
            if name not in row.after
        ]
        held = Credential.objects.filter(pk__in=row.before["credentials"]).order_by("pk")
        return [
            *about,
            *(
                (one, gettext("dibuat %(at)s oleh %(by)s") % {"at": _at(one), "by": one.created_by or "-"})
                for one in held
            ),
        ]


def _at(one: Credential) -> str:
    return date_format(timezone.localtime(one.created_at), "SHORT_DATETIME_FORMAT")


def _days(row: PartnerChange) -> Any:
    return next((text for days, text in OVERLAP_CHOICES if OVERLAPS[days] == row.overlap), row.overlap)


def _in_words(name: str, value: Any) -> str:
    if name == "active":
        return gettext("ya") if value else gettext("tidak")
    if name == "scopes":
        known = services()
        return ", ".join(f"{number} {known.get(number, '')}".strip() for number in value) or "-"
    if name == "networks":
        return ", ".join(value) or gettext("dari mana pun")
    return ", ".join(value) if isinstance(value, list) and value else str(value or "-")
