"""Partners: what they may call, from where, with which keys and secrets, and out of which deposit."""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from wallet import account_numbers, credentials, deposits, invitations, networks, own_partners, partner_changes
from wallet.admin.addresses import checked_hosts, checked_notify_url
from wallet.admin.decorators import action, display
from wallet.admin.fields import RupiahField
from wallet.admin.partner_changes import ask_invitation, show_secret
from wallet.admin.proposals import DECISION, ProposalAdmin
from wallet.admin.rows import LongTable, OfficeAdmin, ViewOnlyAdmin, ViewOnlyInline, change_url, money
from wallet.admin.steps import Done, ReasonForm, Step, row_of, take
from wallet.credentials import IssuedSecret
from wallet.errors import WalletError
from wallet.models import Credential, DepositBooking, Partner, PartnerChange
from wallet.money import rupiah
from wallet.partner_page import OVERLAP_CHOICES, OVERLAPS
from wallet.snap.scopes import services


def checked_public_key(pem: str) -> str:
    """The key in its normal form. Raises ValidationError saying what it is instead of an RSA public key of 2048 bits."""
    try:
        return credentials.checked_key(pem)[0]
    except WalletError as refusal:
        raise ValidationError(str(refusal)) from refusal


def not_our_own(text: str, *reserved: str) -> str:
    """The text, unless something of the office's own goes by it, or will. Raises ValidationError."""
    if text.strip().casefold() in {name.casefold() for name in reserved}:
        raise ValidationError(_("Nama ini untuk kantor sendiri. Pilih yang lain."))
    return text


class PartnerForm(forms.ModelForm):  # type: ignore[type-arg]
    scopes = forms.MultipleChoiceField(
        label=_("Layanan yang boleh dipanggil"),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        help_text=_("Panggilan ke layanan lain ditolak: 403, Feature Not Allowed."),
    )
    networks = forms.CharField(
        label=_("Alamat IP"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "class": "office-mono"}),
        help_text=_("Satu alamat atau jaringan per baris, misalnya 203.0.113.0/24. Kosong berarti dari mana pun."),
    )
    public_key = forms.CharField(
        label=_("Kunci publik RSA (PEM)"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 9, "class": "office-mono"}),
        help_text=_(
            "Bila diisi, rahasianya dibuat dan tampil satu kali sesudah disimpan. Bila dikosongkan, mitra memasang "
            "kuncinya sendiri lewat undangan."
        ),
    )
    reason = forms.CharField(
        label=_("Alasan"),
        required=False,
        max_length=200,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text=_(
            "Diisi bila ada yang diperluas: layanan atau alamat yang ditambah, alamat notifikasi lain, mitra yang diaktifkan. "
            "Yang diperluas berlaku sesudah petugas lain menyetujuinya; yang dipersempit berlaku saat itu juga."
        ),
    )

    class Meta:
        model = Partner
        fields = ("name", "client_id", "scopes", "networks", "active", "notify_url", "return_hosts")
        widgets = {"notify_url": UnfoldAdminTextInputWidget(), "return_hosts": UnfoldAdminTextInputWidget()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if isinstance(granted := self.fields.get("scopes"), forms.MultipleChoiceField):
            granted.choices = [(number, f"{number} {address}") for number, address in services().items()]
        if "networks" in self.fields:
            self.initial["networks"] = "\n".join(self.instance.networks)

    def clean_public_key(self) -> str:
        text: str = self.cleaned_data["public_key"]
        return checked_public_key(text) if text.strip() else ""

    def clean_client_id(self) -> str:
        return not_our_own(self.cleaned_data["client_id"], *own_partners.CLIENT_IDS)

    def clean_notify_url(self) -> str:
        return checked_notify_url(self.cleaned_data["notify_url"].strip())

    def clean_return_hosts(self) -> list[str]:
        return checked_hosts(self.cleaned_data["return_hosts"])

    def clean_networks(self) -> list[str]:
        try:
            lines = [networks.normal(line) for line in self.cleaned_data["networks"].split()]
        except WalletError as refusal:
            raise ValidationError(str(refusal)) from refusal
        return list(dict.fromkeys(lines))

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or self.cleaned_data
        unsaid = self.instance.pk and not self.errors and not told["reason"].strip()
        if unsaid and partner_changes.wider(self.instance, told):
            self.add_error("reason", _("Isi alasannya: petugas lain membacanya sebelum menyetujui."))
        return told


class OverlapStepForm(forms.Form):
    overlap = forms.ChoiceField(
        label=_("Yang lama masih berlaku"),
        choices=OVERLAP_CHOICES,
        widget=UnfoldAdminSelectWidget(),
        help_text=_("Selama itu mitra dapat berganti tanpa berhenti bertransaksi."),
    )


class KeyStepForm(OverlapStepForm):
    public_key = forms.CharField(
        label=_("Kunci publik RSA (PEM)"),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 9, "class": "office-mono"}),
    )

    def clean_public_key(self) -> str:
        return checked_public_key(self.cleaned_data["public_key"])


class SecretStepForm(OverlapStepForm):
    """`turn` names the form that was shown: sent again, it draws no other secret."""

    turn = forms.CharField(max_length=64, widget=forms.HiddenInput)


class SecretProposalForm(OverlapStepForm, ReasonForm):
    """Of a partner that two officers stand behind."""


class KeyProposalForm(KeyStepForm, ReasonForm):
    """Of a partner that two officers stand behind."""

    field_order = ("public_key", "overlap", "reason")


class DepositForm(ReasonForm):
    way = forms.ChoiceField(
        label=_("Arah"),
        choices=[("in", _("Uang masuk dari mitra")), ("out", _("Uang kembali ke mitra"))],
        widget=UnfoldAdminSelectWidget(),
    )
    amount = RupiahField(label=_("Jumlah (Rp)"))
    reference = forms.CharField(
        label=_("Nomor mutasi bank"),
        max_length=40,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Satu nomor dibukukan satu kali, berapa kali pun dikirim."),
    )
    field_order = ("way", "amount", "reference", "reason")


class CredentialInline(ViewOnlyInline):
    model = Credential
    fields = ("kind", "fingerprint", "valid_from", "valid_until", "last_used_at", "revoked_at")
    ordering = ("-pk",)
    verbose_name_plural = _("Kunci dan rahasia")


@admin.register(Partner)
class PartnerAdmin(OfficeAdmin):
    """A secret is drawn here, shown once, and only kept sealed."""

    form = PartnerForm
    inlines = (CredentialInline,)
    list_display = ("name", "client_id", "active", "created_at")
    list_filter = ("active",)
    search_fields = ("name", "client_id")
    search_help_text = _("Nama atau client id")
    actions_detail = ("new_secret", "add_key", "invite", "end_invitation", "book_deposit")
    readonly_fields = ("deposit_number", "deposit_balance")

    def get_fields(self, request: HttpRequest, obj: Partner | None = None) -> tuple[str, ...]:
        common = ("name", "client_id", "scopes", "networks", "notify_url", "return_hosts")
        if obj is None:
            return (*common, "public_key")
        shown = (*common, "active", "deposit_number", "deposit_balance")
        return (*shown, "reason") if self.has_change_permission(request, obj) else shown

    def get_inlines(self, request: HttpRequest, obj: Partner | None) -> tuple[type[ViewOnlyInline], ...]:
        return self.inlines if obj else ()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        given: dict[str, Any] = super().get_changeform_initial_data(request)
        return {"client_id": str(uuid.uuid4())} | given

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Our own partners have no key and stay inactive: nobody may call the API as the office."""
        allowed = bool(super().has_change_permission(request, obj))
        return allowed and not (isinstance(obj, Partner) and own_partners.is_ours(obj))

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        partner = self.get_object(request, str(object_id))
        ours = partner is not None and own_partners.is_ours(partner)
        return [] if ours else list(super().get_actions_detail(request, object_id))

    def get_readonly_fields(self, request: HttpRequest, obj: Partner | None = None) -> tuple[str, ...]:
        return (*self.readonly_fields, "client_id") if obj else self.readonly_fields  # partners have it configured

    @admin.display(description=_("rekening titipan"))
    def deposit_number(self, partner: Partner) -> str:
        return account_numbers.of_deposit(partner.deposit_id) if partner.deposit_id else "-"

    @admin.display(description=_("saldo titipan"))
    def deposit_balance(self, partner: Partner) -> SafeString:
        return money(deposits.balance(partner) if partner.deposit_id else None)

    def save_model(self, request: HttpRequest, obj: Partner, form: Any, change: bool) -> None:
        officer: Any = request.user
        if change:
            told = {name: value for name, value in form.cleaned_data.items() if name in form.changed_data}
            written = partner_changes.write(obj, told, by=officer, reason=form.cleaned_data["reason"])
            form.changed_data = [*written.at_once]  # what the history says was changed
            if written.proposal is not None:
                said = gettext("Yang diperluas diusulkan. Berlaku sesudah petugas lain menyetujuinya.")
                messages.success(request, said)
            obj.refresh_from_db()
            return
        obj.active = False  # another officer agrees that it may call
        super().save_model(request, obj, form, change)
        if form.cleaned_data["public_key"]:
            by = officer.get_username()
            credentials.add_key(obj, form.cleaned_data["public_key"], by=by)
            request.new_secret = credentials.issue_secret(obj, by=by).text  # type: ignore[attr-defined]

    def response_add(self, request: HttpRequest, obj: Partner, post_url_continue: str | None = None) -> HttpResponse:
        secret: str | None = getattr(request, "new_secret", None)
        if secret is None:
            answer: HttpResponse = super().response_add(request, obj, post_url_continue)
            return answer
        return show_secret(self, request, obj, secret)

    @action(description=_("Buat rahasia baru"), permissions=["wallet.add_partnerchange"], icon="key")
    def new_secret(self, request: HttpRequest, object_id: str) -> HttpResponse:
        partner = self._outsider(request, object_id)
        drawn: list[str] = []
        alone = partner_changes.being_set_up(partner)

        def run(data: dict[str, Any]) -> Done:
            made = partner_changes.draw_secret(
                partner,
                overlap=OVERLAPS[data["overlap"]],
                by=request.user,  # type: ignore[arg-type]
                form=data.get("turn"),
                reason=data.get("reason", ""),
            )
            if isinstance(made, IssuedSecret):
                drawn[:] = [made.text]
                return Done(gettext("Rahasia baru dibuat"))
            return Done(gettext("Diusulkan. Berlaku sesudah petugas lain menyetujuinya."), change_url(made))

        step = Step(
            title=_("Buat rahasia baru"),
            button=_("Buat rahasia baru") if alone else _("Usulkan"),
            text=_(
                "Rahasia baru tampil satu kali. Yang lama tetap berlaku selama waktu yang dipilih, supaya kasir mitra "
                "dapat terus bertransaksi; sepakati waktunya dengan mitra."
            ),
            form=SecretStepForm if alone else SecretProposalForm,
            hidden={"turn": secrets.token_urlsafe(16)} if alone else {},
            warnings=[] if alone else [_("Petugas lain menyetujuinya, dan kepadanya rahasia itu tampil.")],
            danger=True,
        )
        answer = take(self, request, step, run, partner)
        return show_secret(self, request, partner, drawn[0]) if drawn else answer

    @action(description=_("Pasang kunci publik"), permissions=["wallet.add_partnerchange"], icon="vpn_key")
    def add_key(self, request: HttpRequest, object_id: str) -> HttpResponse:
        partner = self._outsider(request, object_id)
        alone = partner_changes.being_set_up(partner)

        def run(data: dict[str, Any]) -> Done:
            made = partner_changes.put_key(
                partner,
                data["public_key"],
                overlap=OVERLAPS[data["overlap"]],
                by=request.user,  # type: ignore[arg-type]
                reason=data.get("reason", ""),
            )
            if isinstance(made, PartnerChange):
                return Done(gettext("Diusulkan. Berlaku sesudah petugas lain menyetujuinya."), change_url(made))
            return Done(gettext("Kunci %(fingerprint)s dipasang.") % {"fingerprint": made.fingerprint[:16]})

        step = Step(
            title=_("Pasang kunci publik"),
            button=_("Pasang") if alone else _("Usulkan"),
            text=_("Mitra membuat pasangan kuncinya sendiri. Kunci privat tidak pernah diterima di sini."),
            form=KeyStepForm if alone else KeyProposalForm,
        )
        return take(self, request, step, run, partner)

    @action(description=_("Undang mitra"), permissions=["wallet.add_partnerchange"], icon="forward_to_inbox")
    def invite(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask_invitation(self, request, self._outsider(request, object_id))

    @action(description=_("Akhiri undangan"), permissions=["wallet.change_partner"], icon="link_off")
    def end_invitation(self, request: HttpRequest, object_id: str) -> HttpResponse:
        partner = self._outsider(request, object_id)

        def run(data: dict[str, Any]) -> Done:
            ended = invitations.end(partner)
            return Done(gettext("Undangan diakhiri.") if ended else gettext("Tidak ada undangan yang terbuka."))

        step = Step(
            title=_("Akhiri undangan"),
            button=_("Akhiri"),
            text=_("Tautan yang belum dipakai berhenti berlaku, dan halaman yang sedang dibuka tertutup."),
            danger=True,
        )
        return take(self, request, step, run, partner)

    @action(description=_("Catat titipan"), permissions=["wallet.add_depositbooking"], icon="savings")
    def book_deposit(self, request: HttpRequest, object_id: str) -> HttpResponse:
        partner = self._outsider(request, object_id)

        def run(data: dict[str, Any]) -> Done:
            made = deposits.propose(
                partner,
                data["amount"],
                back=data["way"] == "out",
                reference=data["reference"],
                reason=data["reason"],
                by=request.user,  # type: ignore[arg-type]
            )
            return Done(gettext("Diusulkan. Dibukukan sesudah petugas lain menyetujuinya."), change_url(made))

        step = Step(
            title=_("Catat titipan"),
            button=_("Usulkan"),
            text=_(
                "Isi saldo yang diminta mitra lewat API dibayar dari titipannya. Usulkan hanya yang sudah di bank; petugas "
                "lain mencocokkannya dengan mutasi bank."
            ),
            facts=[(_("Saldo titipan"), rupiah(deposits.balance(partner)))],
            form=DepositForm,
            as_one=True,
        )
        return take(self, request, step, run, partner)

    def _outsider(self, request: HttpRequest, object_id: str) -> Partner:
        partner: Partner = row_of(self, request, object_id)
        if own_partners.is_ours(partner):
            raise PermissionDenied
        return partner


@admin.register(DepositBooking)
class DepositBookingAdmin(ProposalAdmin):
    list_display = ("id", "partner", "way", "amount_shown", "reference", "status_label", "proposed_by", "decided_by")
    list_display_links = ("id", "partner")
    list_filter = ("status", "partner")
    list_select_related = ("partner", "proposed_by", "decided_by")
    search_fields = ("reference",)
    search_help_text = _("Nomor mutasi bank")
    fields = ("partner", "way", "amount_shown", "reference", *DECISION)
    readonly_fields = ("way", "amount_shown", "status_label")

    @admin.display(description=_("arah"))
    def way(self, row: DepositBooking) -> str:
        return gettext("Uang kembali ke mitra") if row.back else gettext("Uang masuk dari mitra")

    @admin.display(description=_("jumlah"))
    def amount_shown(self, row: DepositBooking) -> SafeString:
        return money(row.amount)

    def facts(self, row: DepositBooking, request: HttpRequest) -> list[tuple[Any, Any]]:
        return [
            (_("Mitra"), row.partner),
            (_("Arah"), self.way(row)),
            (_("Jumlah"), money(row.amount)),
            (_("Nomor mutasi bank"), row.reference),
            (_("Saldo titipan"), money(deposits.balance(row.partner))),
        ]

    def carried_out(self, row: DepositBooking, request: HttpRequest) -> str:
        posted = deposits.agree(row, request.user)  # type: ignore[arg-type]
        return gettext("%(amount)s dibukukan.") % {"amount": rupiah(posted.amount)}


@admin.register(Credential)
class CredentialAdmin(LongTable, ViewOnlyAdmin):
    """Keys and secrets, to look at and to revoke. What a secret is, nobody can look at."""

    list_display = ("id", "partner", "kind", "state", "valid_from", "valid_until", "last_used_at")
    list_display_links = ("id", "partner")
    list_filter = ("kind", "partner")
    list_select_related = ("partner",)
    fields = (
        "partner",
        "kind",
        "state",
        "fingerprint",
        "public_key",
        "valid_from",
        "valid_until",
        "last_used_at",
        "created_at",
        "created_by",
        "revoked_at",
        "revoked_by",
        "revoke_reason",
    )
    readonly_fields = ("state",)
    actions_detail = ("revoke",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Credential]:
        rows: QuerySet[Credential] = super().get_queryset(request).defer("secret_sealed")
        return rows

    @display(
        description=_("keadaan"), label={"open": "success", "later": "info", "over": "warning", "revoked": "danger"}
    )
    def state(self, row: Credential) -> tuple[str, str]:
        now = timezone.now()
        if row.revoked_at is not None:
            return "revoked", gettext("Dicabut")
        if row.valid_until is not None and row.valid_until <= now:
            return "over", gettext("Berakhir")
        return ("open", gettext("Berlaku")) if row.valid_from <= now else ("later", gettext("Belum berlaku"))

    @action(description=_("Cabut"), permissions=["wallet.revoke_credential"], icon="key_off")
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            credentials.revoke(row, reason=data["reason"], by=request.user.get_username())
            return Done(gettext("%(what)s dicabut: %(reason)s") % {"what": row, "reason": data["reason"]})

        step = Step(
            title=_("Cabut kunci atau rahasia"),
            button=_("Cabut sekarang"),
            text=_(
                "Berhenti berlaku saat itu juga, bersama semua token mitra ini. Bila tidak ada yang lain, mitra tidak "
                "dapat bertransaksi sampai memasang yang baru."
            ),
            facts=[(_("Mitra"), row.partner), (_("Jenis"), row.get_kind_display())],
            form=ReasonForm,
            danger=True,
        )
        return take(self, request, step, run, row)
