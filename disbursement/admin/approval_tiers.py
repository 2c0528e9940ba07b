"""Approval tiers, written as a whole version, and every approval that was given."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.widgets import UnfoldAdminSelectWidget

from disbursement import approval_tiers
from disbursement.approval_tiers import Tier
from disbursement.errors import InvalidScheme
from disbursement.models import Approval, ApprovalScheme, ApprovalTier
from wallet.admin.fields import RupiahField
from wallet.admin.rows import OfficeAdmin, ViewOnlyAdmin, ViewOnlyInline, money

PLACES = ("first", "second", "third")


class FromTotalField(RupiahField):
    """Rupiah from zero on: the lowest tier begins there."""

    def clean(self, value: Any) -> Any:
        return 0 if str(value).strip() == "0" else super().clean(value)


class TierForm(forms.ModelForm):  # type: ignore[type-arg]
    from_total = FromTotalField(label=_("Mulai jumlah (Rp)"))

    class Meta:
        model = ApprovalTier
        fields = ("from_total", *PLACES)
        widgets = dict.fromkeys(PLACES, UnfoldAdminSelectWidget())

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("third") and not cleaned.get("second"):
            raise ValidationError({"second": _("Isi penyetuju kedua sebelum yang ketiga.")})
        return cleaned


class TierFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]
    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        try:
            approval_tiers.check_tiers(self.tiers())
        except InvalidScheme as error:
            raise ValidationError(str(error)) from error

    def tiers(self) -> list[Tier]:
        """What was typed, row by row."""
        typed = [form.cleaned_data for form in self.forms if form.has_changed() and form.cleaned_data]
        return [
            Tier(row["from_total"], tuple(role for role in (row[place] for place in PLACES) if role)) for row in typed
        ]


class TierInline(TabularInline):  # type: ignore[misc]
    model = ApprovalTier
    form = TierForm
    formset = TierFormSet
    extra = 3
    max_num = 9
    can_delete = False
    hide_title = True
    verbose_name_plural = _("Tingkat")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("disbursement.add_approvalscheme"))  # type: ignore[union-attr]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class WrittenTierInline(ViewOnlyInline):
    """The tiers of a version, to look at."""

    model = ApprovalTier
    fields = ("amount", *PLACES)
    readonly_fields = ("amount",)
    show_change_link = False
    verbose_name_plural = _("Tingkat")

    @admin.display(description=_("mulai jumlah"))
    def amount(self, tier: ApprovalTier) -> SafeString:
        return money(tier.from_total)


class SchemeForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = ApprovalScheme
        fields = ("starts_on", "decree")

    def clean_starts_on(self) -> Any:
        day = self.cleaned_data["starts_on"]
        if day < timezone.localdate():
            raise ValidationError(_("Tidak boleh sebelum hari ini."))
        return day


@admin.register(ApprovalScheme)
class ApprovalSchemeAdmin(OfficeAdmin):
    """A version is added and never changed. Before the first, each batch needs one approval, by whoever may approve."""

    form = SchemeForm
    list_display = ("starts_on", "decree", "in_words", "in_force", "made_by", "made_at")
    ordering = ("-starts_on", "-pk")
    actions = None
    inlines = (TierInline,)
    readonly_fields = ("in_words", "in_force", "made_by", "made_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApprovalScheme]:
        rows: QuerySet[ApprovalScheme] = super().get_queryset(request)
        return rows.select_related("made_by").prefetch_related("tiers__first", "tiers__second", "tiers__third")

    def get_fields(self, request: HttpRequest, obj: ApprovalScheme | None = None) -> tuple[str, ...]:
        return ("starts_on", "decree") if obj is None else ("starts_on", "decree", "in_force", "made_by", "made_at")

    def get_inlines(self, request: HttpRequest, obj: ApprovalScheme | None = None) -> Any:
        return self.inlines if obj is None else (WrittenTierInline,)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: ApprovalScheme, form: Any, change: bool) -> None:
        """Written with its tiers, below: the database takes no scheme without them."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        [tiers] = formsets
        made = approval_tiers.set_scheme(
            tiers.tiers(),
            starts_on=form.cleaned_data["starts_on"],
            decree=form.cleaned_data["decree"],
            by=request.user,  # type: ignore[arg-type]
        )
        form.instance.pk, form.instance._state.adding = made.pk, False
        tiers.new_objects = tiers.changed_objects = tiers.deleted_objects = []

    @admin.display(description=_("tingkat"))
    def in_words(self, scheme: ApprovalScheme) -> SafeString:
        lines = ((money(tier.from_total), _names(tier)) for tier in scheme.tiers.all())
        return format_html_join(SafeString("<br>"), "≥ {}: {}", lines)

    @admin.display(description=_("berlaku"), boolean=True)
    def in_force(self, scheme: ApprovalScheme) -> bool:
        return approval_tiers.in_force() == scheme


@admin.register(Approval)
class ApprovalAdmin(ViewOnlyAdmin):
    list_display = ("batch", "position", "maker", "approver", "holder", "reason", "created_at")
    list_filter = ("created_at",)
    list_select_related = ("batch__cycle__programme", "maker", "approver", "holder")
    search_fields = ("approver__username", "holder__username", "maker__username")
    search_help_text = _("Nama pengguna")
    ordering = ("-pk",)
    fields = (
        "batch",
        "position",
        "maker",
        "approver",
        "holder",
        "delegation",
        "reason",
        "digest_shown",
        "second_factor",
        "created_at",
    )
    readonly_fields = ("digest_shown", "second_factor")

    @admin.display(description=_("sidik isi (SHA-256)"))
    def digest_shown(self, approval: Approval) -> SafeString:
        return format_html('<span class="office-mono">{}</span>', approval.digest)

    @admin.display(description=_("faktor kedua"))
    def second_factor(self, approval: Approval) -> str:
        if approval.proof is None:
            return gettext("sebelum ada faktor kedua")
        proven = date_format(timezone.localtime(approval.proof.proven_at), "j F Y H:i:s")
        return f"{approval.proof.authenticator.name}, {proven}"


def _names(tier: ApprovalTier) -> str:
    roles: list[Group | None] = approval_tiers.roles_of(tier)
    return " → ".join(role.name for role in roles if role)
