"""Approval tiers, proposed as a whole version and agreed to by another officer, and every approval that was given."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.widgets import UnfoldAdminSelectWidget

from disbursement import approval_tiers
from disbursement.approval_tiers import Tier
from disbursement.errors import DisbursementError, InvalidScheme
from disbursement.models import Approval, ApprovalScheme, ApprovalTier
from wallet.admin.decorators import action, display
from wallet.admin.fields import RupiahField
from wallet.admin.rows import OfficeAdmin, ViewOnlyAdmin, ViewOnlyInline, money, mono
from wallet.admin.steps import Done, ReasonForm, Step, row_of, take

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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for place in PLACES:  # another role would leave every batch of its tier unsigned
            self.fields[place].queryset = approval_tiers.approving_roles()  # type: ignore[attr-defined]

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
        earliest = approval_tiers.earliest_beginning()
        if day < earliest:
            raise ValidationError(_("Paling cepat %(day)s."), params={"day": date_format(earliest)})
        return day


@admin.register(ApprovalScheme)
class ApprovalSchemeAdmin(OfficeAdmin):
    """A version is proposed, agreed to by another officer, and never changed.

    Before the first, each batch needs one approval, by whoever may approve.
    """

    form = SchemeForm
    list_display = ("starts_on", "decree", "in_words", "state", "made_by", "agreed_by")
    ordering = ("-starts_on", "-pk")
    actions = None
    actions_detail = ("agree",)
    inlines = (TierInline,)
    readonly_fields = ("in_words", "state", "made_by", "made_at", "agreed_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApprovalScheme]:
        rows: QuerySet[ApprovalScheme] = super().get_queryset(request)
        return rows.select_related("made_by", "agreement__by").prefetch_related(
            "tiers__first", "tiers__second", "tiers__third"
        )

    def get_fields(self, request: HttpRequest, obj: ApprovalScheme | None = None) -> tuple[str, ...]:
        if obj is None:
            return ("starts_on", "decree")
        return ("starts_on", "decree", "state", "made_by", "made_at", "agreed_by")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row = self.get_object(request, str(object_id))
        waits = row is not None and _state(row) == "proposed" and row.made_by_id != request.user.pk
        return list(super().get_actions_detail(request, object_id)) if waits else []

    def get_inlines(self, request: HttpRequest, obj: ApprovalScheme | None = None) -> Any:
        return self.inlines if obj is None else (WrittenTierInline,)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: ApprovalScheme, form: Any, change: bool) -> None:
        """Written with its tiers, below: the database takes no scheme without them."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        [tiers] = formsets
        made = approval_tiers.propose(
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

    @display(
        description=_("keadaan"),
        label={"proposed": "warning", "coming": "info", "in_force": "success", "past": "none", "lapsed": "none"},
    )
    def state(self, scheme: ApprovalScheme) -> tuple[str, Any]:
        said = {
            "proposed": _("Menunggu persetujuan petugas lain"),
            "coming": _("Akan berlaku"),
            "in_force": _("Berlaku"),
            "past": _("Tidak berlaku lagi"),
            "lapsed": _("Gugur: tidak disetujui pada waktunya"),
        }
        return _state(scheme), said[_state(scheme)]

    @admin.display(description=_("disetujui oleh"))
    def agreed_by(self, scheme: ApprovalScheme) -> str:
        agreement = getattr(scheme, "agreement", None)
        if agreement is None:
            return "-"
        if agreement.by is None:
            return gettext("sebelum ada persetujuan kedua")
        return f"{agreement.by}, {date_format(timezone.localtime(agreement.at), 'j F Y H:i')}: {agreement.reason}"

    def response_add(self, request: HttpRequest, obj: ApprovalScheme, post_url_continue: str | None = None) -> Any:
        text = _("Jenjang ini berlaku mulai %(day)s, bila petugas lain menyetujuinya lebih dulu.")
        messages.info(request, text % {"day": date_format(obj.starts_on)})
        return super().response_add(request, obj, post_url_continue)

    @action(description=_("Setujui jenjang"), permissions=["disbursement.agree_approvalscheme"], icon="gavel")
    def agree(self, request: HttpRequest, object_id: str) -> HttpResponse:
        scheme = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            approval_tiers.agree(scheme, by=request.user, reason=data["reason"])  # type: ignore[arg-type]
            return Done(gettext("Jenjang disetujui: %(reason)s") % {"reason": data["reason"]})

        now = approval_tiers.in_force()
        step = Step(
            title=_("Setujui jenjang persetujuan"),
            button=_("Setujui"),
            text=_(
                "Mulai hari itu setiap batch yang diajukan memerlukan persetujuan menurut jenjang ini. Batch yang sudah "
                "diajukan tetap pada jenjangnya."
            ),
            facts=[
                (_("Berlaku mulai"), date_format(scheme.starts_on)),
                (_("Dasar"), scheme.decree),
                (_("Diusulkan oleh"), scheme.made_by),
                (_("Jenjang yang diusulkan"), self.in_words(scheme)),
                (
                    _("Jenjang hari ini"),
                    self.in_words(now) if now else _("satu persetujuan, oleh yang berhak menyetujui"),
                ),
            ],
            form=ReasonForm,
            possible=_state(scheme) == "proposed" and scheme.made_by_id != request.user.pk,
            errors=(DisbursementError,),
            as_one=True,
        )
        return take(self, request, step, run, scheme)


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
        return mono(approval.digest)

    @admin.display(description=_("faktor kedua"))
    def second_factor(self, approval: Approval) -> str:
        if approval.proof is None:
            return gettext("sebelum ada faktor kedua")
        proven = date_format(timezone.localtime(approval.proof.proven_at), "j F Y H:i:s")
        return f"{approval.proof.authenticator.name}, {proven}"


def _state(scheme: ApprovalScheme) -> str:
    today = timezone.localdate()
    if getattr(scheme, "agreement", None) is None:
        return "proposed" if scheme.starts_on >= approval_tiers.earliest_beginning() else "lapsed"
    if scheme.starts_on > today:
        return "coming"
    return "in_force" if approval_tiers.in_force(today) == scheme else "past"


def _names(tier: ApprovalTier) -> str:
    roles: list[Group | None] = approval_tiers.roles_of(tier)
    return " → ".join(role.name for role in roles if role)
