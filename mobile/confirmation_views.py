"""Saying that aid has come, or has not, over the beneficiaries' API."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from disbursement import confirmations
from disbursement.models import Confirmation, Instruction
from disbursement.statement_errors import NotPaidYet
from mobile.errors import MobileError
from mobile.schema import described
from mobile.views import BeneficiaryView, _read

MOST = 24
_PAYMENT = {
    "id": 41,
    "programme": "Kartu Lansia Jakarta",
    "period": "2026-11-01",
    "amount": 300_000,
    "answer": None,
    "answered_at": None,
}


class PaymentUnknown(MobileError):
    """There is none of that number, or it is another's, or was taken back: all the same to the outside."""

    code = "payment_unknown"
    status = 404
    field = "payment"
    message = _("Bantuan itu tidak ada. Muat ulang daftarnya.")


class PaymentOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    programme = serializers.CharField(source="enrolment.programme.name")
    period = serializers.DateField(source="cycle.period")
    amount = serializers.IntegerField(help_text="Rupiah.")
    answer = serializers.ChoiceField(
        choices=Confirmation.Answer.choices, allow_null=True, help_text="Jawaban terakhir; null: belum dijawab."
    )
    answered_at = serializers.DateTimeField(allow_null=True)


class Payments(serializers.Serializer[Any]):
    payments = PaymentOut(many=True, help_text=f"Terbaru dahulu, paling banyak {MOST}.")


class ConfirmationRequest(serializers.Serializer[Any]):
    payment = serializers.IntegerField(min_value=1, max_value=2**63 - 1, help_text="`id` bantuan.")
    received = serializers.BooleanField(help_text="true: bantuan ini sudah saya terima; false: belum.")


class PaymentsView(BeneficiaryView):
    @described(
        summary="Bantuan yang dibayarkan kepada saya",
        answer=Payments,
        example={"payments": [_PAYMENT]},
    )
    def get(self, request: Request) -> Response:
        return Response(Payments({"payments": confirmations.paid_to(self.person)[:MOST]}).data)


class ConfirmationsView(BeneficiaryView):
    @described(
        summary="Bantuan ini sudah saya terima, atau belum",
        description="Boleh dijawab lagi: jawaban terakhir yang berlaku. Yang belum diterima diperiksa petugas.",
        sent=ConfirmationRequest,
        sent_example={"payment": 41, "received": True},
        answer=PaymentOut,
        example=_PAYMENT | {"answer": "received", "answered_at": "2026-11-30T09:00:00+07:00"},
        status=201,
        refusals=(PaymentUnknown,),
    )
    def post(self, request: Request) -> Response:
        sent = _read(ConfirmationRequest, request.data)
        paid = confirmations.paid_to(self.person)
        try:
            confirmations.confirm(
                paid.get(pk=sent["payment"]), received=sent["received"], channel=Confirmation.Channel.APP
            )
            told = paid.get(pk=sent["payment"])
        except (Instruction.DoesNotExist, NotPaidYet):
            raise PaymentUnknown from None
        return Response(PaymentOut(told).data, status=201)
