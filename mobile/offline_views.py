"""Offline allowances of the signed-in holder: reserve, look, revoke."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from mobile import devices, errors, offline_shapes
from mobile.schema import described
from mobile.views import PIN_ERRORS, BeneficiaryView, _read
from wallet import errors as wallet_errors
from wallet import pins
from wallet.fraud import devices as fraud_devices
from wallet.offline import allowances
from wallet.offline import errors as offline_errors

DEVICE_ID = OpenApiParameter(
    "X-DEVICE-ID", str, OpenApiParameter.HEADER, required=False, description=str(offline_shapes.DEVICE_ID)
)
EXAMPLE = {
    "id": "7H2K9QW3ZB5N1X8D",
    "kind": "phone",
    "ceiling": 100_000,
    "claimed": 0,
    "reserved": 100_000,
    "mccs": ["5411"],
    "regions": ["31.74"],
    "cash_allowed": False,
    "valid_from": "2026-11-24T14:00:00+07:00",
    "valid_until": "2026-11-27T14:00:00+07:00",
    "returns_at": "2026-12-04T14:00:00+07:00",
    "revoked": False,
    "certificate": "SLR1:P:1:7H2K9QW3ZB5N1X8D:4RTC6VJ0MF:100000:1795503600:1795762800:5411:31.74:0:…",
}


def device_digest(request: Request) -> bytes | None:
    """The opaque digest of the installation that the request says it comes from; None if it says nothing."""
    return fraud_devices.digest(request.headers.get("X-DEVICE-ID", ""))


class OfflineView(BeneficiaryView):
    fields_at_fault: ClassVar[dict[str, str]] = {
        "pin_wrong": "pin",
        "pin_locked": "pin",
        "invalid_amount": "amount",
        "offline_ceiling_exceeded": "amount",
        "offline_device_key_invalid": "device_key",
    }

    @described(
        summary="Pagu luring yang terbuka",
        description="Yang masih menyisihkan uang, terbaru dahulu.",
        answer=offline_shapes.OfflineAllowances,
        example={"allowances": [EXAMPLE]},
        refusals=(errors.NoWallet,),
    )
    def get(self, request: Request) -> Response:
        found = {"allowances": allowances.open_for(self.wallet)}
        return Response(offline_shapes.OfflineAllowances(found).data)

    @described(
        summary="Sisihkan uang untuk belanja tanpa sinyal",
        description=(
            "Ponsel membuat pasangan kunci Ed25519 dan menyimpan kunci privatnya. Tiap belanja ia menandatangani satu kupon: "
            "nomor urut, jumlah yang sudah dipakai, jumlah, pedagang, waktu. QR berisi sertifikat, garis miring, lalu kupon."
        ),
        sent=offline_shapes.OfflineRequest,
        sent_example={"pin": "271958", "amount": 100_000, "device_key": "A" * 52, "purse": None},
        answer=offline_shapes.OfflineAllowanceOut,
        example=EXAMPLE,
        status=201,
        parameters=[DEVICE_ID],
        refusals=(
            wallet_errors.InvalidAmount,
            wallet_errors.PinInvalid,
            *PIN_ERRORS,
            errors.NoWallet,
            wallet_errors.InsufficientFunds,
            wallet_errors.DailyLimitExceeded,
            wallet_errors.SuspectedFraud,
            wallet_errors.TransactionSuspended,
            offline_errors.OfflineUnavailable,
            offline_errors.OfflineDeviceKeyInvalid,
            offline_errors.OfflineCeilingExceeded,
            offline_errors.OfflineAlreadyOpen,
            offline_errors.OfflineNotForMoney,
        ),
    )
    def post(self, request: Request) -> Response:
        sent = _read(offline_shapes.OfflineRequest, request.data)
        pins.check(self.wallet, sent["pin"])
        made = devices.make_allowance(
            self.device,
            self.wallet,
            sent["amount"],
            sent["device_key"],
            purse=sent["purse"],
            installation=device_digest(request),
        )
        fraud_devices.note_allowance(made)
        return Response(offline_shapes.OfflineAllowanceOut(made).data, status=status.HTTP_201_CREATED)


class OfflineRevokeView(BeneficiaryView):
    fields_at_fault: ClassVar[dict[str, str]] = {"pin_wrong": "pin", "pin_locked": "pin"}

    @described(
        summary="Cabut pagu luring",
        description="Kasir yang daring menolak kodenya sejak itu. Sisanya kembali sesudah masa tenggang (`returns_at`).",
        sent=offline_shapes.OfflineRevocation,
        sent_example={"pin": "271958"},
        answer=offline_shapes.OfflineAllowanceOut,
        example=EXAMPLE | {"revoked": True},
        refusals=(
            wallet_errors.PinInvalid,
            *PIN_ERRORS,
            errors.NoWallet,
            offline_errors.OfflineUnknown,
            offline_errors.OfflineEnded,
        ),
    )
    def post(self, request: Request, number: str, **kwargs: Any) -> Response:
        sent = _read(offline_shapes.OfflineRevocation, request.data)
        pins.check(self.wallet, sent["pin"])
        revoked = allowances.revoke(number, "Dicabut pemegangnya", by="", wallet=self.wallet)
        return Response(offline_shapes.OfflineAllowanceOut(revoked).data)
