"""Shops that want to become merchants: written, submitted, and decided on by another officer; their sealed documents."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from vault.sealing import CannotOpen
from wallet import baskets, onboarding
from wallet.admin import above
from wallet.admin.decorators import action, display
from wallet.admin.fields import RupiahField
from wallet.admin.merchant_changes import BANK_ACCOUNT, BANK_CODE, account_holder_field, holder, masked
from wallet.admin.merchant_parts import OutletInline, changed_fields
from wallet.admin.partners import not_our_own
from wallet.admin.rows import OfficeAdmin, ViewOnlyAdmin, ViewOnlyInline, by_number, change_url, link, money
from wallet.admin.steps import Done, ReasonForm, Step, row_of, take
from wallet.counter import MERCHANT_ID
from wallet.errors import WalletError
from wallet.merchant_categories import in_words
from wallet.merchant_states import origins
from wallet.models import (
    ApplicationDocument,
    DocumentView,
    MerchantApplication,
    Outlet,
    RegulatedPrice,
    Terminal,
)
from wallet.money import rupiah

S = MerchantApplication.Status
TONES = {S.DRAFT: "info", S.SUBMITTED: "warning", S.RETURNED: "danger", S.APPROVED: "success", S.REJECTED: "danger"}
SUFFIXES = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
SEALED = ("owner_name", "owner_nik", "bank_account", "account_holder")
LIMITS = ("limit_payment", "limit_daily", "limit_monthly")


class ApplicationForm(forms.ModelForm):  # type: ignore[type-arg]
    owner_name = forms.CharField(
        label=_("Nama pemilik"), max_length=120, required=False, widget=UnfoldAdminTextInputWidget()
    )
    owner_nik = forms.CharField(
        label=_("NIK pemilik"),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        validators=[RegexValidator(r"\A[0-9]{16}\Z", _("Isi 16 angka."))],
    )
    bank_account = forms.CharField(
        label=_("Nomor rekening"),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        validators=[BANK_ACCOUNT],
    )
    account_holder = account_holder_field()
    bank_code = forms.CharField(label=_("Kode bank"), widget=UnfoldAdminTextInputWidget(), validators=[BANK_CODE])
    limit_payment = RupiahField(label=_("Batas per belanja"), required=False)
    limit_daily = RupiahField(label=_("Batas per hari"), required=False)
    limit_monthly = RupiahField(label=_("Batas per bulan"), required=False)

    class Meta:
        model = MerchantApplication
        fields = (
            "partner",
            "merchant_id",
            "name",
            "legal_name",
            "mcc",
            "criteria",
            "nmid",
            "address",
            "city",
            "region",
            "postcode",
            "bank_code",
            *LIMITS,
            "limit_count",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in SEALED:
            if name in self.fields and self.instance.pk and getattr(self.instance, f"{name}_sealed"):
                self.fields[name].help_text = _("Sudah terisi dan disegel. Kosongkan bila tidak berubah.")

    def clean_merchant_id(self) -> str:
        return not_our_own(self.cleaned_data["merchant_id"], MERCHANT_ID)


class PriceForm(forms.ModelForm):  # type: ignore[type-arg]
    price = RupiahField(label=_("Harga satuan tertinggi"))

    class Meta:
        model = RegulatedPrice
        fields = ("item", "price")

    def clean_item(self) -> str:
        entry = baskets.words(self.cleaned_data["item"])
        if not entry:
            raise ValidationError(_("Isi nama barang."))
        return entry


class PriceInline(TabularInline):  # type: ignore[misc]
    model = RegulatedPrice
    form = PriceForm
    fields = ("item", "price")
    extra = 0
    can_delete = False
    hide_title = True


class DocumentInline(ViewOnlyInline):
    model = ApplicationDocument
    fields = ("opened", "content_type", "size", "created_at", "erased_at")
    readonly_fields = ("opened", "erased_at")
    ordering = ("pk",)
    show_change_link = False

    @admin.display(description=_("dokumen"))
    def opened(self, row: ApplicationDocument) -> SafeString:
        return link(change_url(row), row)


class AttachForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("Dokumen"), choices=ApplicationDocument.Kind.choices, widget=UnfoldAdminSelectWidget()
    )
    file = forms.FileField(
        label=_("Berkas"),
        widget=UnfoldAdminFileFieldWidget(),
        help_text=_("PDF, JPEG atau PNG. Disegel; dibuka hanya dengan alasan, dan itu tercatat."),
    )

    def clean_file(self) -> bytes:
        """The bytes, read only if there are not too many of them."""
        file = self.cleaned_data["file"]
        most: int = settings.WALLET["document_bytes"]
        if file.size > most:
            raise ValidationError(_("Berkas lebih besar dari %(most)s KB.") % {"most": most // 1000})
        content: bytes = file.read()
        return content


@admin.register(MerchantApplication)
class MerchantApplicationAdmin(OfficeAdmin):
    """Fields may be written until it is submitted, and again after it was returned."""

    form = ApplicationForm
    list_display = ("name", "merchant_id", "category", "criteria", "partner", "status_label", "submitted_at")
    list_filter = ("status", "criteria", "partner")
    list_select_related = ("partner",)
    search_fields = ("name", "legal_name", "merchant_id")
    search_help_text = _("Nama atau id pedagang")
    ordering = ("-pk",)
    actions = None
    inlines = (OutletInline, PriceInline, DocumentInline)
    actions_detail = ("attach", "submit", "approve", "send_back", "reject")
    fieldsets = (
        (
            None,
            {"fields": ("standing", ("partner", "merchant_id"), ("name", "legal_name"), ("mcc", "criteria"), "nmid")},
        ),
        (_("Tempat usaha"), {"fields": ("address", ("city", "postcode"), "region")}),
        (_("Pemilik"), {"fields": (("owner_name", "owner_nik"),)}),
        (_("Rekening penerima penyelesaian"), {"fields": (("bank_code", "bank_account"), "account_holder")}),
        (_("Batas; kosong berarti tanpa batas sendiri"), {"fields": (LIMITS, "limit_count")}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: MerchantApplication | None = None) -> Any:
        if obj is None or self.has_change_permission(request, obj):
            return self.fieldsets
        # What is sealed is no field of the row: whoever may only look sees that it is there.
        shown = {"owner_name": "sealed_shown", "owner_nik": None, "bank_account": None, "account_holder": None}
        return tuple(
            (title, {"fields": tuple(_without(name, shown) for name in options["fields"] if _without(name, shown))})
            for title, options in self.fieldsets
        )

    def get_readonly_fields(self, request: HttpRequest, obj: MerchantApplication | None = None) -> tuple[str, ...]:
        return ("standing", "sealed_shown")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = bool(super().has_change_permission(request, obj))
        return allowed and (not isinstance(obj, MerchantApplication) or obj.status in origins(S.SUBMITTED))

    def save_model(self, request: HttpRequest, obj: MerchantApplication, form: Any, change: bool) -> None:
        told = [name for name in SEALED if form.cleaned_data.get(name)]
        for name in told:
            setattr(obj, name, form.cleaned_data[name])
        written = [*changed_fields(form), *(f"{name}_sealed" for name in told)]
        onboarding.write(obj, request.user, written)  # type: ignore[arg-type]

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row = self.get_object(request, str(object_id))
        if row is None:
            return []
        open_to = {
            "attach": S.SUBMITTED,
            "submit": S.SUBMITTED,
            "approve": S.APPROVED,
            "send_back": S.RETURNED,
            "reject": S.REJECTED,
        }
        steps = super().get_actions_detail(request, object_id)
        return [
            step
            for step in steps
            if row.status in origins(open_to[step.action_name.removeprefix("wallet_merchantapplication_")])
        ]

    @admin.display(description=_("kategori"))
    def category(self, row: MerchantApplication) -> str:
        return in_words(row.mcc)

    @display(description=_("status"), label=TONES)
    def status_label(self, row: MerchantApplication) -> tuple[str, str]:
        return row.status, row.get_status_display()

    @admin.display(description=_("keadaan"))
    def standing(self, row: MerchantApplication) -> SafeString | str:
        if row.pk is None:
            return gettext("Konsep baru")
        if row.status == S.APPROVED and row.became is not None:
            return link(change_url(row.became), gettext("Disetujui: buka pedagangnya"))
        if row.status in (S.RETURNED, S.REJECTED):
            return gettext("%(status)s oleh %(by)s: %(reason)s") % {
                "status": row.get_status_display(),
                "by": row.decided_by,
                "reason": row.decision_reason,
            }
        if row.status == S.SUBMITTED:
            return gettext("Diajukan oleh %(by)s; petugas lain yang memutuskan.") % {"by": row.submitted_by}
        missing = onboarding.lacking(row)
        return gettext("Masih kurang: %(missing)s") % {"missing": ", ".join(missing)} if missing else gettext("Lengkap")

    @admin.display(description=_("data pemilik dan rekening"))
    def sealed_shown(self, row: MerchantApplication) -> str:
        """Enough to compare with the documents."""
        words = {"nik": masked(row, "owner_nik") or "-", "account": masked(row) or "-"}
        return gettext("NIK %(nik)s, rekening %(account)s") % words

    @action(description=_("Tambah dokumen"), permissions=["wallet.change_merchantapplication"], icon="upload_file")
    def attach(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            made = onboarding.attach(row, data["kind"], data["file"], request.user)  # type: ignore[arg-type]
            return Done(gettext("Dokumen ditambahkan: %(kind)s.") % {"kind": made.get_kind_display()})

        step = Step(title=_("Tambah dokumen"), button=_("Segel dan simpan"), form=AttachForm)
        return take(self, request, step, run, row)

    @action(description=_("Ajukan"), permissions=["wallet.submit_merchantapplication"], icon="send")
    def submit(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            onboarding.submit(row, request.user)  # type: ignore[arg-type]
            return Done(gettext("Diajukan. Petugas lain yang memutuskan."))

        missing = onboarding.lacking(row)
        step = Step(
            title=_("Ajukan pedagang"),
            button=_("Ajukan"),
            text=_("Sejak diajukan isinya tidak dapat diubah, sampai disetujui atau dikembalikan."),
            facts=self._facts(row),
            possible=not missing,
            warnings=[_("Masih kurang: %(missing)s") % {"missing": ", ".join(missing)}] if missing else [],
        )
        return take(self, request, step, run, row)

    @action(description=_("Setujui"), permissions=["wallet.decide_merchantapplication"], icon="verified")
    def approve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            made = onboarding.approve(row, data["reason"], request.user)  # type: ignore[arg-type]
            return Done(gettext("Disetujui. Aktifkan pedagangnya bila NMID dan kasirnya siap."), change_url(made))

        step = Step(
            title=_("Setujui pedagang"),
            button=_("Setujui"),
            text=_("Buka dokumen-dokumennya dahulu. Persetujuan membuat pedagang beserta gerai, harga, dan batasnya."),
            facts=self._facts(row),
            form=ReasonForm,
            warnings=self._own(request, row),
            possible=not self._own(request, row),
        )
        return take(self, request, step, run, row)

    @action(description=_("Kembalikan"), permissions=["wallet.decide_merchantapplication"], icon="undo")
    def send_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            onboarding.send_back(row, data["reason"], request.user)  # type: ignore[arg-type]
            return Done(gettext("Dikembalikan: %(reason)s") % {"reason": data["reason"]})

        step = Step(
            title=_("Kembalikan pengajuan"),
            button=_("Kembalikan"),
            facts=self._facts(row),
            form=ReasonForm,
            danger=True,
            warnings=self._own(request, row),
            possible=not self._own(request, row),
        )
        return take(self, request, step, run, row)

    @action(description=_("Tolak"), permissions=["wallet.decide_merchantapplication"], icon="block")
    def reject(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            onboarding.reject(row, data["reason"], request.user)  # type: ignore[arg-type]
            return Done(gettext("Ditolak: %(reason)s") % data)

        step = Step(
            title=_("Tolak pengajuan"),
            button=_("Tolak untuk selamanya"),
            text=_("Pengajuan ini berakhir; id pedagangnya bebas lagi. Bila hanya perlu diperbaiki, kembalikan."),
            facts=self._facts(row),
            form=ReasonForm,
            danger=True,
            warnings=self._own(request, row),
            possible=not self._own(request, row),
        )
        return take(self, request, step, run, row)

    def _own(self, request: HttpRequest, row: MerchantApplication) -> list[Any]:
        mine = request.user.pk in onboarding.authors(row)
        return [_("Anda yang menulis atau mengajukannya; petugas lain yang memutuskan.")] if mine else []

    def _facts(self, row: MerchantApplication) -> list[tuple[Any, Any]]:
        prices = ", ".join(f"{price.item} {rupiah(price.price)}" for price in row.prices.order_by("item"))
        return [
            (_("Mitra"), row.partner),
            (_("Pedagang"), f"{row.name} ({row.merchant_id})"),
            (_("NMID"), row.nmid or "-"),
            (_("Nama usaha"), row.legal_name),
            (_("Kategori"), in_words(row.mcc)),
            (_("Kriteria"), row.get_criteria_display()),
            (_("Tempat usaha"), f"{row.address}, {above.place(row.region) if row.region else row.city}"),
            (_("NIK pemilik"), masked(row, "owner_nik") or "-"),
            (_("Rekening tujuan"), f"{row.bank_code} {masked(row) or '-'}"),
            (_("Nama pemilik rekening"), holder(row) or "-"),
            (_("Gerai"), ", ".join(map(str, row.outlets.order_by("code"))) or "-"),
            (_("Harga barang teratur"), prices or "-"),
            (_("Dokumen"), ", ".join(str(one.get_kind_display()) for one in row.documents.order_by("pk")) or "-"),
            (_("Batas per belanja"), money(row.limit_payment)),
            (_("Batas per hari"), money(row.limit_daily)),
            (_("Batas per bulan"), money(row.limit_monthly)),
            (_("Batas jumlah belanja per hari"), "-" if row.limit_count is None else row.limit_count),
            (_("Ditulis oleh"), ", ".join(row.writers.order_by("pk").values_list("by__username", flat=True))),
        ]


def _without(name: Any, shown: dict[str, str | None]) -> Any:
    if isinstance(name, tuple):
        return tuple(left for one in name if (left := shown.get(one, one)))
    return shown.get(name, name)


class ViewInline(ViewOnlyInline):
    model = DocumentView
    fields = ("created_at", "by", "reason")
    ordering = ("-pk",)
    show_change_link = False


@admin.register(ApplicationDocument)
class ApplicationDocumentAdmin(ViewOnlyAdmin):
    list_display = ("id", "application", "kind", "created_at", "erased_at")
    list_display_links = ("id", "application")
    list_filter = ("kind", by_number("application", _("pengajuan")))
    list_select_related = ("application",)
    ordering = ("-pk",)
    fields = ("application", "kind", "content_type", "size", "sha256", "by", "created_at", "erased_at")
    inlines = (ViewInline,)
    actions_detail = ("open_content",)

    @action(description=_("Buka dokumen"), permissions=["wallet.open_applicationdocument"], icon="description")
    def open_content(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The document as a file to save, never to run in the office's own page; who opened it and why is kept."""
        row = row_of(self, request, object_id)
        form = ReasonForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                content = onboarding.open_document(row, form.cleaned_data["reason"], request.user)  # type: ignore[arg-type]
            except WalletError as error:
                messages.error(request, str(error))
                return HttpResponseRedirect(change_url(row))
            except CannotOpen:
                return HttpResponse(gettext("Dokumen tidak dapat dibuka."), status=409, content_type="text/plain")
            answer = HttpResponse(content, content_type=row.content_type)
            suffix = SUFFIXES[row.content_type]
            answer["Content-Disposition"] = f'attachment; filename="dokumen-pedagang-{row.pk}.{suffix}"'
            answer["X-Content-Type-Options"] = "nosniff"
            answer["Cache-Control"] = "no-store"
            return answer
        step = Step(
            title=_("Buka dokumen"),
            button=_("Buka"),
            text=_("Dokumen ini data pribadi pemilik usaha. Nama Anda dan alasannya dicatat untuk selamanya."),
            facts=[(_("Pengajuan"), row.application), (_("Dokumen"), row.get_kind_display())],
            form=ReasonForm,
        )
        return take(self, request, step, lambda data: Done(""), row)


@admin.register(DocumentView)
class DocumentViewAdmin(ViewOnlyAdmin):
    """Who looked at whose documents, for those who check it."""

    list_display = ("created_at", "document", "by", "reason")
    list_filter = ("created_at",)
    list_select_related = ("document", "by")
    ordering = ("-pk",)
    fields = ("document", "by", "reason", "created_at")


class TerminalInline(TabularInline):  # type: ignore[misc]
    model = Terminal
    fields = ("terminal_id", "active")
    extra = 0
    can_delete = False
    hide_title = True


@admin.register(Outlet)
class OutletAdmin(OfficeAdmin):
    """An outlet with its terminals; it goes on belonging to who it was made for."""

    list_display = ("code", "name", "merchant", "region", "active")
    list_filter = ("active", by_number("merchant", _("pedagang")))
    list_select_related = ("merchant",)
    search_fields = ("code", "name")
    search_help_text = _("Kode atau nama gerai")
    fields = ("belongs", "code", "name", "address", "region", "active")
    readonly_fields = ("belongs",)
    inlines = (TerminalInline,)
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # on the page of the application or the merchant

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was submitted stays, its outlets too."""
        allowed = bool(super().has_change_permission(request, obj))
        asked = obj.application if isinstance(obj, Outlet) and obj.merchant_id is None else None
        return allowed and (asked is None or asked.status in origins(S.SUBMITTED))

    def save_model(self, request: HttpRequest, obj: Outlet, form: Any, change: bool) -> None:
        if obj.application is not None and obj.merchant_id is None:
            onboarding.write_part(obj.application, request.user)  # type: ignore[arg-type]
        super().save_model(request, obj, form, change)

    @admin.display(description=_("milik"))
    def belongs(self, row: Outlet) -> SafeString | str:
        owner = row.merchant or row.application
        return link(change_url(owner), owner) if owner else "-"
