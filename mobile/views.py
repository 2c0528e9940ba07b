"""The beneficiaries' API, version 1: read the request, call one function, tell the answer."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, ClassVar, cast
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import exceptions, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from beneficiaries import identity
from beneficiaries.models import Person
from mobile import devices, errors, otp, refusals, representatives, rules, serializers
from mobile.authentication import Beneficiary, DeviceAuthentication
from mobile.models import Device
from mobile.schema import described
from wallet import errors as wallet_errors
from wallet import pins, purses
from wallet.fraud import devices as fraud_devices
from wallet.models import PaymentCode, Transfer, Wallet
from wallet.proposal_errors import RecoveryTakesTwo

BODY_BYTES = 10_000  # our longest request has some 200; the parser reads what is sent

PIN_ERRORS = (wallet_errors.PinNotSet, wallet_errors.PinWrong, wallet_errors.PinLocked, wallet_errors.WalletInactive)


class BeneficiaryView(APIView):
    """What all these views share: the caller is a device, errors have one shape, nothing is cached."""

    authentication_classes = [DeviceAuthentication]
    fields_at_fault: ClassVar[dict[str, str]] = {}
    body_bytes: ClassVar[int] = BODY_BYTES

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if int(request.META.get("CONTENT_LENGTH") or 0) > self.body_bytes:
            raise TooLarge
        super().initial(request, *args, **kwargs)

    def get_exception_handler(self) -> Any:
        return refusals.handle

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response

    @property
    def person(self) -> Person:
        return cast(Beneficiary, self.request.user).person

    @property
    def device(self) -> Device:
        return cast(Device, self.request.auth)

    @property
    def wallet(self) -> Wallet:
        """The caller's wallet. Raises NoWallet."""
        if self.person.wallet is None:
            raise errors.NoWallet
        return self.person.wallet


class TooLarge(exceptions.APIException):
    """The body is longer than any honest request."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "body_too_large"

    def __init__(self) -> None:
        super().__init__(_("Permintaan terlalu besar."))


def _read(shape: type[Serializer[Any]], data: Any) -> dict[str, Any]:
    """The request's fields in their types. Raises ValidationError."""
    form = shape(data=data)
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


class ActivationRequestView(BeneficiaryView):
    authentication_classes = []
    permission_classes = [AllowAny]

    @described(
        summary="Minta kode masuk lewat SMS",
        description="Jawabannya sama, terdaftar atau tidak nomornya. Kode berlaku 5 menit; kode sebelumnya gugur.",
        sent=serializers.PhoneRequest,
        sent_example={"phone": "0812-3456-7890"},
        answer=serializers.Asked,
        example={
            "expires_at": "2026-11-24T14:05:00+07:00",
            "message": "Jika nomor ini terdaftar, kode masuk dikirim lewat SMS.",
        },
        status=202,
        refusals=(errors.PhoneInvalid, errors.TooManyCodes),
        signed_in=False,
    )
    def post(self, request: Request) -> Response:
        expires_at = otp.request(_read(serializers.PhoneRequest, request.data)["phone"])
        message = _("Jika nomor ini terdaftar, kode masuk dikirim lewat SMS.")
        return Response(serializers.Asked({"expires_at": expires_at, "message": message}).data, status=202)


class ActivationConfirmView(BeneficiaryView):
    authentication_classes = []
    permission_classes = [AllowAny]

    @described(
        summary="Masuk dengan kode dari SMS",
        description="Token perangkat berlaku 90 hari. Pada `choose_person`, kirim lagi bersama `birth_date`.",
        sent=serializers.ConfirmRequest,
        sent_example={"phone": "0812-3456-7890", "otp": "493027", "device_name": "HP Ibu", "birth_date": "1970-12-31"},
        answer=serializers.SignedIn,
        example={
            "token": "Jm1mF0xw3cJv1R0o2d5sT0Q7m8hZ9kq4u6y8Aa1Bb2c",
            "expires_at": "2027-02-22T14:00:00+07:00",
            "person": {"name": "Siti Aminah"},
        },
        status=201,
        refusals=(
            errors.PhoneInvalid,
            errors.OtpWrong,
            errors.OtpLocked,
            errors.ChoosePerson,
            errors.PersonUnclear,
        ),
        signed_in=False,
    )
    def post(self, request: Request) -> Response:
        sent = _read(serializers.ConfirmRequest, request.data)
        device, token = otp.confirm(
            sent["phone"], sent["otp"], birth_date=sent["birth_date"], device_name=sent["device_name"]
        )
        answer = {"token": token, "expires_at": device.expires_at, "person": {"name": device.person.name}}
        return Response(serializers.SignedIn(answer).data, status=status.HTTP_201_CREATED)


class PinView(BeneficiaryView):
    fields_at_fault: ClassVar[dict[str, str]] = {"pin_invalid": "pin"}

    @described(
        summary="Buat PIN pertama",
        sent=serializers.PinRequest,
        sent_example={"pin": "271958"},
        answer=None,
        example=None,
        status=204,
        refusals=(
            wallet_errors.PinInvalid,
            wallet_errors.PinAlreadySet,
            RecoveryTakesTwo,
            wallet_errors.WalletInactive,
            errors.NoWallet,
        ),
    )
    def post(self, request: Request) -> Response:
        pins.create(self.wallet, _read(serializers.PinRequest, request.data)["pin"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class PinChangeView(BeneficiaryView):
    fields_at_fault: ClassVar[dict[str, str]] = {
        "pin_invalid": "new_pin",
        "pin_wrong": "old_pin",
        "pin_locked": "old_pin",
    }

    @described(
        summary="Ganti PIN",
        sent=serializers.PinChangeRequest,
        sent_example={"old_pin": "271958", "new_pin": "804613"},
        answer=None,
        example=None,
        status=204,
        refusals=(wallet_errors.PinInvalid, *PIN_ERRORS, errors.NoWallet),
    )
    def post(self, request: Request) -> Response:
        sent = _read(serializers.PinChangeRequest, request.data)
        pins.change(self.wallet, sent["old_pin"], sent["new_pin"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class MeView(BeneficiaryView):
    @described(
        summary="Siapa yang masuk di perangkat ini",
        answer=serializers.Me,
        example={
            "name": "Siti Aminah",
            "nik": "3171••••••••0001",
            "wallet": {"status": "active", "status_text": "Aktif", "pin_set": True},
            "representatives": [
                {
                    "name": "Dewi Lestari",
                    "kind": "collector",
                    "kind_text": "Kuasa pengambil",
                    "starts_on": "2026-11-24",
                    "ends_on": "2027-11-23",
                }
            ],
        },
    )
    def get(self, request: Request) -> Response:
        wallet = self.person.wallet
        state = {
            "status": wallet.status if wallet else "none",
            "status_text": wallet.get_status_display() if wallet else _("Belum ada dompet"),
            "pin_set": bool(wallet and wallet.pin_hash),
        }
        me = {
            "name": self.person.name,
            "nik": identity.mask_number(self.person.nik),
            "wallet": state,
            "representatives": representatives.of(self.person),
        }
        return Response(serializers.Me(me).data)


class PursesView(BeneficiaryView):
    @described(
        summary="Isi kantong dan aturannya",
        description=(
            "`usable_now` dapat dipakai sekarang (saldo efektif); `book_balance` seluruh isi (saldo buku);"
            " `held` bagian yang ditahan untuk pesanan yang belum selesai."
        ),
        answer=serializers.Purses,
        example={
            "usable_now": 275_000,
            "book_balance": 550_000,
            "held": 25_000,
            "purses": [
                {
                    "id": 41,
                    "title": "KLJ Oktober 2026",
                    "book_balance": 300_000,
                    "held": 25_000,
                    "usable_now": 275_000,
                    "usable_from": "2026-10-05T00:00:00+07:00",
                    "usable_until": None,
                    "rules": [
                        "Dapat dipakai di semua pedagang.",
                        "Boleh diambil tunai.",
                        "Rp 25.000 sedang ditahan untuk pesanan yang belum selesai.",
                        "Tidak ada batas waktu.",
                    ],
                    "mccs": [],
                    "regions": [],
                    "cash_allowed": True,
                    "returns_when_lapsed": False,
                    "lapses_in_days": None,
                },
                {
                    "id": 57,
                    "title": "KJP Plus Desember 2026",
                    "book_balance": 250_000,
                    "held": 0,
                    "usable_now": 0,
                    "usable_from": "2026-12-05T00:00:00+07:00",
                    "usable_until": "2027-01-01T00:00:00+07:00",
                    "rules": [
                        "Hanya dapat dipakai di: toko buku, toko alat tulis dan sekolah.",
                        "Hanya di Jakarta Selatan.",
                        "Tidak dapat diambil tunai.",
                        "Dapat dipakai mulai 5 Desember 2026, 0.00.",
                        "Pakai sebelum 1 Januari 2027, 0.00; setelah itu sisanya kembali ke program.",
                    ],
                    "mccs": ["5942", "5943"],
                    "regions": ["31.74"],
                    "cash_allowed": False,
                    "returns_when_lapsed": True,
                    "lapses_in_days": 37,
                },
            ],
        },
    )
    def get(self, request: Request) -> Response:
        wallet = self.person.wallet
        found = purses.in_wallet(wallet) if wallet else []
        shown = [
            asdict(purse)
            | {
                "id": purse.account_id,
                "book_balance": purse.balance,
                "usable_now": purse.usable,
                "rules": rules.in_words(purse),
                "lapses_in_days": rules.lapses_in_days(purse),
            }
            for purse in found
        ]
        total = purses.balance(found)
        answer = {"usable_now": total.usable, "book_balance": total.book, "held": total.held, "purses": shown}
        return Response(serializers.Purses(answer).data)


class HistoryView(BeneficiaryView):
    @described(
        summary="Riwayat uang masuk dan keluar, terbaru dahulu",
        parameters=[
            OpenApiParameter("before", int, description="`next_before` dari halaman sebelumnya."),
            OpenApiParameter("limit", int, description="1 sampai 50, biasanya 20."),
        ],
        answer=serializers.History,
        example={
            "entries": [
                {
                    "id": 9021,
                    "at": "2026-11-24T09:12:44+07:00",
                    "kind": "redemption",
                    "kind_text": "Belanja",
                    "amount": -45_000,
                    "purse": "Sembako November 2026",
                    "merchant": "WARUNG BU SITI",
                    "reference_no": "2026112400000000000042",
                }
            ],
            "next_before": 9021,
        },
    )
    def get(self, request: Request) -> Response:
        asked = _read(serializers.HistoryQuery, request.query_params)
        wallet, limit = self.person.wallet, asked["limit"]
        # One more than asked tells whether another page follows.
        found = purses.history(wallet, before=asked["before"], limit=limit + 1) if wallet else []
        entries = [asdict(entry) | {"kind_text": Transfer.Kind(entry.kind).label} for entry in found[:limit]]
        following = entries[-1]["id"] if len(found) > limit else None
        return Response(serializers.History({"entries": entries, "next_before": following}).data)


class CodesView(BeneficiaryView):
    fields_at_fault: ClassVar[dict[str, str]] = {
        "pin_wrong": "pin",
        "pin_locked": "pin",
        "invalid_amount": "ceiling",
    }

    @described(
        summary="Buat kode bayar sekali pakai",
        description="Tunjukkan sebagai QR kepada pedagang. `ceiling` membatasi jumlahnya.",
        sent=serializers.CodeRequest,
        sent_example={"pin": "271958", "ceiling": 50_000},
        answer=serializers.Code,
        example={"qr_content": "7K2M9QWX4T8RZ5A1BCDEFGHJKM", "expires_at": "2026-11-24T14:03:00+07:00"},
        status=201,
        refusals=(wallet_errors.InvalidAmount, wallet_errors.PinInvalid, *PIN_ERRORS, errors.NoWallet),
    )
    def post(self, request: Request) -> Response:
        sent = _read(serializers.CodeRequest, request.data)
        pins.check(self.wallet, sent["pin"])
        if sent["purpose"] == "balance":
            shown = devices.make_code(self.device, self.wallet, ceiling=None, kind=PaymentCode.Kind.FUNDS)
            return Response(serializers.Code(shown).data, status=status.HTTP_201_CREATED)
        issued = devices.make_code(self.device, self.wallet, ceiling=sent["ceiling"])
        device = fraud_devices.digest(request.headers.get("X-DEVICE-ID", ""))
        fraud_devices.note_code(self.wallet, issued.qr_content, device)
        return Response(serializers.Code(issued).data, status=status.HTTP_201_CREATED)


class DevicesView(BeneficiaryView):
    @described(
        summary="Perangkat yang sedang masuk",
        answer=serializers.Devices,
        example={
            "devices": [
                {
                    "id": "0f0d3c1e-5b0a-4f0e-9d6c-1c2b3a4d5e6f",
                    "name": "HP Ibu",
                    "created_at": "2026-11-24T14:00:00+07:00",
                    "last_used_at": "2026-11-24T14:10:00+07:00",
                    "expires_at": "2027-02-22T14:00:00+07:00",
                    "current": True,
                }
            ]
        },
    )
    def get(self, request: Request) -> Response:
        signed_in = {"devices": devices.signed_in(self.person)}
        return Response(serializers.Devices(signed_in, context={"current": self.device.pk}).data)


class DeviceRevokeView(BeneficiaryView):
    @described(
        summary="Keluarkan satu perangkat, misalnya HP yang hilang",
        parameters=[OpenApiParameter("uid", UUID, OpenApiParameter.PATH, description="`id` perangkat.")],
        answer=None,
        example=None,
        status=204,
        refusals=(errors.DeviceUnknown,),
    )
    def post(self, request: Request, uid: UUID) -> Response:
        devices.revoke_own(self.person, uid)
        return Response(status=status.HTTP_204_NO_CONTENT)


class LogoutView(BeneficiaryView):
    @described(summary="Keluar dari perangkat ini", answer=None, example=None, status=204)
    def post(self, request: Request) -> Response:
        devices.revoke(self.device, Device.Revocation.LOGOUT)
        return Response(status=status.HTTP_204_NO_CONTENT)


class UnknownView(BeneficiaryView):
    """Any other address of this API: told in its one shape."""

    authentication_classes = []
    permission_classes = [AllowAny]
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise Http404
