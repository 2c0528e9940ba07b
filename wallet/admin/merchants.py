"""Partners and the merchants they bring."""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import RegexValidator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from vault.sealing import CannotOpen
from wallet import counter, ledger, settlement
from wallet.admin import above, statements
from wallet.admin.decorators import action, display
from wallet.admin.ledger import checkpoint_of
from wallet.admin.rows import BalancesChangeList, OfficeAdmin, balance_now, change_url, link, list_url, money
from wallet.admin.steps import Done, ReasonForm, Step, row_of, take
from wallet.errors import WalletError
from wallet.merchant_categories import in_words
from wallet.models import Account, Hold, Merchant, Partner, Payment, Settlement, Transfer
from wallet.money import rupiah

SECRET_BYTES = 32
SHORTEST_KEY = 2048
MASK = "•"


class MerchantMoved(WalletError):
    code = "merchant_moved"
    message = _("Status pedagang sudah berubah. Muat ulang halaman.")


def checked_public_key(pem: str) -> str:
    """The key in its normal form. Raises ValidationError saying what it is instead of an RSA public key of 2048 bits."""
    if "PRIVATE KEY" in pem:
        raise ValidationError(
            _(
                "Ini kunci privat. Jangan dikirim ke siapa pun; minta mitra membuat pasangan baru dan isi kunci publiknya."
            )
        )
    try:
        key = load_pem_public_key(pem.strip().encode())
    except Exception as error:  # the library has several kinds, all of which mean: this text is not a key
        raise ValidationError(
            _("Bukan kunci publik PEM. Teksnya mulai dengan -----BEGIN PUBLIC KEY----- dan disalin utuh.")
        ) from error
    if not isinstance(key, RSAPublicKey):
        raise ValidationError(_("Kuncinya bukan RSA. SNAP BI memakai RSA (SHA256withRSA)."))
    if key.key_size < SHORTEST_KEY:
        raise ValidationError(
            _("Kunci RSA %(bits)s bit terlalu pendek; paling sedikit %(least)s bit."),
            params={"bits": key.key_size, "least": str(SHORTEST_KEY)},
        )
    return pem.strip() + "\n"


def _not_the_counters(text: str, reserved: str) -> str:
    """The text, unless the office's own counter goes by it. Raises ValidationError."""
    if text.strip().casefold() == reserved.casefold():
        raise ValidationError(_("Nama ini untuk loket kantor sendiri. Pilih yang lain."))
    return text


class PartnerForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Partner
        fields = ("name", "client_id", "public_key", "active")
        widgets = {"public_key": UnfoldAdminTextareaWidget(attrs={"rows": 9, "class": "office-mono"})}

    def clean_public_key(self) -> str:
        return checked_public_key(self.cleaned_data["public_key"])

    def clean_client_id(self) -> str:
        return _not_the_counters(self.cleaned_data["client_id"], counter.CLIENT_ID)


@admin.register(Partner)
class PartnerAdmin(OfficeAdmin):
    """A partner's secret is drawn here, shown once, and only kept sealed."""

    form = PartnerForm
    list_display = ("name", "client_id", "active", "created_at")
    list_filter = ("active",)
    search_fields = ("name", "client_id")
    search_help_text = _("Nama atau client id")
    fields = ("name", "client_id", "public_key", "active")
    actions_detail = ("new_secret",)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        given: dict[str, Any] = super().get_changeform_initial_data(request)
        return {"client_id": str(uuid.uuid4())} | given

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The counter's partner has no key and stays inactive: nobody may call the API as the office."""
        allowed = bool(super().has_change_permission(request, obj))
        return allowed and not (isinstance(obj, Partner) and counter.is_ours(obj))

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        partner = self.get_object(request, str(object_id))
        ours = partner is not None and counter.is_ours(partner)
        return [] if ours else list(super().get_actions_detail(request, object_id))

    def get_readonly_fields(self, request: HttpRequest, obj: Partner | None = None) -> tuple[str, ...]:
        return ("client_id",) if obj else ()  # it is in the partner's configuration by now

    def save_model(self, request: HttpRequest, obj: Partner, form: Any, change: bool) -> None:
        if not change:
            obj.secret = request.new_secret = secrets.token_urlsafe(SECRET_BYTES)  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: Partner, post_url_continue: str | None = None) -> HttpResponse:
        return self._show_secret(request, obj, request.new_secret)  # type: ignore[attr-defined]

    @action(description=_("Buat rahasia baru"), permissions=["wallet.change_partner"], icon="key")
    def new_secret(self, request: HttpRequest, object_id: str) -> HttpResponse:
        partner = row_of(self, request, object_id)
        if counter.is_ours(partner):
            raise PermissionDenied
        if request.method == "POST":
            secret = secrets.token_urlsafe(SECRET_BYTES)
            partner.secret = secret
            partner.save(update_fields=["secret_sealed"])
            self.log_change(request, partner, gettext("Rahasia baru dibuat"))
            return self._show_secret(request, partner, secret)
        step = Step(
            title=_("Buat rahasia baru"),
            button=_("Buat rahasia baru"),
            text=_(
                "Rahasia lama berhenti berlaku saat itu juga: kasir mitra ini tidak dapat bertransaksi sampai rahasia "
                "baru dipasang. Sepakati waktunya dengan mitra dahulu."
            ),
            danger=True,
        )
        return take(self, request, step, lambda data: Done(""), partner)

    def _show_secret(self, request: HttpRequest, partner: Partner, secret: str) -> HttpResponse:
        """In the answer itself, never in a message: those travel through a cookie or the session."""
        context = self.admin_site.each_context(request) | {
            "title": _("Rahasia mitra"),
            "subtitle": partner,
            "opts": self.opts,
            "partner": partner,
            "secret": secret,
            "back": change_url(partner),
        }
        return TemplateResponse(request, "wallet/admin/secret.html", context)


class MerchantForm(forms.ModelForm):  # type: ignore[type-arg]
    bank_account = forms.CharField(
        label=_("Nomor rekening"),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        validators=[RegexValidator(r"\A[0-9]{5,30}\Z", _("Isi 5 sampai 30 angka, tanpa spasi dan tanda."))],
    )
    bank_code = forms.CharField(
        label=_("Kode bank"),
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        validators=[RegexValidator(r"\A[0-9A-Z]{3,11}\Z", _("Isi kode bank, misalnya 014 atau CENAIDJA."))],
    )

    class Meta:
        model = Merchant
        fields = ("partner", "merchant_id", "name", "mcc", "city", "region", "bank_code", "bank_account")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and self.instance.bank_account_sealed and "bank_account" in self.fields:
            self.fields["bank_account"].help_text = _("Sekarang %(masked)s. Kosongkan bila tidak berubah.") % {
                "masked": masked_account(self.instance)
            }

    def clean_merchant_id(self) -> str:
        return _not_the_counters(self.cleaned_data["merchant_id"], counter.MERCHANT_ID)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        has_account = data.get("bank_account") or self.instance.bank_account_sealed
        if bool(data.get("bank_code")) != bool(has_account) and not self.errors:
            raise ValidationError(_("Isi kode bank dan nomor rekening bersama, atau kosongkan keduanya."))
        return data


def masked_account(row: Merchant | Settlement) -> str:
    """The bank account with its last four digits only; empty for none."""
    try:
        number = row.bank_account
    except CannotOpen:
        return "?"
    return MASK * max(len(number) - 4, 4) + number[-4:] if number else ""


@admin.register(Merchant)
class MerchantAdmin(OfficeAdmin):
    form = MerchantForm
    list_display = ("merchant_id", "name", "category", "city", "partner", "status_label", "owed")
    list_display_links = ("merchant_id", "name")
    list_filter = ("status", "partner")
    list_select_related = ("partner",)
    search_fields = ("name", "merchant_id")
    search_help_text = _("Nama atau id pedagang")
    ordering = ("name", "pk")
    actions = None
    actions_list = ("settle_all",)
    actions_detail = ("statement", "suspend", "reactivate")
    add_fieldsets = (
        (None, {"fields": (("partner", "merchant_id"), ("name", "city"), "mcc", "region")}),
        (_("Rekening penerima penyelesaian"), {"fields": (("bank_code", "bank_account"),)}),
    )
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("status_label", "owed"),
                    "checkpoint",
                    "books",
                    ("partner", "merchant_id"),
                    ("name", "city"),
                    ("mcc", "category"),
                    "region",
                    "place",
                )
            },
        ),
        (_("Rekening penerima penyelesaian"), {"fields": ("bank_code", "bank_account")}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Merchant | None = None) -> Any:
        if obj and not self.has_change_permission(request, obj):
            return (
                self.fieldsets[0],
                (self.fieldsets[1][0], {"fields": ("bank_code", "bank_account_masked")}),
            )
        return super().get_fieldsets(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Merchant | None = None) -> tuple[str, ...]:
        computed = ("status_label", "owed", "checkpoint", "books", "category", "place", "bank_account_masked")
        if obj is None:
            return computed
        # Payments already name both. The office's counter hands out cash whatever else it is.
        counters = ("mcc",) if counter.is_ours(obj.partner) else ()
        return (*computed, "partner", "merchant_id", *counters)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[BalancesChangeList]:
        return BalancesChangeList

    def account_of(self, row: Merchant) -> int:
        return row.account_id

    def save_model(self, request: HttpRequest, obj: Merchant, form: Any, change: bool) -> None:
        """With its account, in the one transaction that the admin has open."""
        if not change:
            obj.account = ledger.open_account(Account.Kind.MERCHANT, obj.name)
        if number := form.cleaned_data.get("bank_account"):
            obj.bank_account = number
        super().save_model(request, obj, form, change)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        merchant = self.get_object(request, str(object_id))
        active = merchant is not None and merchant.status == Merchant.Status.ACTIVE
        hidden = "wallet_merchant_reactivate" if active else "wallet_merchant_suspend"
        return [step for step in super().get_actions_detail(request, object_id) if step.action_name != hidden]

    @admin.display(description=_("kategori"))
    def category(self, merchant: Merchant) -> str:
        return in_words(merchant.mcc)

    @admin.display(description=_("tempat usaha"))
    def place(self, merchant: Merchant) -> str:
        return above.place(merchant.region) if merchant.region else "-"

    @display(description=_("status"), label={Merchant.Status.ACTIVE: "success", Merchant.Status.SUSPENDED: "warning"})
    def status_label(self, merchant: Merchant) -> tuple[str, str]:
        return merchant.status, merchant.get_status_display()

    @admin.display(description=_("belum dibayar ke pedagang"))
    def owed(self, merchant: Merchant) -> SafeString:
        return money(balance_now(merchant, merchant.account_id))

    @admin.display(description=_("nomor rekening"))
    def bank_account_masked(self, merchant: Merchant) -> str:
        return masked_account(merchant) or "-"

    @admin.display(description=_("pembukuan"))
    def books(self, merchant: Merchant) -> SafeString:
        return SafeString(
            " · ".join(
                (
                    link(list_url(Payment, merchant=merchant.pk), _("belanja")),
                    link(list_url(Settlement, merchant=merchant.pk), _("penyelesaian")),
                    link(list_url(Hold, merchant=merchant.pk), _("penahanan")),
                    link(list_url(Transfer, account=merchant.account_id), _("transfer")),
                )
            )
        )

    @admin.display(description=_("titik hitung terakhir"))
    def checkpoint(self, merchant: Merchant) -> SafeString | str:
        return checkpoint_of(merchant.account_id)

    @action(
        description=_("Rekening koran"),
        permissions=["wallet.view_merchant", "wallet.view_account"],
        icon="receipt_long",
    )
    def statement(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        merchant = row_of(self, request, object_id)
        return statements.show(self, request, merchant, merchant.account_id)

    @action(description=_("Tangguhkan"), permissions=["wallet.change_merchant"], icon="block")
    def suspend(self, request: HttpRequest, object_id: str) -> HttpResponse:
        merchant = row_of(self, request, object_id)
        step = Step(
            title=_("Tangguhkan pedagang"),
            button=_("Tangguhkan"),
            text=_(
                "Belanja baru di pedagang ini ditolak sejak sekarang. Yang sudah dibelanjakan tetap dibayarkan kepadanya."
            ),
            form=ReasonForm,
            danger=True,
        )
        return take(self, request, step, lambda data: self._move(merchant, Merchant.Status.SUSPENDED, data), merchant)

    @action(description=_("Aktifkan lagi"), permissions=["wallet.change_merchant"], icon="check_circle")
    def reactivate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        merchant = row_of(self, request, object_id)
        step = Step(
            title=_("Aktifkan lagi pedagang"),
            button=_("Aktifkan lagi"),
            text=_("Pedagang ini dapat menerima belanja lagi."),
            form=ReasonForm,
        )
        return take(self, request, step, lambda data: self._move(merchant, Merchant.Status.ACTIVE, data), merchant)

    def _move(self, merchant: Merchant, to: Merchant.Status, data: dict[str, Any]) -> Done:
        hit = Merchant.objects.filter(pk=merchant.pk).exclude(status=to).update(status=to)
        if not hit:
            raise MerchantMoved
        return Done(gettext("Status pedagang: %(status)s. %(reason)s") % {"status": to.label, "reason": data["reason"]})

    @action(description=_("Selesaikan semua"), permissions=["wallet.add_settlement"], icon="account_balance")
    def settle_all(self, request: HttpRequest) -> HttpResponse:
        merchants = dict(Merchant.objects.values_list("account_id", "pk"))
        owed = [amount for amount in ledger.balances_of(merchants).values() if amount > 0]

        def run(data: dict[str, Any]) -> Done:
            made = list(settlement.settle_all())
            for one in made:
                self.log_change(
                    request, one.merchant, gettext("Diselesaikan: %(amount)s") % {"amount": rupiah(one.amount)}
                )
            if not made:
                return Done(gettext("Tidak ada pedagang yang perlu dibayar."), level=messages.INFO)
            said = ngettext(
                "%(count)s penyelesaian dibuat, jumlahnya %(total)s.",
                "%(count)s penyelesaian dibuat, jumlahnya %(total)s.",
                len(made),
            )
            total = rupiah(sum(one.amount for one in made))
            return Done(said % {"count": len(made), "total": total}, list_url(Settlement, status__exact="pending"))

        step = Step(
            title=_("Selesaikan semua pedagang"),
            button=_("Selesaikan semua"),
            text=_(
                "Semua yang belum dibayar ke tiap pedagang dipindahkan ke satu penyelesaian per pedagang. "
                "Setelah bank membayarnya, tandai tiap penyelesaian sebagai dibayar."
            ),
            facts=[
                (_("Hari buku"), f"{timezone.localdate():%d/%m/%Y}"),
                (_("Pedagang yang dibayar"), len(owed)),
                (_("Jumlah"), money(sum(owed))),
            ],
            possible=bool(owed),
            warnings=[] if owed else [_("Tidak ada pedagang yang perlu dibayar sekarang.")],
        )
        return take(self, request, step, run, back=list_url(Merchant))
