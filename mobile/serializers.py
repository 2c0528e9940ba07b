"""The shapes that go in and out of the beneficiaries' API. Amounts are whole rupiah, times ISO 8601 with +07:00."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from beneficiaries.models import Representation
from mobile import representatives
from mobile.fields import Day, Pin, QueryNumber, Rupiah, SixDigits, Text

HISTORY_PAGE = 20
HISTORY_PAGE_MOST = 50


# --- in ---


class PhoneRequest(serializers.Serializer[Any]):
    phone = Text(
        max_length=32, help_text="Nomor HP Indonesia, cara penulisan bebas: 0812-3456-7890 atau +6281234567890."
    )


class ConfirmRequest(PhoneRequest):
    otp = SixDigits(help_text="Enam angka dari SMS terakhir.")
    device_name = Text(max_length=60, required=False, allow_blank=True, default="")
    birth_date = Day(
        required=False, allow_null=True, default=None, help_text="Perlu bila nomor dipakai beberapa orang."
    )


class PinRequest(serializers.Serializer[Any]):
    pin = Pin(help_text="Enam angka, tidak berurutan dan tidak semuanya sama.")


class PinChangeRequest(serializers.Serializer[Any]):
    old_pin = Pin()
    new_pin = Pin()


class CodeRequest(serializers.Serializer[Any]):
    pin = Pin()
    ceiling = Rupiah(required=False, allow_null=True, default=None, help_text="Paling banyak sekian rupiah.")
    purpose = serializers.ChoiceField(
        choices=["pay", "balance"],
        default="pay",
        help_text="`balance`: kode ini hanya memperlihatkan saldo yang dapat dipakai, dan tidak membayar.",
    )


class HistoryQuery(serializers.Serializer[Any]):
    before = QueryNumber(required=False, default=None, help_text="`next_before` dari halaman sebelumnya.")
    limit = QueryNumber(required=False, default=HISTORY_PAGE, help_text="Paling banyak 50.")

    def validate_limit(self, limit: int) -> int:
        if limit > HISTORY_PAGE_MOST:
            raise serializers.ValidationError(
                _("Paling banyak %(most)s.") % {"most": HISTORY_PAGE_MOST}, code="field_invalid"
            )
        return limit


# --- out ---


class Asked(serializers.Serializer[Any]):
    expires_at = serializers.DateTimeField()
    message = serializers.CharField()


class PersonName(serializers.Serializer[Any]):
    name = serializers.CharField()


class SignedIn(serializers.Serializer[Any]):
    token = serializers.CharField(help_text="Kirim sebagai `Authorization: Bearer <token>`; tidak dapat dilihat lagi.")
    expires_at = serializers.DateTimeField()
    person = PersonName()


class WalletState(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["none", "active", "frozen", "closed"])
    status_text = serializers.CharField()
    pin_set = serializers.BooleanField()


class RepresentativeOut(serializers.Serializer[Any]):
    name = serializers.SerializerMethodField()
    kind = serializers.ChoiceField(
        choices=Representation.Kind.choices,
        help_text="`guardian`: wali, memutuskan bagi Anda; `collector`: kuasa, hanya mengambil uang di loket.",
    )
    kind_text = serializers.CharField(source="get_kind_display")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True, help_text="Hari terakhir; null: tanpa batas waktu.")

    def get_name(self, row: Representation) -> str:
        return representatives.name_of(row)


class Me(serializers.Serializer[Any]):
    name = serializers.CharField()
    nik = serializers.CharField(help_text="Disamarkan.")
    wallet = WalletState()
    representatives = RepresentativeOut(
        many=True, help_text="Yang hari ini boleh bertindak bagi Anda. Bukan kehendak Anda? Lapor kelurahan."
    )


class PurseOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    title = serializers.CharField()
    book_balance = serializers.IntegerField(help_text="Isi kantong, rupiah.")
    held = serializers.IntegerField(help_text="Dari isi itu, yang ditahan untuk pesanan yang belum selesai, rupiah.")
    usable_now = serializers.IntegerField(help_text="Yang dapat dipakai sekarang, rupiah: tanpa yang ditahan.")
    usable_from = serializers.DateTimeField()
    usable_until = serializers.DateTimeField(allow_null=True)
    rules = serializers.ListField(child=serializers.CharField(), help_text="Aturan kantong dalam kalimat.")
    mccs = serializers.ListField(child=serializers.CharField(), help_text="Kosong: pedagang apa pun.")
    regions = serializers.ListField(child=serializers.CharField(), help_text="Kode wilayah. Kosong: di mana pun.")
    cash_allowed = serializers.BooleanField()
    returns_when_lapsed = serializers.BooleanField()
    lapses_in_days = serializers.IntegerField(
        allow_null=True,
        help_text="Hari sampai sisanya kembali ke program; 0: hari ini yang terakhir. null: tidak kembali.",
    )


class Purses(serializers.Serializer[Any]):
    usable_now = serializers.IntegerField(help_text="Saldo efektif, rupiah.")
    book_balance = serializers.IntegerField(help_text="Saldo buku, rupiah.")
    held = serializers.IntegerField(help_text="Ditahan untuk pesanan yang belum selesai, rupiah.")
    purses = PurseOut(many=True)


class EntryOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    kind = serializers.CharField()
    kind_text = serializers.CharField()
    amount = serializers.IntegerField(help_text="Rupiah; positif masuk kantong, negatif keluar.")
    purse = serializers.CharField()
    merchant = serializers.CharField(allow_blank=True)
    reference_no = serializers.CharField(allow_blank=True)


class History(serializers.Serializer[Any]):
    entries = EntryOut(many=True)
    next_before = serializers.IntegerField(allow_null=True, help_text="Kirim sebagai `before` untuk halaman berikut.")


class Code(serializers.Serializer[Any]):
    qr_content = serializers.CharField(help_text="Isi QR; berlaku sekali.")
    expires_at = serializers.DateTimeField()


class DeviceOut(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="uid")
    name = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField()
    current = serializers.SerializerMethodField(help_text="Perangkat yang sedang memanggil.")

    def get_current(self, device: Any) -> bool:
        return bool(device.pk == self.context["current"])


class Devices(serializers.Serializer[Any]):
    devices = DeviceOut(many=True)


class ErrorDetail(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="Tetap, untuk program.")
    message = serializers.CharField(help_text="Dalam bahasa pembaca (Accept-Language: id atau en).")
    field = serializers.CharField(required=False)
    data = serializers.DictField(required=False)  # type: ignore[assignment]


class Error(serializers.Serializer[Any]):
    error = ErrorDetail()


# --- exclusions ---


class ObjectionRequest(serializers.Serializer[Any]):
    exclusion = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    text = Text(max_length=2000, help_text="Mengapa Anda keberatan; bukti dapat dibawa ke kantor kelurahan.")


class ProofRequest(serializers.Serializer[Any]):
    exclusion = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    file = serializers.FileField(help_text="PDF, JPEG atau PNG, paling besar 5 MB.")


class ObjectionState(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["filed", "upheld", "denied"])
    status_text = serializers.CharField()
    filed_on = serializers.DateField()
    late = serializers.BooleanField(help_text="Diajukan sesudah `objection_until`; tetap diperiksa.")
    answer_by = serializers.DateField()
    decision_reason = serializers.CharField(allow_blank=True)
    files = serializers.IntegerField(help_text="Berapa berkas bukti yang disertakan, paling banyak 5.")


class ExclusionState(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    reason = serializers.CharField()
    legal_basis = serializers.CharField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)
    objection_until = serializers.DateField()
    objections = ObjectionState(many=True)


class Exclusions(serializers.Serializer[Any]):
    exclusions = ExclusionState(many=True)
