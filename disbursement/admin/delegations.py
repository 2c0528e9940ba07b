"""Delegations: who signs for whom while they are away."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDateWidget, UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from disbursement import delegations
from disbursement.admin.programmes import ERRORS
from disbursement.models import Delegation
from wallet.admin.decorators import action, display
from wallet.admin.rows import ViewOnlyAdmin, change_url, list_url
from wallet.admin.steps import AddedByStep, Done, ReasonForm, Step, row_of, take


class DelegationForm(forms.Form):
    """For whom, to whom, from the beginning of the first day (or now) to the end of the last."""

    principal = forms.ModelChoiceField(
        label=_("Pejabat yang berhalangan"), queryset=User.objects.none(), widget=UnfoldAdminSelectWidget()
    )
    delegate = forms.ModelChoiceField(
        label=_("Pelaksana harian"),
        queryset=User.objects.none(),
        widget=UnfoldAdminSelectWidget(),
        help_text=_("Menyetujui atas nama pejabat itu, dengan autentikatornya sendiri."),
    )
    first_day = forms.DateField(label=_("Mulai tanggal"), widget=UnfoldAdminDateWidget())
    last_day = forms.DateField(label=_("Sampai dengan tanggal"), widget=UnfoldAdminDateWidget())
    reason = forms.CharField(
        label=_("Alasan"),
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("Misalnya: cuti tahunan, surat tugas nomor …"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        officers = User.objects.filter(is_active=True, is_staff=True).order_by("username")
        backend = "django.contrib.auth.backends.ModelBackend"
        entitled = User.objects.with_perm(delegations.APPROVES, backend=backend).order_by("username")
        self.fields["principal"].queryset = entitled  # type: ignore[attr-defined]
        self.fields["delegate"].queryset = officers  # type: ignore[attr-defined]


@admin.register(Delegation)
class DelegationAdmin(AddedByStep, ViewOnlyAdmin):
    """Added on a page of its own, and revoked; never changed."""

    list_display = ("principal", "delegate", "starts_at", "ends_at", "state", "made_by")
    list_display_links = ("principal", "delegate")
    list_select_related = ("principal", "delegate", "made_by")
    search_fields = ("principal__username", "delegate__username")
    search_help_text = _("Nama pengguna")
    ordering = ("-pk",)
    fields = (
        "principal",
        "delegate",
        ("starts_at", "ends_at"),
        "state",
        "reason",
        ("made_by", "made_at"),
        ("revoked_by", "revoked_at"),
        "revoke_reason",
    )
    readonly_fields = ("state",)
    actions_detail = ("revoke",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("disbursement.add_delegation"))  # type: ignore[union-attr]

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row = self.get_object(request, str(object_id))
        return super().get_actions_detail(request, object_id) if row is not None and _state(row) != "ended" else []

    @display(description=_("keadaan"), label={"force": "success", "later": "info", "ended": "none"})
    def state(self, row: Delegation) -> tuple[str, str]:
        said = {"force": gettext("berlaku"), "later": gettext("belum mulai"), "ended": gettext("berakhir")}
        return _state(row), said[_state(row)]

    def adding(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user

        def run(data: dict[str, Any]) -> Done:
            made = delegations.delegate(
                data["principal"],
                data["delegate"],
                starts_at=max(_midnight(data["first_day"]), timezone.now()),
                ends_at=_midnight(data["last_day"] + timedelta(days=1)),
                reason=data["reason"],
                by=user,
            )
            self.log_addition(request, made, data["reason"])
            said = {"delegate": made.delegate, "principal": made.principal}
            return Done(gettext("%(delegate)s menyetujui atas nama %(principal)s.") % said, change_url(made))

        step = Step(
            title=_("Limpahkan persetujuan"),
            button=_("Limpahkan"),
            text=_(
                "Selama masa ini pelaksana harian dapat menyetujui batch atas nama pejabat yang berhalangan, satu kali tiap "
                "batch, dan tidak untuk batch yang diajukan salah satu dari keduanya. Berakhir sendiri pada waktunya."
            ),
            form=DelegationForm,
            initial={"principal": user.pk if user.has_perm(delegations.APPROVES) else None},
            errors=ERRORS,
        )
        return take(self, request, step, run, back=list_url(Delegation))

    @action(description=_("Cabut"), permissions=["disbursement.add_delegation"], icon="undo")
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            delegations.revoke(row, by=request.user, reason=data["reason"])  # type: ignore[arg-type]
            return Done(gettext("Pelimpahan dicabut: %(reason)s") % {"reason": data["reason"]})

        step = Step(
            title=_("Cabut pelimpahan"),
            button=_("Cabut"),
            text=_(
                "Mulai sekarang pelaksana harian tidak lagi menyetujui atas nama pejabat ini. Yang sudah disetujui tetap."
            ),
            facts=[(_("Pejabat"), row.principal), (_("Pelaksana harian"), row.delegate)],
            form=ReasonForm,
            danger=True,
            errors=ERRORS,
        )
        return take(self, request, step, run, row)


def _state(row: Delegation) -> str:
    now = timezone.now()
    if row.revoked_at is not None or row.ends_at <= now:
        return "ended"
    return "force" if row.starts_at <= now else "later"


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
