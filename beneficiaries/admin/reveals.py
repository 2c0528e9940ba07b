"""Opening what every page masks, step by step; the access log; and supervisors' allowances.

`RevealSteps` is mixed into the page of people or households: its step asks for the reason, the log has it, and the value is in
that one answer, never in a message, an address or a session.
"""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from beneficiaries import reveals
from beneficiaries.errors import BeneficiaryError
from beneficiaries.models import Household, Person, Reveal, RevealAllowance
from vault.sealing import CannotOpen
from wallet.admin.decorators import action
from wallet.admin.rows import OfficeAdmin, ViewOnlyAdmin, by_number, change_url, link, list_url
from wallet.admin.steps import Done, Step, row_of, take

ERRORS = (BeneficiaryError,)
LISTED = 10
LABELS = {
    "nik": "NIK",
    "phone": _("Nomor telepon"),
    "kk": _("Nomor KK"),
    "address": _("Alamat"),
    "number": _("Nomor polisi atau NOP"),
    "text": _("Keterangan bank"),
    reveals.EVERYTHING: _("Semua data, atas permintaan orangnya"),
    reveals.PROPOSED: _("Usulan perbaikan"),
    reveals.REFUSED_ROWS: _("baris impor yang ditolak"),
    reveals.SCAN: _("pindaian dokumen wakil"),
    reveals.PROOF: _("Berkas bukti sanggahan"),
}

# What rows of the apps above are called, by their kind (`reveals.Masked`).
REVEALED: dict[str, Any] = {}


def address_of(request: HttpRequest) -> str | None:
    """The IP address that asks: behind our proxy the one that it saw, which it appends to X-Forwarded-For."""
    told = request.META.get("REMOTE_ADDR", "")
    if settings.SECURE_PROXY_SSL_HEADER:
        told = request.META.get("HTTP_X_FORWARDED_FOR", told).rpartition(",")[2].strip()
    try:
        return str(ipaddress.ip_address(told))
    except ValueError:
        return None


def reveal_form(fields: tuple[str, ...]) -> type[forms.Form]:
    """What is to be opened, and why."""

    class RevealForm(forms.Form):
        field = forms.ChoiceField(
            label=_("Yang dibuka"),
            choices=[(name, LABELS[name]) for name in fields],
            widget=UnfoldAdminSelectWidget(),
        )
        reason = forms.ChoiceField(
            label=_("Alasan"), choices=[("", "–"), *Reveal.Reason.choices], widget=UnfoldAdminSelectWidget()
        )
        note = forms.CharField(
            label=_("Keterangan"),
            max_length=200,
            widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
            help_text=_("Untuk apa, misalnya nomor pengaduan. Dibaca pemeriksa. Jangan tulis NIK atau nomor lain."),
        )

    return RevealForm


def open_one(office: Any, request: HttpRequest, row: Any) -> HttpResponse:
    """A step of any page: asks why, writes it down, and shows one value of the row in its answer alone.

    The row is what `reveals.reveal` takes.
    """
    form = reveal_form(reveals.fields_of(row))
    asked = form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and asked.is_valid():
        data = asked.cleaned_data
        try:
            value = reveals.reveal(row, by=request.user, address=address_of(request), **data)  # type: ignore[arg-type]
        except BeneficiaryError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(change_url(row))
        except CannotOpen:
            value = gettext("tidak dapat dibuka")
        context = office.admin_site.each_context(request) | {
            "title": _("Data dibuka"),
            "opts": office.opts,
            "label": LABELS[data["field"]],
            "value": value or "–",
            "seconds": settings.PRIVACY["reveal_seconds"],
            "back": change_url(row),
        }
        return TemplateResponse(request, "beneficiaries/admin/revealed.html", context)
    left = reveals.limit_today(request.user) - Reveal.objects.of_today().filter(by=request.user.pk).count()  # type: ignore[arg-type]
    step = Step(
        title=_("Buka data"),
        button=_("Catat alasan dan buka"),
        text=_(
            "Sebelum data tampil, pembukaan ini dicatat: siapa, kapan, data siapa, alasannya, dan dari alamat mana."
        ),
        facts=[(_("Sisa hari ini"), max(left, 0))],
        form=form,
    )
    return take(office, request, step, lambda data: Done(""), row)


class RevealSteps:
    """For the page of people, households or evidence: the step; for the first two, a line about who looked before.

    ``actions_detail = (*RevealSteps.reveal_actions, …)``, ``readonly_fields = (…, "last_reveals")``.
    """

    reveal_actions = ("reveal",)

    @action(description=_("Buka data"), permissions=["beneficiaries.add_reveal"], icon="visibility")
    def reveal(self, request: HttpRequest, object_id: str) -> HttpResponse:
        office: Any = self
        return open_one(office, request, row_of(office, request, object_id))

    @admin.display(description=_("dibuka terakhir"))
    def last_reveals(self, row: Person | Household) -> SafeString | str:
        """Who opened what of this row, the last first."""
        rows = row.reveals.select_related("by").order_by("-pk")[:LISTED]
        lines = format_html_join(
            "",
            "<div>{}, {}, {}: {}</div>",
            (
                (
                    date_format(timezone.localtime(one.at), "j M Y H:i"),
                    one.by,
                    LABELS.get(one.fields, one.fields),
                    one.get_reason_display(),
                )
                for one in rows
            ),
        )
        return lines or "–"


@admin.register(Reveal)
class RevealAdmin(ViewOnlyAdmin):
    """The access log, for whoever checks it."""

    list_display = ("at", "by", "what", "whose", "reason", "note", "address")
    list_display_links = ("at",)
    list_filter = ("reason", "at", by_number("by", _("petugas")), by_number("person", _("orang")))
    list_select_related = ("by", "person", "household", "run", "evidence_run")
    search_fields = ("by__username", "note")
    search_help_text = _("Nama petugas atau keterangan")
    ordering = ("-pk",)
    fields = readonly_fields = ("at", "by", "what", "whose", "reason", "note", "address")
    list_before_template = "beneficiaries/admin/unusual_reveals.html"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """With the officers' days of the last month that saw more reveals than is usual."""
        since = timezone.localdate() - timedelta(days=30)
        unusual = [
            {"looking": one, "url": list_url(Reveal, by=one.officer_id)} for one in reveals.unusual(since)[:LISTED]
        ]
        page: HttpResponse = super().changelist_view(request, (extra_context or {}) | {"unusual": unusual})
        return page

    @admin.display(description=_("yang dibuka"))
    def what(self, row: Reveal) -> str:
        return str(LABELS.get(row.fields, row.fields))

    @admin.display(description=_("milik"))
    def whose(self, row: Reveal) -> SafeString:
        if row.subject_id is not None:
            return format_html("{} {}", REVEALED.get(row.subject_kind, row.subject_kind), row.subject_id)
        target = row.person or row.household or row.run or row.evidence_run
        return link(change_url(target), target) if target else link("", "–")


class AllowanceForm(forms.ModelForm):  # type: ignore[type-arg]
    officer = forms.ModelChoiceField(
        label=_("Petugas"),
        queryset=User.objects.filter(is_active=True, is_staff=True).order_by("username"),
        widget=UnfoldAdminSelectWidget(),
    )
    more = forms.IntegerField(
        label=_("Tambahan hari ini"), min_value=1, max_value=1_000, widget=UnfoldAdminIntegerFieldWidget()
    )

    class Meta:
        model = RevealAllowance
        fields = ("officer", "more", "reason")

    def clean_officer(self) -> User:
        officer: User = self.cleaned_data["officer"]
        if officer.pk == self.giver.pk:  # type: ignore[attr-defined]
            raise forms.ValidationError(_("Izin tambahan diberikan oleh orang lain, bukan oleh diri sendiri."))
        return officer


@admin.register(RevealAllowance)
class RevealAllowanceAdmin(OfficeAdmin):
    """A supervisor lets an officer look more often today."""

    form = AllowanceForm
    list_display = ("officer", "day", "more", "reason", "by", "at")
    list_select_related = ("officer", "by")
    ordering = ("-pk",)
    actions = None

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Written once."""
        return False

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        return type("GivenBy", (form,), {"giver": request.user})

    def save_model(self, request: HttpRequest, obj: RevealAllowance, form: Any, change: bool) -> None:
        made = reveals.allow(obj.officer, obj.more, obj.reason, by=request.user)  # type: ignore[arg-type]
        obj.pk, obj.day, obj.by = made.pk, made.day, made.by
