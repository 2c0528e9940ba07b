"""Six digits for the till, and paying at a code that the merchant shows, over the beneficiaries' API."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from mobile import devices, errors, qr_payments, rules
from mobile.fields import Pin, Rupiah, Text
from mobile.schema import described
from mobile.views import PIN_ERRORS, BeneficiaryView, _read
from wallet import errors as wallet_errors
from wallet import mpm_codes, pins, qr_errors
from wallet.fraud import devices as fraud_devices
from wallet.mpm_codes import Scan
from wallet.qris import QrisError


class Reference(serializers.CharField):
    """A number that the application drew, such as a UUID."""

    default_error_messages = {"field_invalid": _("Isi dengan 8 sampai 64 huruf, angka, atau tanda hubung.")}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or not re.fullmatch("[0-9A-Za-z-]{8,64}", data):
            self.fail("field_invalid")
        return data


SCAN_ERRORS = (
    QrisError,
    qr_errors.QrNotOurs,
    qr_errors.QrUnknown,
    qr_errors.TipRefused,
    qr_errors.QrPaid,
    qr_errors.QrCancelled,
    qr_errors.QrExpired,
    wallet_errors.MerchantUnknown,
    wallet_errors.MerchantSuspended,
)
DECLINES = (
    wallet_errors.InsufficientFunds,
    wallet_errors.NotPermitted,
    wallet_errors.LimitExceeded,
    wallet_errors.DailyLimitExceeded,
    wallet_errors.SuspectedFraud,
    wallet_errors.TransactionSuspended,
    wallet_errors.MerchantInactive,
    wallet_errors.MerchantLimitExceeded,
    wallet_errors.TerminalUnknown,
    qr_errors.GoodsUntold,
    wallet_errors.ItemBanned,
    wallet_errors.ItemNotAllowed,
    wallet_errors.ItemTooDear,
)
_CONTENT = (
    "00020101021226680016ID.CO.CONTOH.WWW01189360080030000000120215CTH0000000000010303UMI51440014ID.CO.QRIS.WWW"
    "0215ID10200123456780303UMI5204541153033605405250005802ID5914WARUNG BU SITI6013JAKARTA TIMUR6105133306216"
    "0512INV-2026-0016304EEF0"
)
_MERCHANT = {"name": "WARUNG BU SITI", "city": "JAKARTA TIMUR", "category": "toko bahan pangan", "terminal": "A01"}


class DigitsRequest(serializers.Serializer[Any]):
    pin = Pin()
    ceiling = Rupiah(required=False, allow_null=True, default=None, help_text="Paling banyak sekian rupiah.")


class Digits(serializers.Serializer[Any]):
    digits = serializers.CharField(source="qr_content", help_text="Sebutkan kepada pedagang; berlaku sekali.")
    expires_at = serializers.DateTimeField()


class ScanRequest(serializers.Serializer[Any]):
    content = Text(max_length=512, trim_whitespace=False, help_text="Isi QR yang dipindai, apa adanya.")


class PayRequest(ScanRequest):
    pin = Pin()
    amount = Rupiah(
        required=False, allow_null=True, default=None, help_text="Perlu bila kodenya tanpa jumlah; rupiah bulat."
    )
    reference = Reference(help_text="Nomor buatan aplikasi untuk pembayaran ini; kirim ulang dengan nomor yang sama.")


class MerchantOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    city = serializers.CharField()
    category = serializers.CharField(help_text="Jenis pedagang dalam kata, atau MCC-nya.")
    terminal = serializers.CharField(allow_blank=True)


class GoodOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    quantity = serializers.IntegerField()
    price = serializers.IntegerField(help_text="Rupiah untuk satu.")


class Scanned(serializers.Serializer[Any]):
    merchant = MerchantOut()
    amount = serializers.IntegerField(allow_null=True, help_text="Rupiah; null: pembayar yang mengisi.")
    expires_at = serializers.DateTimeField(allow_null=True, help_text="null: kode tetap, tanpa batas waktu.")
    items = GoodOut(
        many=True,
        help_text="Barang menurut pedagang; kosong: tidak disebut, dan bantuan untuk barang tertentu tidak berlaku.",
    )


class Paid(serializers.Serializer[Any]):
    reference_no = serializers.CharField()
    amount = serializers.IntegerField(help_text="Rupiah.")
    paid_at = serializers.DateTimeField()
    merchant = MerchantOut()


class DigitsView(BeneficiaryView):
    fields_at_fault: ClassVar[dict[str, str]] = {
        "pin_wrong": "pin",
        "pin_locked": "pin",
        "invalid_amount": "ceiling",
        "limit_exceeded": "ceiling",
    }

    @described(
        summary="Buat enam angka sekali pakai",
        description="Bagi yang tidak dapat menunjukkan QR. Berlaku lebih singkat dari QR dan untuk jumlah yang lebih kecil.",
        sent=DigitsRequest,
        sent_example={"pin": "271958", "ceiling": 50_000},
        answer=Digits,
        example={"digits": "493027", "expires_at": "2026-11-24T14:02:00+07:00"},
        status=201,
        refusals=(
            wallet_errors.InvalidAmount,
            wallet_errors.PinInvalid,
            wallet_errors.LimitExceeded,
            *PIN_ERRORS,
            qr_errors.DigitsExhausted,
            errors.NoWallet,
        ),
    )
    def post(self, request: Request) -> Response:
        sent = _read(DigitsRequest, request.data)
        pins.check(self.wallet, sent["pin"])
        issued = devices.make_digits(self.device, self.wallet, ceiling=sent["ceiling"])
        device = fraud_devices.digest(request.headers.get("X-DEVICE-ID", ""))
        fraud_devices.note_code(self.wallet, issued.qr_content, device)
        return Response(Digits(issued).data, status=status.HTTP_201_CREATED)


class ScanView(BeneficiaryView):
    fields_at_fault: ClassVar[dict[str, str]] = {"qris_malformed": "content", "qr_not_ours": "content"}

    @described(
        summary="Baca kode QR pedagang",
        description="Menunjukkan pedagang dan jumlahnya sebelum dibayar. Tidak ada yang berubah.",
        sent=ScanRequest,
        sent_example={"content": _CONTENT},
        answer=Scanned,
        example={
            "merchant": _MERCHANT,
            "amount": 25_000,
            "expires_at": "2026-11-24T14:15:00+07:00",
            "items": [{"name": "Buku tulis", "quantity": 5, "price": 5_000}],
        },
        refusals=SCAN_ERRORS,
    )
    def post(self, request: Request) -> Response:
        scan = _open(_read(ScanRequest, request.data)["content"])
        told = {
            "merchant": _merchant(scan),
            "amount": scan.amount,
            "expires_at": scan.code.expires_at if scan.code else None,
            "items": scan.items,
        }
        return Response(Scanned(told).data)


class PayView(BeneficiaryView):
    fields_at_fault: ClassVar[dict[str, str]] = {
        "pin_wrong": "pin",
        "pin_locked": "pin",
        "invalid_amount": "amount",
        "amount_missing": "amount",
        "amount_differs": "amount",
        "qris_malformed": "content",
        "qr_not_ours": "content",
        "idempotency_conflict": "reference",
    }

    @described(
        summary="Bayar di kode QR pedagang",
        description=(
            "Kode dinamis membawa jumlahnya; untuk kode tetap isi `amount`. Kirim ulang dengan `reference` yang sama tidak"
            " membayar dua kali."
        ),
        sent=PayRequest,
        sent_example={
            "content": _CONTENT,
            "pin": "271958",
            "amount": None,
            "reference": "7c0f0e4b-9d5a-4f0f-8f4b-1d7e6a2c9b30",
        },
        answer=Paid,
        example={
            "reference_no": "202611246F1E0C2B9A7D3344",
            "amount": 25_000,
            "paid_at": "2026-11-24T14:03:11+07:00",
            "merchant": _MERCHANT,
        },
        status=201,
        refusals=(
            wallet_errors.InvalidAmount,
            qr_errors.AmountMissing,
            qr_errors.AmountDiffers,
            wallet_errors.PinInvalid,
            *PIN_ERRORS,
            *SCAN_ERRORS,
            *DECLINES,
            wallet_errors.IdempotencyConflict,
            errors.NoWallet,
        ),
    )
    def post(self, request: Request) -> Response:
        sent = _read(PayRequest, request.data)
        wallet = self.wallet
        # An ended code is no reason to refuse yet: this may be the retry of what ended it.
        scan = mpm_codes.scan(sent["content"])
        pins.check(wallet, sent["pin"])
        payment = qr_payments.pay(
            self.device, wallet, scan, content=sent["content"], amount=sent["amount"], reference=sent["reference"]
        )
        told = {
            "reference_no": payment.reference_no,
            "amount": payment.amount,
            "paid_at": payment.created_at,
            "merchant": _merchant(scan),
        }
        return Response(Paid(told).data, status=status.HTTP_201_CREATED)


def _open(content: str) -> Scan:
    scan = mpm_codes.scan(content)
    if scan.merchant.status != scan.merchant.Status.ACTIVE:
        raise wallet_errors.MerchantSuspended
    if scan.code is not None:
        mpm_codes.refuse_ended(scan.code, timezone.now())
    return scan


def _merchant(scan: Scan) -> dict[str, str]:
    shop = scan.merchant
    return {
        "name": shop.name,
        "city": shop.city,
        "category": str(rules.SHOPS.get(shop.mcc, shop.mcc)),
        "terminal": scan.terminal,
    }
