"""Partners that pay for us, in the office: their accounts, keys and secrets, what was sent to them, what they have told us."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminPasswordWidget

from disbursement.admin.people import masked_account
from disbursement.admin.programmes import ERRORS, counted
from disbursement.models import BulkNotice, BulkRequest, Exchange, PayoutLine, ProviderAccount
from disbursement.providers import accounts, words
from vault.sealing import CannotOpen
from wallet.admin.decorators import action, display
from wallet.admin.rows import (
    BalancesChangeList,
    LongTable,
    OfficeAdmin,
    ViewOnlyAdmin,
    ViewOnlyInline,
    balance_now,
    by_number,
    change_url,
    link,
    list_url,
    money,
    mono,
)
from wallet.admin.steps import Done, Step, row_of, take

ADDRESS = re.compile(r"https?://[A-Za-z0-9.\-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~/\-]*)?")
R = BulkRequest.State
TONES = {
    R.READY: "info",
    R.SENDING: "info",
    R.ACCEPTED: "success",
    R.UNKNOWN: "warning",
    R.REFUSED: "danger",
    R.EMPTY: "none",
}
SHOWN_LINES = 10


class ProviderForm(forms.ModelForm):  # type: ignore[type-arg]
    secret = forms.CharField(
        label=_("Rahasia dari mitra (client secret)"),
        required=False,
        max_length=200,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "off"}),
    )

    class Meta:
        model = ProviderAccount
        fields = (
            "code",
            "name",
            "base_url",
            "client_id",
            "channel_id",
            "secret",
            "partner",
            "reference_prefix",
            "bulk_size",
            "active",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "secret" in self.fields:
            new = self.instance.pk is None
            self.fields["secret"].required = new
            self.fields["secret"].help_text = (
                _("Diberikan mitra kepada kita. Disimpan tersegel dan tidak pernah ditampilkan.")
                if new
                else _("Kosongkan bila tidak berubah.")
            )

    def clean_base_url(self) -> str:
        address = str(self.cleaned_data["base_url"]).strip().rstrip("/")
        if not ADDRESS.fullmatch(address):
            raise ValidationError(_("Isi alamat seperti https://api.mitra.co.id, tanpa /v1.0 di belakangnya."))
        if not address.startswith("https://") and not settings.DEBUG:
            raise ValidationError(_("Alamat mitra harus https://."))
        return address


@admin.register(ProviderAccount)
class ProviderAccountAdmin(OfficeAdmin):
    """A partner's account. Our key pair is drawn here; its private half is only kept sealed."""

    form = ProviderForm
    list_display = ("name", "code", "balance_shown", "open_shown", "active")
    list_filter = ("active",)
    search_fields = ("name", "code")
    search_help_text = _("Nama atau kode")
    ordering = ("name",)
    actions = None
    actions_detail = ("new_key",)
    readonly_fields = ("key_shown", "balance_shown", "open_shown", "requests")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Any]:
        return BalancesChangeList

    def account_of(self, row: ProviderAccount) -> int:
        return row.account_id

    def get_fields(self, request: HttpRequest, obj: ProviderAccount | None = None) -> tuple[str, ...]:
        fields = ProviderForm.Meta.fields
        return fields if obj is None else (*fields, "balance_shown", "open_shown", "requests", "key_shown")

    def get_readonly_fields(self, request: HttpRequest, obj: ProviderAccount | None = None) -> tuple[str, ...]:
        # By these partners and books know us.
        return (*self.readonly_fields, "code", "reference_prefix") if obj else ()

    def save_model(self, request: HttpRequest, obj: ProviderAccount, form: Any, change: bool) -> None:
        secret = form.cleaned_data.get("secret", "")
        if not change:
            accounts.open_account(obj, secret)
            return
        super().save_model(request, obj, form, change)
        if secret:
            accounts.new_secret(obj, secret)

    @admin.display(description=_("kunci publik kita"))
    def key_shown(self, row: ProviderAccount) -> SafeString | str:
        """For the partner: it checks our requests for a token with it."""
        try:
            return format_html(
                '<div class="office-mono" style="white-space: pre-wrap; overflow-wrap: anywhere">{}</div>',
                accounts.public_key(row),
            )
        except (CannotOpen, ValueError):
            return gettext("Kunci tidak dapat dibaca. Buat kunci baru.")

    @admin.display(description=_("sudah dibayar lewat mitra"))
    def balance_shown(self, row: ProviderAccount) -> SafeString:
        return money(balance_now(row, row.account_id))

    @admin.display(description=_("belum ada hasil"))
    def open_shown(self, row: ProviderAccount) -> str:
        return counted(PayoutLine.objects.filter(provider=row, state__in=PayoutLine.OPEN).count())

    @admin.display(description=_("permintaan"))
    def requests(self, row: ProviderAccount) -> SafeString:
        return format_html(
            "{} · {}",
            link(list_url(BulkRequest, provider__id__exact=row.pk), _("Yang dikirim")),
            link(list_url(BulkNotice, provider__id__exact=row.pk), _("Pemberitahuan yang diterima")),
        )

    @action(description=_("Buat kunci baru"), permissions=["disbursement.change_provideraccount"], icon="key")
    def new_key(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            accounts.new_key(row)
            return Done(gettext("Kunci baru dibuat. Serahkan kunci publik di halaman ini kepada mitra."))

        step = Step(
            title=_("Buat kunci baru"),
            button=_("Buat kunci baru"),
            text=_(
                "Sampai mitra memasang kunci publik yang baru, tidak ada yang dapat dikirim atau ditanyakan kepadanya; yang "
                "menunggu tetap menunggu. Sepakati waktunya dengan mitra dahulu."
            ),
            danger=True,
            errors=ERRORS,
        )
        return take(self, request, step, run, row)


class ExchangeInline(ViewOnlyInline):
    model = Exchange
    fields = ("at", "kind", "external_id", "answered_at", "said")
    readonly_fields = ("said",)
    ordering = ("-pk",)
    show_change_link = False
    verbose_name_plural = _("Percakapan dengan mitra")

    @admin.display(description=_("jawaban"))
    def said(self, row: Exchange) -> str:
        if row.answered_at is None:
            return gettext("belum dicatat")
        return words.of(row.code)


class RequestExchanges(ExchangeInline):
    def get_queryset(self, request: HttpRequest) -> QuerySet[Exchange]:
        rows: QuerySet[Exchange] = super().get_queryset(request)
        return rows.filter(line=None)


@admin.register(BulkRequest)
class BulkRequestAdmin(LongTable, ViewOnlyAdmin):
    """What was asked of a partner, with account numbers masked, and what it answered."""

    list_display = ("bulk_id", "provider", "batch", "count_shown", "state_label", "attempts", "said", "created_at")
    list_display_links = ("bulk_id",)
    list_filter = ("state", "provider", by_number("batch", _("batch"), "chunk__batch_id"))
    list_select_related = ("provider", "chunk__batch")
    search_fields = ("bulk_id",)
    search_help_text = _("Nomor permintaan lengkap")
    fields = (
        ("bulk_id", "partner_bulk_id"),
        ("provider", "batch"),
        ("count_shown", "state_label"),
        ("attempts", "due_at"),
        ("claimed_at", "answered_at"),
        "said",
        "asked",
        "lines",
    )
    readonly_fields = ("batch", "count_shown", "state_label", "said", "asked", "lines")
    inlines = (RequestExchanges,)

    def get_fields(self, request: HttpRequest, obj: BulkRequest | None = None) -> tuple[Any, ...]:
        """Whom each line pays is for officers who may see it."""
        sees = request.user.has_perm("disbursement.view_payoutline")  # type: ignore[union-attr]
        return tuple(name for name in self.fields if sees or name != "lines")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[BulkRequest], search_term: str
    ) -> tuple[QuerySet[BulkRequest], bool]:
        text = search_term.strip()
        return (queryset.filter(bulk_id=text) if text and "\x00" not in text else queryset), False

    @admin.display(description=_("batch"))
    def batch(self, row: BulkRequest) -> SafeString:
        return link(change_url(row.chunk.batch), f"#{row.chunk.batch_id} / {row.chunk.number}")

    @admin.display(description=_("banyak"))
    def count_shown(self, row: BulkRequest) -> str:
        return counted(row.count)

    @display(description=_("keadaan"), label=TONES)
    def state_label(self, row: BulkRequest) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @admin.display(description=_("jawaban terakhir"))
    def said(self, row: BulkRequest) -> str:
        return words.of(row.last_code)

    @admin.display(description=_("yang diminta"))
    def asked(self, row: BulkRequest) -> SafeString | str:
        """The first few lines as they were sent; whom they pay is masked."""
        found = row.lines.select_related("instruction__route").order_by("pk")[:SHOWN_LINES]
        shown = format_html_join(
            "",
            "<div>{} · {} · {}</div>",
            ((line.reference, masked_account(line.instruction.route), money(line.amount)) for line in found),
        )
        more = row.count - SHOWN_LINES
        if more > 0:
            shown = format_html("{}<div>{}</div>", shown, gettext("dan %(count)s lagi") % {"count": counted(more)})
        return shown or "–"

    @admin.display(description=_("hasil"))
    def lines(self, row: BulkRequest) -> SafeString:
        return link(list_url(PayoutLine, request=row.pk, hasil="semua"), _("Lihat pembayarannya"))


@admin.register(BulkNotice)
class BulkNoticeAdmin(LongTable, ViewOnlyAdmin):
    """Notices that partners sent. Their text is not kept: a digest is, and what each line came to."""

    list_display = ("moment", "provider", "bulk_id", "lines", "settled", "repeated", "contradicted", "unknown")
    list_display_links = ("moment",)
    list_filter = ("provider",)
    list_select_related = ("provider",)
    fields = (
        ("provider", "moment"),
        ("bulk_id", "external_id"),
        ("lines", "settled"),
        ("repeated", "contradicted", "unknown"),
        "digest_shown",
    )
    readonly_fields = ("moment", "digest_shown")

    @admin.display(description=_("sidik isi (SHA-256)"))
    def digest_shown(self, row: BulkNotice) -> SafeString:
        return mono(row.digest)

    @admin.display(description=_("diterima"))
    def moment(self, row: BulkNotice) -> str:
        return date_format(timezone.localtime(row.received_at), "j M Y H:i:s")
