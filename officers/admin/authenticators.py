"""Authenticators: each officer installs their own, and another officer releases a lost one."""

from __future__ import annotations

from typing import Any

import segno
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget

from officers import second_factor
from officers.admin.fields import CodeField
from officers.errors import OfficerError
from officers.models import Authenticator, AuthenticatorStep
from wallet.admin.decorators import action, display
from wallet.admin.rows import ViewOnlyAdmin, ViewOnlyInline
from wallet.admin.steps import Done, ReasonForm, Step, row_of, take


class BeginForm(forms.Form):
    """An officer begins to install an authenticator: what it is called, and that it is they who sit here."""

    name = forms.CharField(
        label=_("Nama ponsel"),
        max_length=64,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "placeholder": _("Ponsel dinas")}),
    )
    password = forms.CharField(
        label=_("Kata sandi Anda"),
        max_length=128,
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "current-password"}),
        help_text=_("Sekali lagi, agar hanya Anda yang dapat memasang."),
    )


class ConfirmForm(forms.Form):
    """The first code of the new authenticator, and one of the present if there is one."""

    code = CodeField(label=_("Kode dari ponsel yang baru dipasang"))
    present = CodeField(
        label=_("Kode dari ponsel yang lama"),
        help_text=_("Bila ponsel lama hilang, minta petugas lain melepasnya dahulu."),
    )

    def __init__(self, *args: Any, replaces: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not replaces:
            del self.fields["present"]


class StepInline(ViewOnlyInline):
    model = AuthenticatorStep
    fields = ("kind", "by", "reason", "created_at")
    show_change_link = False
    verbose_name_plural = _("Riwayat")

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuthenticatorStep]:
        rows: QuerySet[AuthenticatorStep] = super().get_queryset(request)
        return rows.select_related("by").order_by("pk")


@admin.register(Authenticator)
class AuthenticatorAdmin(ViewOnlyAdmin):
    """Whose second factor is in force since when. The secret is shown to its officer alone, once."""

    list_display = ("user", "name", "state", "confirmed_at", "last_used_at", "ended_at")
    list_display_links = ("user", "name")
    list_filter = ("confirmed",)
    list_select_related = ("user",)
    search_fields = ("user__username",)
    search_help_text = _("Nama pengguna")
    ordering = ("-pk",)
    fields = ("user", "name", "state", "created_at", "confirmed_at", "last_used_at", "wrong_codes", "ended_at")
    readonly_fields = ("state", "wrong_codes")
    inlines = (StepInline,)
    actions_detail = ("reset",)

    def get_urls(self) -> list[URLPattern]:
        mine = path("mine/", self.admin_site.admin_view(self.mine), name="officers_authenticator_mine")
        return [mine, *super().get_urls()]

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        device = self.get_object(request, str(object_id))
        return super().get_actions_detail(request, object_id) if device is not None and not device.ended_at else []

    @display(description=_("keadaan"), label={"force": "success", "waiting": "warning", "ended": "none"})
    def state(self, device: Authenticator) -> tuple[str, str]:
        if device.ended_at:
            return "ended", gettext("tidak berlaku lagi")
        return ("force", gettext("berlaku")) if device.confirmed else ("waiting", gettext("menunggu kode pertama"))

    @admin.display(description=_("kode salah berturut-turut"))
    def wrong_codes(self, device: Authenticator) -> str:
        return str(device.throttling_failure_count)

    @action(description=_("Lepaskan"), permissions=["officers.reset_authenticator"], icon="phonelink_erase")
    def reset(self, request: HttpRequest, object_id: str) -> HttpResponse:
        device = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            second_factor.reset(device, by=request.user, reason=data["reason"])  # type: ignore[arg-type]
            return Done(gettext("Autentikator dilepas: %(reason)s") % {"reason": data["reason"]})

        possible = not device.ended_at
        step = Step(
            title=_("Lepaskan autentikator"),
            button=_("Lepaskan"),
            text=_(
                "Bila ponselnya hilang atau diganti. Kodenya langsung tidak berlaku; sampai memasang yang baru, petugas ini "
                "tidak dapat menyetujui apa pun. Pastikan yang meminta benar orangnya."
            ),
            facts=[(_("Petugas"), device.user), (_("Ponsel"), device.name)],
            form=ReasonForm,
            danger=True,
            possible=possible,
            warnings=[] if possible else [_("Autentikator ini sudah tidak berlaku; tidak ada yang perlu dilepas.")],
            errors=(OfficerError,),
        )
        return take(self, request, step, run, device)

    @method_decorator([never_cache, sensitive_post_parameters("password")])
    def mine(self, request: HttpRequest) -> HttpResponse:
        """The officer's own: begins with the password, shows the secret once, and is confirmed by its first code."""
        user: Any = request.user
        present = second_factor.in_force(user)
        confirming = "code" in request.POST
        posted = request.POST if request.method == "POST" else None
        begin = BeginForm(None if confirming else posted)
        confirm = ConfirmForm(posted if confirming else None, replaces=present is not None)
        made: Authenticator | None = None
        try:
            if confirming and confirm.is_valid():
                second_factor.confirm(user, **confirm.cleaned_data)
                messages.success(request, _("Autentikator terpasang. Mulai sekarang kodenya diminta saat menyetujui."))
                return HttpResponseRedirect(reverse("admin:officers_authenticator_mine"))
            if posted is not None and not confirming and begin.is_valid():
                made = second_factor.begin(user, **begin.cleaned_data)
        except OfficerError as error:
            messages.error(request, str(error))
        context = self.admin_site.each_context(request) | {
            "title": _("Autentikator saya"),
            "opts": self.opts,
            "present": present,
            "since": date_format(localtime(present.confirmed_at), "j F Y H:i")
            if present and present.confirmed_at
            else "",
            "form": confirm if made or confirming else begin,
            "confirming": bool(made or confirming),
            "secret": second_factor.secret_of(made) if made else "",
            "qr": _qr(second_factor.address_of(made, settings.OFFICERS["issuer"])) if made else "",
        }
        return TemplateResponse(request, "officers/admin/mine.html", context)


def _qr(address: str) -> SafeString:
    """The address as an inline SVG: no picture of a secret is ever fetched, cached or stored."""
    drawn: str = segno.make(address, error="m").svg_inline(scale=5, dark="#111827", light="#ffffff")
    return mark_safe(drawn)  # noqa: S308  # segno draws squares; nothing of the address is in it as text
