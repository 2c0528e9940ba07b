"""The shapes of offline allowances on the beneficiaries' API. Amounts are whole rupiah."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from mobile.fields import Pin, Rupiah, Text
from wallet.models import Hold, OfflineAllowance
from wallet.offline import codes
from wallet.offline.errors import CodeMalformed, OfflineDeviceKeyInvalid


class DeviceKey(Text):
    """An Ed25519 public key in base32 without padding, as offline codes write it; read as its 32 bytes."""

    default_error_messages = {OfflineDeviceKeyInvalid.code: OfflineDeviceKeyInvalid.message}

    def to_internal_value(self, data: Any) -> Any:
        text = super().to_internal_value(data)
        try:
            return codes.decoded("device", text, 32)
        except CodeMalformed:
            self.fail(OfflineDeviceKeyInvalid.code)


class OfflineRequest(serializers.Serializer[Any]):
    pin = Pin()
    amount = Rupiah(help_text="Sekian rupiah disisihkan sampai masanya berakhir.")
    device_key = DeviceKey(
        max_length=60,
        help_text="Kunci publik Ed25519 buatan ponsel, 52 huruf base32. Kunci privatnya tidak meninggalkan ponsel.",
    )
    purse = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        min_value=1,
        help_text="`id` kantong; kosong: yang memberi terbanyak.",
    )


class OfflineRevocation(serializers.Serializer[Any]):
    pin = Pin()


class OfflineAllowanceOut(serializers.Serializer[Any]):
    id = serializers.CharField(source="number", help_text="Nomor pagu luring.")
    kind = serializers.ChoiceField(choices=OfflineAllowance.Kind.choices)
    ceiling = serializers.IntegerField()
    claimed = serializers.SerializerMethodField(
        help_text="Sudah ditagih pedagang; yang belum dikirim kasir belum terhitung."
    )
    reserved = serializers.SerializerMethodField(help_text="Masih disisihkan.")
    mccs = serializers.ListField(child=serializers.CharField())
    regions = serializers.ListField(child=serializers.CharField())
    cash_allowed = serializers.BooleanField()
    valid_from = serializers.DateTimeField()
    valid_until = serializers.DateTimeField()
    returns_at = serializers.DateTimeField(source="claims_until", help_text="Sisanya kembali paling lambat saat ini.")
    revoked = serializers.SerializerMethodField()
    certificate = serializers.CharField(
        allow_blank=True, help_text="Ditampilkan ponsel di depan tiap kupon; kosong pada kartu cetak."
    )

    def get_claimed(self, allowance: OfflineAllowance) -> int:
        return int(allowance.hold.captured)

    def get_reserved(self, allowance: OfflineAllowance) -> int:
        hold = allowance.hold
        return int(hold.amount - hold.captured) if hold.status == Hold.Status.HELD else 0

    def get_revoked(self, allowance: OfflineAllowance) -> bool:
        return allowance.revoked_at is not None


class OfflineAllowances(serializers.Serializer[Any]):
    allowances = OfflineAllowanceOut(many=True)


DEVICE_ID = _("Id pemasangan aplikasi, acak dan tetap; hanya ringkasannya disimpan, untuk mengenali penyalahgunaan.")
