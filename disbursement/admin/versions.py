"""Versions of programmes in the office: copied from the newest, edited as a draft, tried, put into force."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.widgets import UnfoldAdminDateWidget

from disbursement import trials, versions
from disbursement.admin.trials import outcome
from disbursement.errors import DisbursementError, EnforcerIsDrafter, NowhereToLapse
from disbursement.forms import clean_rule, rule_field
from disbursement.models import Component, ProgrammeVersion, VersionTrial
from wallet import doorbell
from wallet.admin import purses
from wallet.admin.decorators import action, display
from wallet.admin.fields import RupiahField
from wallet.admin.rows import OfficeAdmin, change_url, link, money
from wallet.admin.steps import Done, ReasonForm, Step, row_of, take


class StartForm(forms.Form):
    starts_on = forms.DateField(label=_("Berlaku sejak"), widget=UnfoldAdminDateWidget())


class VersionForm(forms.ModelForm):  # type: ignore[type-arg]
    eligibility = rule_field(_("Syarat"), 2000)

    class Meta:
        model = ProgrammeVersion
        fields = (
            "starts_on",
            "decree",
            "eligibility",
            "terms",
            "cash_terms",
            "purse_days",
            "most_people",
            "quota",
            "priority",
            "back_pay_months",
            "months",
        )

    def clean_eligibility(self) -> str:
        return clean_rule(self.cleaned_data["eligibility"])


class ComponentForm(forms.ModelForm):  # type: ignore[type-arg]
    condition = rule_field(_("Syarat"), 1000, required=False, rows=2)
    amount = RupiahField(label=_("Jumlah"))
    cash_limit = RupiahField(label=_("Batas tunai sebulan"), required=False)

    class Meta:
        model = Component
        fields = ("code", "name", "condition", "amount", "per", "most_people", "months", "cash_limit", "terms")

    def clean_condition(self) -> str:
        return clean_rule(self.cleaned_data["condition"])


class ComponentInline(TabularInline):  # type: ignore[misc]
    model = Component
    form = ComponentForm
    extra = 0
    ordering = ("pk",)
    verbose_name_plural = _("Komponen")

    def _draft(self, obj: ProgrammeVersion | None) -> bool:
        return obj is not None and obj.enforced_at is None

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._draft(obj) and bool(super().has_add_permission(request, obj))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._draft(obj) and bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._draft(obj) and bool(super().has_delete_permission(request, obj))


@admin.register(ProgrammeVersion)
class ProgrammeVersionAdmin(OfficeAdmin):
    """What is in force is looked at; what is not yet may be edited by whoever may, and another puts it into force."""

    form = VersionForm
    list_display = ("name", "starts_on", "state", "components_shown", "decree")
    list_display_links = ("name",)
    list_filter = ("programme",)
    list_select_related = ("programme",)
    search_fields = ("programme__name", "programme__code", "decree")
    search_help_text = _("Program atau dasar hukum")
    ordering = ("programme", "-number")
    actions = None
    actions_detail = ("try_it", "enforce", "next_version")
    inlines = (ComponentInline,)
    fieldsets = (
        (None, {"fields": (("programme_shown", "state"), ("starts_on", "decree"), "by_whom", "trials_shown")}),
        (
            _("Siapa yang berhak"),
            {"fields": ("eligibility", ("most_people", "quota", "priority"), ("back_pay_months", "months"))},
        ),
        (_("Bagaimana dipakai"), {"fields": (("terms", "cash_terms"), "purse_days", "rule")}),
    )
    readonly_fields = ("programme_shown", "state", "by_whom", "trials_shown", "rule")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("components")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A version is copied from the one before (`next_version`)."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        draft = not isinstance(obj, ProgrammeVersion) or obj.enforced_at is None
        return draft and bool(super().has_change_permission(request, obj))

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        version = self.get_object(request, str(object_id))
        steps = list(super().get_actions_detail(request, object_id))
        if version is not None and version.enforced_at is None:
            return steps
        return [step for step in steps if not step.action_name.endswith("_enforce")]

    def save_model(self, request: HttpRequest, obj: ProgrammeVersion, form: Any, change: bool) -> None:
        """Whoever wrote it last stands for it as its drafter: another puts it into force."""
        obj.by = request.user  # type: ignore[assignment]
        super().save_model(request, obj, form, change)

    # --- what it looks like ---

    @admin.display(description=_("versi"), ordering="number")
    def name(self, version: ProgrammeVersion) -> str:
        return str(version)

    @admin.display(description=_("program"))
    def programme_shown(self, version: ProgrammeVersion) -> SafeString:
        return link(change_url(version.programme), version)

    @display(
        description=_("keadaan"), label={"draft": "warning", "in_force": "success", "past": "none", "coming": "info"}
    )
    def state(self, version: ProgrammeVersion) -> tuple[str, Any]:
        if version.enforced_at is None:
            return "draft", _("Belum diberlakukan")
        today = timezone.localdate()
        if version.starts_on > today:
            return "coming", _("Akan berlaku")
        if versions.of(version.programme, today).pk != version.pk:
            return "past", _("Tidak berlaku lagi")
        return "in_force", _("Berlaku")

    @admin.display(description=_("komponen"))
    def components_shown(self, version: ProgrammeVersion) -> SafeString | str:
        rows = sorted(version.components.all(), key=lambda row: row.pk)
        return format_html_join("", "<div>{} {}</div>", ((row.name, money(row.amount)) for row in rows)) or "-"

    @admin.display(description=_("aturan dalam kata-kata"))
    def rule(self, version: ProgrammeVersion) -> str:
        return purses.in_words(version.terms)

    @admin.display(description=_("oleh"))
    def by_whom(self, version: ProgrammeVersion) -> str:
        told = []
        if version.by:
            told.append(gettext("disusun %(who)s") % {"who": version.by})
        if version.enforced_at and version.enforced_by:
            day = date_format(timezone.localtime(version.enforced_at), "j F Y")
            told.append(gettext("diberlakukan %(who)s, %(day)s") % {"who": version.enforced_by, "day": day})
        return "; ".join(told) or "-"

    @admin.display(description=_("percobaan"))
    def trials_shown(self, version: ProgrammeVersion) -> SafeString | str:
        rows = VersionTrial.objects.filter(version=version).order_by("-pk")[:10]
        return (
            format_html_join("", "<div>{} · {}</div>", ((link(change_url(one), one), outcome(one)) for one in rows))
            or "-"
        )

    # --- steps ---

    @action(description=_("Coba"), permissions=["disbursement.try_programmeversion"], icon="science")
    def try_it(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            trial = trials.request(version, request.user)  # type: ignore[arg-type]
            doorbell.ring_after_commit("disbursement.tasks.try_versions")
            return Done(gettext("Percobaan diminta; hasilnya muncul di halaman ini."), url=change_url(trial))

        step = Step(
            title=_("Coba versi"),
            button=_("Coba"),
            text=_(
                "Versi ini dihadapkan pada seluruh registri di latar belakang: siapa masuk, siapa keluar, dan berapa biayanya. "
                "Tidak ada yang didaftarkan dan tidak ada uang yang bergerak."
            ),
            facts=[(_("Versi"), version), (_("Syarat"), version.eligibility)],
            warnings=_without_an_end(version),
            errors=(DisbursementError,),
        )
        return take(self, request, step, run, version)

    @action(description=_("Berlakukan"), permissions=["disbursement.enforce_programmeversion"], icon="gavel")
    def enforce(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = row_of(self, request, object_id)
        trial = version.trials.filter(status=VersionTrial.Status.DONE).order_by("-pk").first()

        def run(data: dict[str, Any]) -> Done:
            versions.enforce(version, request.user)  # type: ignore[arg-type]
            return Done(gettext("Versi diberlakukan: %(reason)s") % data)

        warnings: list[Any] = [] if trial else [_("Versi ini belum dicoba. Coba dahulu dan lihat siapa yang terkena.")]
        if version.by_id == request.user.pk:
            warnings.append(EnforcerIsDrafter.message)
        warnings += _without_an_end(version)
        step = Step(
            title=_("Berlakukan versi"),
            button=_("Berlakukan"),
            text=_(
                "Siklus yang periodenya mulai pada atau sesudah tanggal ini dibayar menurut versi ini. Setelah diberlakukan "
                "versi ini tidak dapat diubah lagi."
            ),
            facts=[
                (_("Versi"), version),
                (_("Berlaku sejak"), date_format(version.starts_on)),
                (_("Dasar hukum"), version.decree or "-"),
                (_("Komponen"), self.components_shown(version)),
                (_("Percobaan terakhir"), outcome(trial) if trial else "-"),
            ],
            warnings=warnings,
            form=ReasonForm,
            possible=version.enforced_at is None and version.by_id != request.user.pk,
            errors=(DisbursementError,),
            as_one=True,
        )
        return take(self, request, step, run, version)

    @action(
        description=_("Buat versi berikutnya"),
        permissions=["disbursement.change_programmeversion"],
        icon="content_copy",
    )
    def next_version(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            newest = versions.newest(version.programme) or version
            made = versions.copy(newest, data["starts_on"], by=request.user)  # type: ignore[arg-type]
            return Done(
                gettext("%(version)s disalin; ubah, coba, lalu berlakukan.") % {"version": made}, change_url(made)
            )

        step = Step(
            title=_("Buat versi berikutnya"),
            button=_("Salin versi terbaru"),
            text=_("Versi terbaru program ini disalin sebagai rancangan. Belum ada yang berubah sampai diberlakukan."),
            facts=[(_("Versi terbaru"), versions.newest(version.programme) or version)],
            form=StartForm,
            errors=(DisbursementError,),
        )
        return take(self, request, step, run, version)


def _without_an_end(version: ProgrammeVersion) -> list[str]:
    """What no batch could be prepared for: told while the version may still be changed."""
    try:
        versions.check_ends(version)
    except NowhereToLapse as error:
        return [gettext("Menurut versi ini belum ada batch yang dapat disiapkan. %(why)s") % {"why": error}]
    return []
